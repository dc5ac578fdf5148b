import { Controller } from '@nestjs/common';
import { getInvoice, listInvoices } from '@tidegate/contracts/billing/invoices';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countInvoices, findInvoice, findLines, listInvoiceRows, toWire } from './invoice.rows.ts';

@Controller()
export class ListInvoices {
  @Handles(listInvoices)
  async list({ input, tx }: OperationContext<typeof listInvoices>) {
    const { count, search } = input;
    const rows = await listInvoiceRows(tx, input.limit + 1, readCursor(input.cursor, 'time', 'uuid'), search);
    const page = pageOf(rows, input.limit, toWire, (row) => [row.created, row.id]);
    return { ...page, total: count ? await countInvoices(tx, search) : null };
  }

  @Handles(getInvoice)
  async get({ input, tx }: OperationContext<typeof getInvoice>) {
    const invoice = orNotFound(await findInvoice(tx, input.invoiceId));
    return { ...toWire(invoice), lines: await findLines(tx, invoice.id) };
  }
}
