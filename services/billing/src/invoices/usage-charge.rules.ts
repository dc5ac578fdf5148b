import type { QuotaWindow } from '@tidegate/contracts/billing/features';
import type { UsagePrice } from '@tidegate/contracts/billing/prices';
import type { Covered } from '@tidegate/contracts/usage/sums';
import { usageAmount } from '../prices/usage-price.rules.ts';

/** Usage of a meter in a time; `beyond`: only what lies beyond a limit in each hour or day of it. */
export interface Span {
  meter: string;
  from: string;
  to: string;
  beyond?: { limit: number; per: 'hour' | 'day' };
}

interface Window {
  feature: string;
  per: QuotaWindow;
  /** null: unlimited. */
  included: string | null;
  window_start: Date;
  from_at: Date;
  until_at: Date;
}

/** What has to be known of a window: how much was used before its part began, and when it is over. */
export function spansOf({ feature: meter, per, included, window_start, from_at, until_at }: Window): Span[] {
  if (included === null) return [];
  const [start, from, to] = [window_start.toISOString(), from_at.toISOString(), until_at.toISOString()];
  if (per === 'hour' || per === 'day') return [{ meter, from, to, beyond: { limit: Number(included), per } }];
  const all = { meter, from: start, to };
  return start === from ? [all] : [{ meter, from: start, to: from }, all];
}

/** What was counted in the spans of a window, in the smallest steps of its meter, and how many digits those are. */
export interface Counted {
  sums: readonly bigint[];
  decimals: number;
  /** Everything that was used in each span, and what was drawn for it. */
  covered: readonly Covered[];
}

/** How much of it was beyond the limit before the part began, and at its end. The counter goes on when prices change. */
export function beyond(
  { per, included }: Window,
  { sums, decimals }: Pick<Counted, 'sums' | 'decimals'>,
): [before: bigint, all: bigint] {
  if (included === null) return [0n, 0n];
  const all = sums.at(-1) ?? 0n;
  if (per === 'hour' || per === 'day') return [0n, all];
  const limit = BigInt(included) * 10n ** BigInt(decimals);
  const over = (used: bigint) => (used > limit ? used - limit : 0n);
  return [sums.length > 1 ? over(sums[0] as bigint) : 0n, over(all)];
}

/** What a window owes altogether, and for how much. */
export function owedFor(
  window: Window & { price: UsagePrice; currency: string },
  counted: Pick<Counted, 'sums' | 'decimals'>,
): { quantity: bigint; amount: bigint } {
  const [before, all] = beyond(window, counted);
  const cost = (steps: bigint) => usageAmount(window.price, steps, window.currency, counted.decimals);
  return { quantity: all - before, amount: cost(all) - cost(before) };
}
