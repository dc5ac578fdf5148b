import { hash } from 'node:crypto';
import { MAX_EVENT_AGE_DAYS } from '@tidegate/contracts/usage/event';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { findBalances } from '../balances/balance.rows.ts';
import { emitReached } from '../balances/emit-reached.ts';
import { reachedIn } from '../balances/quota-alert.rows.ts';
import { asText, currentWindow, type MeterWindow } from '../balances/window.rules.ts';
import type { Standing } from '../entitlements/standing.ts';
import { digestOf, eventKey } from '../kernel/event-identity.ts';
import { lockMeters } from '../kernel/meter-lock.rows.ts';
import { findConflicts } from '../kernel/usage-identity.rows.ts';
import { countSeries, findSeries, insertPoints, type Point, recompute, type Series, saveSeries } from './gauge.rows.ts';
import { findRunning, saveWatch } from './watch.rows.ts';
import { nextCheck } from './watch.rules.ts';

/** Series of one meter of an organisation that run or may get events: reading use costs two queries of an index for each. */
export const MAX_SERIES = 10_000;

export interface GaugeEvent {
  index: number;
  meter: string;
  /** Name of the series. */
  series: string;
  /** What it says of its dimensions, and under which combination it counts. */
  labels: readonly string[] | undefined;
  counted: readonly string[] | undefined;
  at: string;
  until: string | undefined;
  value: number;
  source: string;
  id: string;
}

export interface WrittenGauges {
  accepted: number;
  duplicates: number;
  conflicts: number[];
  /** Indexes of events of series that are too many. */
  tooMany: number[];
}

/** Counts values that hold until the next one of their series. Events out of time were refused before. */
export async function writeGauges(
  tx: Tx,
  emit: Emit,
  standing: Standing,
  events: readonly GaugeEvent[],
): Promise<WrittenGauges> {
  const { orgId } = standing.snapshot;
  const meters = [...new Set(events.map(({ meter }) => meter))];
  await lockMeters(tx, orgId, meters);
  const points = events.map((event) => ({ index: event.index, point: pointOf(event) }));
  const tooMany = await beyondSeries(tx, orgId, events, points);
  const fitting = points.filter(({ index }) => !tooMany.includes(index));
  const first = new Map<string, Point>();
  const repeats: { index: number; point: Point }[] = [];
  for (const one of fitting) {
    if (first.has(one.point.key)) repeats.push(one);
    else first.set(one.point.key, one.point);
  }
  const sorted = [...first.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const counted = await insertPoints(tx, orgId, sorted);
  const again = [
    ...fitting.filter(({ point }) => !counted.has(point.key) && first.get(point.key) === point),
    ...repeats,
  ];
  const found =
    again.length === 0
      ? new Set<number>()
      : await findConflicts(
          tx,
          again.map(({ point }) => ({ org: orgId, ...point })),
        );
  const fresh = sorted.filter(({ key }) => counted.has(key));
  if (fresh.length > 0) await store(tx, emit, standing, { events, fresh, meters });
  return {
    accepted: fresh.length,
    duplicates: again.length - found.size,
    conflicts: [...found].map((at) => again[at]?.index ?? 0),
    tooMany,
  };
}

async function store(
  tx: Tx,
  emit: Emit,
  standing: Standing,
  { events, fresh, meters }: { events: readonly GaugeEvent[]; fresh: readonly Point[]; meters: readonly string[] },
): Promise<void> {
  const { orgId } = standing.snapshot;
  const since = new Map<string, { meter: string; series: string; since: string }>();
  for (const { meter, series, at } of fresh) {
    const known = since.get(`${meter} ${series}`);
    if (!known || at < known.since) since.set(`${meter} ${series}`, { meter, series, since: at });
  }
  const named = new Map<string, Series>();
  for (const event of events) {
    const touched = since.get(`${event.meter} ${seriesOf(event)}`);
    if (!touched) continue;
    const { series: name, labels, counted } = event;
    named.set(touched.series, { ...touched, name, labels: counted ?? labels, firstAt: touched.since });
  }
  await saveSeries(tx, orgId, [...named.values()]);
  await recompute(tx, orgId, [...since.values()]);
  await announce(tx, emit, standing, meters);
}

/** The thresholds that these meters have reached by now, and when to look at them again. */
export async function announce(tx: Tx, emit: Emit, standing: Standing, meters: readonly string[]): Promise<void> {
  const windows = meters.map((meter) => ({ ...currentWindow(standing, meter), orgId: standing.snapshot.orgId }));
  const reached = await reachedIn(tx, windows);
  await emitReached(tx, emit, reached, ({ meter }) => asText(standing, currentWindow(standing, meter)));
  for (const window of windows) await watch(tx, standing, window);
}

/** Decides when to look at a meter again. */
async function watch(tx: Tx, { snapshot: { orgId } }: Standing, window: MeterWindow): Promise<void> {
  const running = await findRunning(tx, orgId, window.meter);
  const [balance] = await findBalances(tx, orgId, [window]);
  const { rate = 0, ends = null, quota = null } = running ?? {};
  const next = nextCheck({
    ...{ rate, now: Date.now(), used: balance?.used ?? 0, windowEnd: window.end },
    quota: quota === null ? null : Number(quota),
    ends: ends?.getTime() ?? null,
  });
  await saveWatch(tx, orgId, window.meter, next);
}

function pointOf(event: GaugeEvent): Point {
  const { meter, at, until, value, source, id, labels } = event;
  const content = JSON.stringify([value, event.series, until ?? null, labels ?? null]);
  return {
    ...{ meter, at, until, value, source, id },
    series: seriesOf(event),
    key: eventKey(source, id),
    digest: digestOf({ meter, quantity: content }),
  };
}

/** A series is what its events say that it is, also where its combination is not counted apart. */
function seriesOf({ series, labels }: GaugeEvent): string {
  const text = hash('sha256', JSON.stringify([series, labels ?? null]), 'hex');
  return text.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Events of new series for which there is no room. */
async function beyondSeries(
  tx: Tx,
  orgId: string,
  events: readonly GaugeEvent[],
  points: readonly { index: number; point: Point }[],
): Promise<number[]> {
  const refused: number[] = [];
  for (const meter of new Set(events.map((event) => event.meter))) {
    const own = points.filter(({ point }) => point.meter === meter);
    const known = await findSeries(tx, orgId, meter, [...new Set(own.map(({ point }) => point.series))]);
    const fresh = own.filter(({ point }) => !known.has(point.series));
    if (fresh.length === 0) continue;
    let room = MAX_SERIES - (await countSeries(tx, orgId, meter, MAX_EVENT_AGE_DAYS));
    for (const { index, point } of fresh) {
      if (known.has(point.series)) continue;
      if (room <= 0) refused.push(index);
      else {
        room -= 1;
        known.add(point.series);
      }
    }
  }
  return refused;
}
