import { Controller } from '@nestjs/common';
import {
  type InvoicePdf,
  invoiceTooLong,
  MOST_PRINTED_LINES,
  printInvoice,
  printInvoiceOfAny,
} from '@tidegate/contracts/billing/invoice-pdfs';
import { invoiceOfProvider } from '@tidegate/contracts/billing/invoices';
import type { Locale } from '@tidegate/contracts/kernel/locale';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { BillingConfig, sellerOf } from '../billing.config.ts';
import { InvoicePrinter } from './invoice-printer.ts';
import { type FoundInvoice, findPrinted } from './printed-invoice.rows.ts';

/** Own invoices as PDFs. Read first and drawn afterwards: no connection waits for a thread. */
@Controller()
export class PrintInvoice {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly printer: InvoicePrinter,
    private readonly config: BillingConfig,
  ) {}

  @Handles(printInvoice)
  async print({ input, caller, refuse }: OperationContext<typeof printInvoice>): Promise<InvoicePdf> {
    const orgId = caller.orgId as string;
    const asked = { invoiceId: input.invoiceId, most: MOST_PRINTED_LINES + 1 };
    const found = await this.tenants.read(orgId, (tx) => findPrinted(tx, orgId, asked));
    return this.draw(refuse, orNotFound(found), { orgId, locale: input.locale });
  }

  @Handles(printInvoiceOfAny)
  async printOfAny({ input, refuse }: OperationContext<typeof printInvoiceOfAny>): Promise<InvoicePdf> {
    const { organisationId: orgId, invoiceId, locale } = input;
    const asked = { invoiceId, most: MOST_PRINTED_LINES + 1 };
    const found = await this.tenants.system(
      'billing',
      async (tx) => (await findPrinted(tx, orgId, asked)) ?? (await findPrinted(tx, orgId, { ...asked, kept: true })),
    );
    return this.draw(refuse, orNotFound(found), { orgId, locale });
  }

  private async draw(
    refuse: Refuse<typeof invoiceOfProvider | typeof invoiceTooLong>,
    { lines, seller, ...invoice }: FoundInvoice,
    { orgId, locale }: { orgId: string; locale: Locale },
  ): Promise<InvoicePdf> {
    const { provider, number } = invoice;
    if (provider === 'stripe')
      throw refuse(invoiceOfProvider, { provider }, 'Its PDF is at `pdfUrl` of the invoice, once it is issued.');
    if (lines.length > MOST_PRINTED_LINES)
      throw refuse(invoiceTooLong, { most: MOST_PRINTED_LINES }, 'Read it with its lines instead, without `/pdf`.');
    // Of before sellers were kept with invoices, the one of now is all that is known.
    const printed = { invoice, lines, seller: seller ?? sellerOf(this.config), locale };
    const content = await this.printer.print(printed, orgId);
    return { name: `invoice-${(number ?? 'draft').replaceAll(/[^\w-]+/g, '-')}.pdf`, content };
  }
}
