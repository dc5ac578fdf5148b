import { Controller } from '@nestjs/common';
import { listFeed } from '@tidegate/contracts/notifier/feed';
import { HAPPENING_KINDS, HAPPENINGS } from '@tidegate/contracts/notifier/happening-kinds';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { listHappenings, toWire } from './happening.rows.ts';

@Controller()
export class ListFeed {
  /** What somebody has no right to read is not in their list, whatever they ask for. */
  @Handles(listFeed)
  async handle({ input: { limit, cursor, area, kind }, caller, tx }: OperationContext<typeof listFeed>) {
    const kinds = HAPPENING_KINDS.filter(
      (one) =>
        caller.scopes.includes(HAPPENINGS[one].scope) &&
        (area === undefined || HAPPENINGS[one].area === area) &&
        (kind === undefined || one === kind),
    );
    const before = readCursor(cursor, 'time', 'uuid');
    if (kinds.length === 0) return { items: [] };
    const rows = await listHappenings(tx, kinds, limit + 1, before);
    return pageOf(rows, limit, toWire, (row) => [row.moment, row.id]);
  }
}
