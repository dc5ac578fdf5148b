import { hash } from 'node:crypto';
import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Tx } from '@tidegate/database/tx';
import { windowOf } from '../balances/window.rules.ts';
import { findDaysAt } from '../entitlements/entitlement-snapshot.rows.ts';
import type { Standing } from '../entitlements/standing.ts';
import { eventKey } from '../kernel/event-identity.ts';
import { lockMeters } from '../kernel/meter-lock.rows.ts';
import { findKnown } from '../kernel/usage-identity.rows.ts';
import type { Labels } from '../meters/dimensions.rules.ts';
import { timeRejection } from './admission.rules.ts';
import { type AggregateRow, findAggregates, saveAggregates } from './aggregate.rows.ts';
import { difference, isByDifference, type Known } from './aggregate.rules.ts';
import type { Placed } from './read-events.rules.ts';
import { insertValues, type ValueRow } from './value.rows.ts';
import { toMillisecond } from './write-events.ts';

const NO_HASH = '00000000-0000-0000-0000-000000000000';
const FAR = Date.UTC(9999, 0, 1);

type Definitions = ReadonlyMap<string, MeterDefinition>;
export type Window = Pick<AggregateRow, 'meter' | 'start' | 'hash' | 'end'>;

/**
 * Turns events of meters that count unique, largest or newest values into what each adds to its window; others stay as they
 * are. Events that are not counted, because they are known or out of time, add nothing and change nothing.
 */
export async function byDifference(
  tx: Tx,
  standing: Standing,
  given: Placed[],
  definitions: Definitions,
): Promise<Placed[]> {
  const orgId = standing.snapshot.orgId;
  const aggregateOf = (meter: string) => definitions.get(meter)?.aggregate ?? 'sum';
  const some = given.filter(({ event }) => isByDifference(aggregateOf(event.meter)));
  if (some.length === 0) return given;
  const meters = some.map(({ event }) => event.meter);
  await lockMeters(tx, orgId, meters);
  const counted = await findKnown(
    tx,
    orgId,
    given.map(({ event }) => eventKey(event.source, event.id)),
  );
  const windows = await windowsOf(tx, standing, some);
  const known = new Map<string, Known>();
  const list = [...windows.values()];
  for (const { n, value, at } of await findAggregates(tx, orgId, list)) {
    known.set(nameOf(list[Number(n) - 1] as Window), { value: Number(value), at: at.getTime() });
  }
  const changed = new Map<string, AggregateRow>();
  const values: ValueRow[] = [];
  const differences = given.map((placed): Placed => {
    const { event } = placed;
    const key = eventKey(event.source, event.id);
    const again = counted.has(key);
    if (!timeRejection(event, standing.now)) counted.add(key);
    const window = windows.get(placed);
    if (!window) return placed;
    const said = event.said ?? event.quantity;
    if (again || timeRejection(event, standing.now)) return { ...placed, event: { ...event, said, quantity: 0 } };
    const name = nameOf(window);
    values.push({ ...window, key, value: event.quantity, at: toMillisecond(event.at) });
    const { adds, next } = difference(aggregateOf(event.meter), known.get(name), {
      value: event.quantity,
      at: Date.parse(event.at),
    });
    if (next) {
      known.set(name, next);
      changed.set(name, { ...window, value: next.value, at: new Date(next.at).toISOString() });
    }
    return { ...placed, event: { ...event, said, quantity: adds } };
  });
  if (changed.size > 0) await saveAggregates(tx, orgId, [...changed.values()]);
  await insertValues(tx, orgId, values);
  return differences;
}

export const nameOf = ({ meter, start, hash: of }: Window): string => `${meter} ${start} ${of}`;

/** The window of each event, as the plan limits its meter. */
export async function windowsOf(tx: Tx, standing: Standing, some: readonly Placed[]): Promise<Map<Placed, Window>> {
  const perOf = (meter: string) => {
    const grant = standing.snapshot.features[meter];
    return grant?.kind === 'metered' ? grant.per : 'month';
  };
  const daily = some.filter(({ event }) => perOf(event.meter) === 'day');
  // As its limit counts them: the day in which the zone changes is one.
  const instants = daily.map(({ event }) => ({ orgId: standing.snapshot.orgId, at: event.at }));
  const days = daily.length === 0 ? [] : await findDaysAt(tx, instants);
  return new Map(
    some.map((placed) => {
      const { meter, at, said, labels, counted } = placed.event;
      const day = days[daily.indexOf(placed)];
      const { start, end } = windowOf(
        {
          ...standing,
          now: Date.parse(at),
          ...(day ? { day: { start: day.start.getTime(), end: day.stop.getTime() } } : {}),
        },
        meter,
        perOf(meter),
      );
      return [
        placed,
        { meter, start: instant(start), hash: hashOf(said, counted ?? labels), end: end >= FAR ? null : instant(end) },
      ];
    }),
  );
}

/** What is known of a window is known of each combination of dimensions, and of unique values of each value. */
export function hashOf(said: string | number | undefined, labels: Labels | undefined): string {
  if (said === undefined && !labels) return NO_HASH;
  const text = labels ? JSON.stringify([said ?? null, labels]) : String(said);
  return dashed(hash('sha256', text, 'hex').slice(0, 32));
}

const instant = (ms: number): string => new Date(ms).toISOString();
const dashed = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
