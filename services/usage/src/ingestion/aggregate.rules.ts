import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';

/** What is known of a window: the largest or newest value; of a unique value, that it was seen. */
export interface Known {
  value: number;
  at: number;
}

/** Meters whose events do not simply add up. */
export const isByDifference = (aggregate: MeterDefinition['aggregate'] | undefined): boolean =>
  aggregate === 'unique' || aggregate === 'max' || aggregate === 'latest';

/**
 * What an event adds to its window, and what is known after it; `next` is undefined when the event changes nothing. A
 * window begins at 0. The newest value is that of the latest instant, whatever the order of arrival.
 */
export function difference(
  aggregate: MeterDefinition['aggregate'],
  known: Known | undefined,
  { value, at }: Known,
): { adds: number; next: Known | undefined } {
  const before = known?.value ?? 0;
  if (aggregate === 'unique') return known ? { adds: 0, next: undefined } : { adds: 1, next: { value: 1, at } };
  if (aggregate === 'max') return value > before ? { adds: value - before, next: { value, at } } : NOTHING;
  if (known && at < known.at) return NOTHING;
  return { adds: value - before, next: { value, at } };
}

const NOTHING = { adds: 0, next: undefined };
