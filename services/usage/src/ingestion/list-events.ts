import { Controller } from '@nestjs/common';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { listUsageEvents } from '@tidegate/contracts/usage/recorded';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { requireMeter } from '../meters/meter.rows.ts';
import { findEvents, findHours, type RecordedRow } from './recorded-event.rows.ts';

const DEFAULT_MS = 30 * 86_400_000;

/**
 * Events have no index of their own, which every event would pay for: the sums by the hour say in which hours there are
 * some, and as many hours are read as the page needs.
 */
@Controller()
export class ListEvents {
  @Handles(listUsageEvents)
  async handle({ input, caller, tx, refuse }: OperationContext<typeof listUsageEvents>) {
    const { meter, limit } = input;
    const orgId = caller.orgId ?? '';
    const after = readCursor(input.cursor, 'time', 'text', 'text');
    const to = input.to ?? new Date(clock.now()).toISOString();
    const from = input.from ?? new Date(Date.parse(to) - DEFAULT_MS).toISOString();
    if (Date.parse(from) >= Date.parse(to)) throw invalid('/from', 'too_late', '`from` must lie before `to`.');
    await requireMeter(refuse, tx, meter);
    const rows: RecordedRow[] = [];
    let before = after?.[0] ?? to;
    let place = after;
    while (rows.length <= limit) {
      const need = limit + 1 - rows.length;
      const since = await findHours(tx, { orgId, meter, from, before, inclusive: place !== undefined }, need);
      if (!since || since === before) break;
      rows.push(...(await findEvents(tx, { orgId, meter, from: since, to: before, after: place }, need)));
      [before, place] = [since, undefined];
    }
    return pageOf(rows, limit, toWire, (row) => [row.place, row.source, row.id]);
  }
}

const toWire = ({ id, source, meter, quantity, at, received_at, corrects }: RecordedRow) => ({
  id,
  source,
  meter,
  quantity: Number(quantity),
  time: at.toISOString(),
  receivedAt: received_at.toISOString(),
  corrects,
});
