import type { MarketEvent } from './state.rules.ts';

/** A price of an exchange, with the exchange's own time. */
export interface Tick {
  at: number;
  ticks: bigint;
}

export interface Feed {
  /** The newest price that was decided on. */
  newest: number | undefined;
  /** How old a price may be. */
  maxAgeMs: number;
}

/**
 * What a bot decides on when a live price arrives. Its time is known to the moment, so patience and pauses count from it
 * and not from a candle's end. A price that is too old, or older than one before, says nothing: nothing is begun, added,
 * followed or closed on it. What stands on the exchange stands, and reports about it always count, whatever prices do.
 * One from the future is a wrong clock, and counts as too old.
 */
export function pricesOf(tick: Tick, feed: Feed, { now, mayOpen }: { now: number; mayOpen: boolean }): MarketEvent[] {
  const isFresh = Math.abs(now - tick.at) <= feed.maxAgeMs;
  if (!isFresh || (feed.newest !== undefined && tick.at < feed.newest)) return [];
  return [
    { type: 'candle', at: tick.at, openTicks: tick.ticks, mayOpen },
    { type: 'price', at: tick.at, latest: tick.at, ticks: tick.ticks },
  ];
}
