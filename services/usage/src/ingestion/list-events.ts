import { Controller } from '@nestjs/common';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { unitsOf } from '@tidegate/contracts/usage/quantity';
import { listUsageEvents } from '@tidegate/contracts/usage/recorded';
import type { Meter } from '@tidegate/contracts/usage/usage';
import { pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { requireKeys } from '../balances/divide-by-origin.ts';
import { findMainSource } from '../balances/group.rows.ts';
import { readGrouping } from '../balances/group.rules.ts';
import { findGaugeEvents, type GaugeEventRow } from '../gauges/gauge-event.rows.ts';
import { dimensionsOf } from '../meters/dimensions.rules.ts';
import { requireMeter } from '../meters/meter.rows.ts';
import { type AskedOrigin, findEvents, findHours, type RecordedRow } from './recorded-event.rows.ts';

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
    if (input.key) requireKeys(caller);
    const after = readCursor(input.cursor, 'time', 'text', 'text');
    const to = input.to ?? new Date(clock.now()).toISOString();
    const from = input.from ?? new Date(Date.parse(to) - DEFAULT_MS).toISOString();
    if (Date.parse(from) >= Date.parse(to)) throw invalid('/from', 'too_late', '`from` must lie before `to`.');
    const known = await requireMeter(refuse, tx, meter);
    const { having } = readGrouping(known, input);
    const origin = await originOf(tx, orgId, input);
    if (origin && (input.filter || known.aggregate === 'time_weighted')) {
      const field = input.key ? '/key' : '/source';
      throw invalid(field, 'not_fitting', 'Not together with `filter`, and not of meters that are weighted by time.');
    }
    if (known.aggregate === 'time_weighted') {
      const points = await findGaugeEvents(tx, { orgId, meter, from, to, after, having }, limit + 1);
      return pageOf(points, limit, gaugeToWire(known), (row) => [row.place, row.source, row.id]);
    }
    const seesKeys = caller.scopes.includes('keys:read');
    const rows: RecordedRow[] = [];
    let before = after?.[0] ?? to;
    let place = after;
    while (rows.length <= limit) {
      const need = limit + 1 - rows.length;
      const since = await findHours(
        tx,
        { orgId, meter, from, before, inclusive: place !== undefined, having, origin },
        need,
      );
      if (!since || since === before) break;
      rows.push(
        ...(await findEvents(tx, { orgId, meter, from: since, to: before, after: place, having, origin }, need)),
      );
      [before, place] = [since, undefined];
    }
    return pageOf(
      rows,
      limit,
      (row) => ({ ...toWire(row, known), ...(seesKeys ? { apiKey: row.api_key } : {}) }),
      (row) => [row.place, row.source, row.id],
    );
  }
}

/** What is asked for by source or key. */
async function originOf(
  tx: Tx,
  orgId: string,
  { meter, source, key }: { meter: string; source?: string | undefined; key?: string | undefined },
): Promise<AskedOrigin | undefined> {
  if (source === undefined) return key === undefined ? undefined : { key };
  const main = key === undefined ? await findMainSource(tx, orgId, meter) : undefined;
  const mainSince = main?.source === source ? (main.since?.toISOString() ?? '-infinity') : undefined;
  return { source, key, mainSince };
}

const toWire = (
  { id, source, meter, quantity, at, received_at, labels, corrects }: RecordedRow,
  { decimals, groupBy }: Meter,
) => ({
  id,
  source,
  meter,
  quantity: unitsOf(quantity, decimals),
  time: at.toISOString(),
  receivedAt: received_at.toISOString(),
  ...(groupBy.length > 0 ? { dimensions: dimensionsOf(groupBy, labels) } : {}),
  corrects: corrects && { ...corrects, quantity: unitsOf(corrects.quantity, decimals) },
});

const gaugeToWire =
  ({ meter, decimals, groupBy }: Meter) =>
  (row: GaugeEventRow) => ({
    id: row.id,
    source: row.source,
    meter,
    quantity: unitsOf(row.quantity, decimals),
    time: row.at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    ...(groupBy.length > 0 ? { dimensions: dimensionsOf(groupBy, row.labels) } : {}),
    value: unitsOf(row.value, decimals),
    series: row.series,
    until: row.until_at?.toISOString() ?? null,
    corrects: null,
  });
