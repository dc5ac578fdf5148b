import type { Price } from '@tidegate/contracts/billing/prices';

/** What is sold by the month only is paid twelve months at a time by whoever pays by the year. */
export function priceOf(prices: readonly Price[], currency: string, interval: Price['interval']): number | undefined {
  const by = (wanted: Price['interval']) =>
    prices.find((price) => price.currency === currency && price.interval === wanted)?.amountMinor;
  const month = by('month');
  return by(interval) ?? (interval === 'year' && month !== undefined ? month * 12 : undefined);
}
