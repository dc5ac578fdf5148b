import { Controller } from '@nestjs/common';
import { listAudit } from '@tidegate/contracts/identity/audit';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { listEntries, toWire } from './audit-entry.rows.ts';

@Controller()
export class ListAudit {
  @Handles(listAudit)
  async handle({ input: { limit, cursor, ...filter }, tx }: OperationContext<typeof listAudit>) {
    const rows = await listEntries(tx, limit + 1, readCursor(cursor, 'time', 'uuid'), filter);
    return pageOf(rows, limit, toWire, (row) => [row.moment, row.id]);
  }
}
