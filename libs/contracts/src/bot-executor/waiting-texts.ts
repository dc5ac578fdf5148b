import type { WaitingReason } from './bot-reasons.ts';

/** Why a running bot opens no trade, as it says so itself. */
export const WAITING_TEXTS: Record<WaitingReason, string> = {
  maxTrades: 'It has opened as many trades as maxTrades allows.',
  cooldown: 'Its last trade ended less than cooldownSeconds ago.',
  priceRange: 'The price is not between minPrice and maxPrice.',
  belowMinimum:
    'At this price the first order, or what it opens where it may have to be closed, is below the market’s minimum. Make it larger.',
  refused: 'The exchange refused its order; it is retried after a pause.',
  noSignal: 'The strategy waits for its signal.',
};
