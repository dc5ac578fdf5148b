import { Controller } from '@nestjs/common';
import { listAllRejectedUsage, listRejectedUsage } from '@tidegate/contracts/usage/usage';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import {
  countRejected,
  listAllRejected,
  listRejected,
  NOBODY,
  REJECTED_ORDERS,
  type RejectedRow,
} from './rejected-event.rows.ts';

@Controller()
export class ListRejectedEvents {
  @Handles(listRejectedUsage)
  async own({ input, caller, tx }: OperationContext<typeof listRejectedUsage>) {
    const place = REJECTED_ORDERS.place(input);
    const { orgId } = caller;
    const page = place.page(orgId ? await listRejected(tx, orgId, place) : [], toWire);
    return { ...page, total: input.count && orgId ? await countRejected(tx, orgId) : null };
  }

  @Handles(listAllRejectedUsage)
  async all({ input, tx: operator }: OperationContext<typeof listAllRejectedUsage>) {
    const after = readCursor(input.cursor, 'time', 'uuid', 'uuid');
    const rows = await listAllRejected(operator.as({ system: 'ingest' }), input.limit + 1, after);
    return pageOf(rows, input.limit, ofAny, ({ place, content_hash, org_id }) => [place, content_hash, org_id]);
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

const ofAny = (row: RejectedRow) => ({ ...toWire(row), organisationId: row.org_id === NOBODY ? null : row.org_id });
