import { Controller } from '@nestjs/common';
import { listAllInvoices } from '@tidegate/contracts/billing/operator';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { invoiceOfAny, linesOf, listInvoicesOfAll } from './invoice-list.rows.ts';
import { invoiceTable } from './list-tables.rules.ts';

/** Invoices of all organisations, or of those that are deleted. */
@Controller()
export class ListAllInvoices {
  @Handles(listAllInvoices)
  async handle({ input, tx: operator }: OperationContext<typeof listAllInvoices>) {
    const { limit, cursor, of } = input;
    const tx = operator.as({ system: 'billing' });
    const rows = await listInvoicesOfAll(tx, input, limit + 1, readCursor(cursor, 'time', 'uuid'));
    const lines = await linesOf(tx, of, rows);
    const found = pageOf(
      rows,
      limit,
      (row) => invoiceOfAny(row, of, lines),
      (row) => [row.created, row.id],
    );
    if (input.format !== 'csv') return found;
    return { ...found, csv: invoiceTable(found.items, { header: cursor === undefined }) };
  }
}
