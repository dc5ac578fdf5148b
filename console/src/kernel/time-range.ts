import { pageNow } from './page-clock.ts';
import { given, instantOf, textOf } from './search-params.ts';

/** Ranges to choose from, in seconds; they end now. */
export const RANGES = {
  '15m': 900,
  '1h': 3_600,
  '6h': 21_600,
  '24h': 86_400,
  '7d': 604_800,
  '30d': 2_592_000,
  '90d': 7_776_000,
  '1y': 31_536_000,
} as const;
export type RangeName = keyof typeof RANGES;
const DEFAULT: RangeName = '1h';

/** In the address: a name that moves with the time (`range=6h`), or two instants that stay (`from` and `to`). */
export interface RangeSearch {
  range?: RangeName;
  from?: string;
  to?: string;
}

export function rangeSearch(raw: Record<string, unknown>): RangeSearch {
  const [from, to] = [instantOf(raw, 'from'), instantOf(raw, 'to')];
  if (from && to && from < to) return { from, to };
  const name = textOf(raw, 'range');
  return given({ range: name && name in RANGES && name !== DEFAULT ? (name as RangeName) : undefined });
}

/** The range that an address means, as operations take it. A named one ends at a full step, so that pages share answers. */
export function rangeOf({ range, from, to }: RangeSearch, now = pageNow()): { from: string; to: string } {
  if (from && to) return { from, to };
  const seconds = RANGES[range ?? DEFAULT];
  const step = seconds <= 3_600 ? 10_000 : 60_000;
  const end = Math.floor(now / step) * step;
  return { from: new Date(end - seconds * 1_000).toISOString(), to: new Date(end).toISOString() };
}

export const nameOf = ({ range, from, to }: RangeSearch): RangeName | 'fixed' =>
  from && to ? 'fixed' : (range ?? DEFAULT);
