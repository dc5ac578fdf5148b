import { Controller } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { type Backfill, getBackfill, listBackfills } from '@tidegate/contracts/usage/backfills';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { type BackfillRow, findBackfill, findBackfills } from './backfill.rows.ts';

@Controller()
export class ShowBackfills {
  @Handles(getBackfill)
  async one({ input, caller, tx }: OperationContext<typeof getBackfill>): Promise<Backfill> {
    const row = await findBackfill(tx, caller.orgId ?? '', input.backfillId);
    if (!row) throw notFound({}, 'There is no such backfill.');
    return toWire(row);
  }

  @Handles(listBackfills)
  async all({ input, caller, tx }: OperationContext<typeof listBackfills>) {
    const after = readCursor(input.cursor, 'time', 'uuid');
    const rows = await findBackfills(tx, caller.orgId ?? '', input.limit + 1, after);
    return pageOf(rows, input.limit, toWire, (row) => [row.place, row.id]);
  }
}

/** Customers name their sources without what tells reporters apart. */
const PREFIX = 'service:';

export const toWire = (row: BackfillRow): Backfill => ({
  id: row.id,
  meter: row.meter,
  source: row.source.slice(PREFIX.length),
  from: row.from_at.toISOString(),
  to: row.until_at.toISOString(),
  mode: row.mode,
  state: row.state,
  reason: row.reason,
  by: row.created_by,
  createdAt: row.created_at.toISOString(),
  appliedAt: row.applied_at?.toISOString() ?? null,
  appliedBy: row.applied_by,
  revertedAt: row.reverted_at?.toISOString() ?? null,
  revertedBy: row.reverted_by,
  preview: row.preview,
});
