import type { QuotaWindow } from '@tidegate/contracts/billing/features';
import { type Period, type PeriodStep, windowAt } from '@tidegate/contracts/billing/period';
import { millionths } from './quantity.rules.ts';

/** A part of a period that is reported as one number. Stripe keeps one number for each hour, the last that came. */
export interface Slot extends Period {
  /** What it is reported for: an instant of the period, in an hour of its own. */
  stamp: number;
}

const HOUR_MS = 3_600_000;

/**
 * The parts of a period that are over: its hours, the first from where it begins. An hour in which it ends belongs to the
 * next period, so what was used in that before the end counts with the hour before. A period within one hour has no part:
 * its usage is charged later.
 */
export function slotsOf({ start, end }: Period, until: number): Slot[] {
  const slots: Slot[] = [];
  for (let from = start; from < end; ) {
    const to = Math.min(end, Math.floor(from / HOUR_MS) * HOUR_MS + HOUR_MS);
    const last = slots.at(-1);
    if (to % HOUR_MS === 0) slots.push({ stamp: from, start: from, end: to });
    else if (last) last.end = to;
    from = to;
  }
  return slots.filter((slot) => slot.end <= until);
}

/** A question to usage: how much in a time, or how much beyond a limit in each of its hours or days. */
export interface Span {
  meter: string;
  from: string;
  to: string;
  beyond?: { limit: number; per: 'hour' | 'day' };
}

export interface Counting {
  feature: string;
  per: QuotaWindow;
  /** null: unlimited. */
  included: number | null;
  period: Period;
  /** Those from which the windows of the feature's limit are counted. */
  steps: readonly PeriodStep[];
}

/** Which sums have to be known for what is charged of a period up to an instant. */
export function spansUpTo({ feature: meter, per, included, period, steps }: Counting, until: number): Span[] {
  if (included === null || until <= period.start) return [];
  const span = (from: number, to: number): Span => ({ meter, from: iso(from), to: iso(to) });
  if (per === 'hour' || per === 'day') return [{ ...span(period.start, until), beyond: { limit: included, per } }];
  return windowsOf(per, steps, { start: period.start, end: until }).flatMap(({ start, end }) => {
    const all = span(start, Math.min(end, until));
    return start < period.start ? [span(start, period.start), all] : [all];
  });
}

/** What is charged of a period up to an instant, in millionths: what is beyond the limit, window by window. */
export function chargedUpTo(counting: Counting, until: number, sums: ReadonlyMap<string, bigint>): bigint {
  const { per, included, period } = counting;
  if (included === null) return 0n;
  const limit = millionths(included);
  const over = (used: bigint) => (used > limit ? used - limit : 0n);
  return spansUpTo(counting, until).reduce((total, span) => {
    const sum = sums.get(keyOf(span));
    if (sum === undefined) throw new Error(`Nobody asked for ${keyOf(span)}.`);
    if (per === 'hour' || per === 'day') return total + sum;
    // What was beyond the limit before the period began was charged before.
    return span.to === iso(period.start) ? total - over(sum) : total + over(sum);
  }, 0n);
}

export const keyOf = ({ meter, from, to, beyond }: Span): string =>
  `${meter} ${from} ${to} ${beyond ? `${beyond.per} ${beyond.limit}` : ''}`;

/** The windows of a limit that a time touches. Of one for ever they begin with the first use, and end with the month. */
function windowsOf(per: QuotaWindow, steps: readonly PeriodStep[], { start, end }: Period): Period[] {
  const windows: Period[] = [];
  for (let at = start; at < end; ) {
    const window = windowAt(steps, per === 'period' ? 'period' : 'month', at);
    windows.push(per === 'ever' ? { ...window, start: 0 } : window);
    at = window.end;
  }
  // Counted since ever, one window is all that there is.
  return per === 'ever' ? [{ start: 0, end }] : windows;
}

const iso = (at: number): string => new Date(at).toISOString();
