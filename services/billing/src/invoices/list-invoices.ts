import { Controller } from '@nestjs/common';
import { getInvoice, listInvoices } from '@tidegate/contracts/billing/invoices';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countInvoices, findInvoice, findLines, INVOICE_ORDERS, listInvoiceRows, toWire } from './invoice.rows.ts';

@Controller()
export class ListInvoices {
  @Handles(listInvoices)
  async list({ input, tx }: OperationContext<typeof listInvoices>) {
    const { count, search } = input;
    const place = INVOICE_ORDERS.place(input);
    const page = place.page(await listInvoiceRows(tx, place, search), toWire);
    return { ...page, total: count ? await countInvoices(tx, search) : null };
  }

  @Handles(getInvoice)
  async get({ input, tx }: OperationContext<typeof getInvoice>) {
    const invoice = orNotFound(await findInvoice(tx, input.invoiceId));
    return { ...toWire(invoice), lines: await findLines(tx, invoice.id) };
  }
}
