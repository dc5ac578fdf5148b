import { Controller } from '@nestjs/common';
import { listRejectedUsage } from '@tidegate/contracts/usage/usage';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { listRejected, type RejectedRow } from './rejected-event.rows.ts';

@Controller()
export class ListRejectedEvents {
  @Handles(listRejectedUsage)
  async handle({ input, caller, tx }: OperationContext<typeof listRejectedUsage>) {
    const after = readCursor(input.cursor, 'time', 'uuid');
    const rows = caller.orgId ? await listRejected(tx, caller.orgId, input.limit + 1, after) : [];
    return pageOf(rows, input.limit, toWire, ({ place, content_hash }) => [place, content_hash]);
  }
}

const toWire = (row: RejectedRow) => ({
  code: row.code,
  message: row.message,
  event: row.payload,
  times: row.times,
  firstAt: row.first_at.toISOString(),
  lastAt: row.last_at.toISOString(),
});
