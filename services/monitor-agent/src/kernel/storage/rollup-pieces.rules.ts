import type { TimeRange } from './range.rules.ts';

/** From the finest to the coarsest. */
export const ROLLUP_UNITS = ['hour', 'day', 'month'] as const;
export type RollupUnit = (typeof ROLLUP_UNITS)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What of a server is added up: `from` to `until` by the hour, whole days of it by the day, and these months so far. */
export interface RolledUp {
  /** null: since ever. */
  from: Date | null;
  until: Date;
  /** Their beginnings. */
  months: readonly Date[];
}

export interface Pieces {
  /** What is read from samples: before what is added up, and after it. */
  before: TimeRange;
  after: TimeRange;
  rollups: (TimeRange & { unit: RollupUnit })[];
}

/** As parameters of a statement: from and to before what is added up, the same after it, and the rollups' units and edges. */
export const piecesAsParameters = ({ before, after, rollups }: Pieces): readonly unknown[] => [
  before.from,
  before.to,
  after.from,
  after.to,
  rollups.map(({ unit }) => unit),
  rollups.map(({ from }) => from),
  rollups.map(({ to }) => to),
];

export const startOfHour = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;
export const startOfDay = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS;
export const startOfMonth = (at: number): number => {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
};
export const startOfNextMonth = (at: number): number => {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
};
const upTo = (start: (at: number) => number, length: number) => (at: number) =>
  start(at) === at ? at : start(at) + length;

/** A range as the coarsest sums that it is made of; every instant of it is in exactly one. */
export function piecesOf(range: TimeRange, rolled: RolledUp | undefined): Pieces {
  const [from, to] = [range.from.getTime(), range.to.getTime()];
  const first = Math.max(upTo(startOfHour, HOUR_MS)(from), rolled?.from?.getTime() ?? Number.NEGATIVE_INFINITY);
  const last = Math.min(startOfHour(to), rolled?.until.getTime() ?? Number.NEGATIVE_INFINITY);
  if (!rolled || first >= last) return { before: range, after: between(to, to), rollups: [] };
  return {
    before: between(from, first),
    after: between(last, to),
    rollups: rollupsOf(first, last, rolled),
  };
}

function rollupsOf(first: number, last: number, { until, months }: RolledUp): Pieces['rollups'] {
  const rollups: Pieces['rollups'] = [];
  const add = (unit: RollupUnit, start: number, stop: number) => {
    const last = rollups.at(-1);
    if (last?.unit === unit && last.to.getTime() === start) last.to = new Date(stop);
    else if (start < stop) rollups.push({ unit, ...between(start, stop) });
  };
  const [firstDay, lastDay] = [upTo(startOfDay, DAY_MS)(first), startOfDay(last)];
  if (firstDay >= lastDay) {
    add('hour', first, last);
    return rollups;
  }
  add('hour', first, firstDay);
  const daysUntil = startOfDay(until.getTime());
  let at = firstDay;
  for (const month of months.map((one) => one.getTime()).toSorted((a, b) => a - b)) {
    const stop = Math.min(startOfNextMonth(month), daysUntil);
    if (month < at || stop > lastDay || stop <= month) continue;
    add('day', at, month);
    add('month', month, stop);
    at = stop;
  }
  add('day', at, lastDay);
  add('hour', lastDay, last);
  return rollups;
}

const between = (from: number, to: number): TimeRange => ({ from: new Date(from), to: new Date(to) });
