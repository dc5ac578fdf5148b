import type { Period } from '@tidegate/contracts/billing/period';
import { divideRounded } from './rounding.rules.ts';

/** Something that is paid in advance for each period: a plan, an add-on, seats. */
export interface RecurringItem {
  /** Identifies the item within its subscription: the same before and after a change of quantity. */
  key: string;
  name: string;
  quantity: number;
  /** For one, for one whole period. */
  amountMinor: number;
}

/** Part of an invoice: what it is for, from when until when, and what it costs; a credit is negative. */
export interface ProratedLine {
  key: string;
  name: string;
  quantity: number;
  amountMinor: bigint;
  period: Period;
}

const wholeSeconds = (ms: number): bigint => BigInt(Math.floor(ms / 1_000));

/**
 * The part of a period's price that belongs to the time from `at` to its end, counted in whole seconds and rounded once,
 * as Stripe does.
 */
export function remaining(amountMinor: bigint, { start, end }: Period, at: number): bigint {
  const [whole, left] = [wholeSeconds(end) - wholeSeconds(start), wholeSeconds(end) - wholeSeconds(at)];
  if (left <= 0n) return 0n;
  return left >= whole ? amountMinor : divideRounded(amountMinor * left, whole);
}

const price = ({ amountMinor, quantity }: RecurringItem): bigint => BigInt(amountMinor) * BigInt(quantity);

export interface Change {
  before: readonly RecurringItem[];
  after: readonly RecurringItem[];
  /** What has been paid for, and what is paid for from now on; another start means that the period begins again. */
  from: Period;
  to: Period;
  at: number;
}

/**
 * What a change in the middle of a period costs: a credit for the unused time of each item that changes or ends, and a
 * charge for the rest of the period of each that changes or begins. Items that stay as they are cost nothing, unless the
 * period begins again.
 */
export function changeLines({ before, after, from, to, at }: Change): ProratedLine[] {
  const again = from.start !== to.start || from.end !== to.end;
  const same = (item: RecurringItem, others: readonly RecurringItem[]) =>
    !again && others.some((other) => other.key === item.key && price(other) === price(item));
  const line = (item: RecurringItem, period: Period, sign: bigint): ProratedLine => ({
    key: item.key,
    name: item.name,
    quantity: item.quantity,
    amountMinor: sign * remaining(price(item), period, at),
    period: { start: at, end: period.end },
  });
  return [
    ...before.filter((item) => !same(item, after)).map((item) => line(item, from, -1n)),
    ...after.filter((item) => !same(item, before)).map((item) => line(item, to, 1n)),
  ].filter(({ amountMinor }) => amountMinor !== 0n);
}
