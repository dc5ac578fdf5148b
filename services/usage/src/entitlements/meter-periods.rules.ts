import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { type Period, type PeriodStep, windowAt } from '@tidegate/contracts/billing/period';
import { periodsOf } from '@tidegate/contracts/billing/snapshot';

/** From which instants the periods of an organisation's meters are counted, in whole seconds. */
export interface MeterPeriods {
  /** Meters whose steps differ from the shared ones. */
  meters: Readonly<Record<string, readonly PeriodStep[]>>;
  shared: readonly PeriodStep[];
}

/** What counting needs of a snapshot. A meter that the plan lacks is counted in the shared periods. */
export function periodsByMeter(snapshot: Pick<Entitlements, 'features' | 'periods'>): MeterPeriods {
  const shared = periodsOf({ ...snapshot, features: {} }, '').map(inSeconds);
  const same = JSON.stringify(shared);
  const meters: Record<string, readonly PeriodStep[]> = {};
  for (const [meter, { kind }] of Object.entries(snapshot.features).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (kind !== 'metered') continue;
    const steps = periodsOf(snapshot, meter).map(inSeconds);
    if (JSON.stringify(steps) !== same) meters[meter] = steps;
  }
  return { meters, shared };
}

/** How events of an organisation are divided by time. */
export interface Times {
  periods: MeterPeriods;
  /** Of its days. */
  zone: string;
}

export const stepsOf = ({ shared, meters }: MeterPeriods, meter: string): readonly PeriodStep[] =>
  meters[meter] ?? shared;

const inSeconds = ({ from, anchor, months }: PeriodStep): PeriodStep => ({
  from: wholeSecond(from),
  anchor: wholeSecond(anchor),
  months,
});

/** Invoices know whole seconds: a boundary between two would cut an hour into parts that nobody bills. */
const wholeSecond = (instant: string): string =>
  new Date(Math.floor(Date.parse(instant) / 1_000) * 1_000).toISOString();

/* Consecutive events of an organisation nearly always fall into one month: the last one of each list of steps is cached. */
const lastMonths = new WeakMap<readonly PeriodStep[], Period>();
/** The month in which an instant lies: balances are stored by it. */
export function monthOf(steps: readonly PeriodStep[], at: number): Period {
  const last = lastMonths.get(steps);
  if (last && at >= last.start && at < last.end) return last;
  const month = windowAt(steps, 'month', at);
  lastMonths.set(steps, month);
  return month;
}

/** A stretch of time that is counted in another month than before. */
export interface Recut {
  from: number;
  until: number;
  /** Where the months begin. */
  before: number;
  after: number;
}

/** What changes between two lists of steps, from one instant to another. */
export function recutsBetween(
  before: readonly PeriodStep[],
  after: readonly PeriodStep[],
  { from, until }: { from: number; until: number },
): Recut[] {
  const recuts: Recut[] = [];
  for (let at = from; at < until; ) {
    const [old, now] = [windowAt(before, 'month', at), windowAt(after, 'month', at)];
    const end = Math.min(old.end, now.end, until);
    if (old.start !== now.start) recuts.push({ from: at, until: end, before: old.start, after: now.start });
    at = end;
  }
  return recuts;
}
