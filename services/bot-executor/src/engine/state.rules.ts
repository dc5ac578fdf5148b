import { FLAT, type Position } from './position.rules.ts';
import type { Refused } from './refusals.rules.ts';

/** What a bot knows and wants: the vocabulary of the decision function. */
export type OrderKind = 'base' | 'averaging' | 'takeProfit' | 'stopLoss' | 'close' | 'liquidation';

/** An average price in ticks that need not be whole: tick × lots over lots. */
export interface PricePoint {
  value: bigint;
  lots: bigint;
}

export const atTicks = (ticks: bigint): PricePoint => ({ value: ticks, lots: 1n });

export interface PlacedOrder {
  key: string;
  kind: OrderKind;
  /** Which averaging order, or which step of the take profit, from 1; 0 for others. */
  level: number;
  side: 'buy' | 'sell';
  /** A stop becomes a market order when the price reaches it from the side where the trade gains. */
  type: 'market' | 'limit' | 'stop';
  ticks: bigint;
  lots: bigint;
  /** The exchange lets it close no more than is open: it may stand beside another exit for the same lots. */
  reduceOnly?: true | undefined;
  /** What the exchange has reported of it: lots, tick × lots, and the ids of these reports. */
  filled: PricePoint;
  fills: readonly string[];
}

/** Asked to be cancelled; it may be filled until the exchange confirms. */
export interface PendingCancel extends PlacedOrder {
  /** Lots that were filled of it in all, once the exchange has said so: reports of some may still be on their way. */
  total?: bigint | undefined;
}

/** Prices, in ticks, at which something must be done that no order on the exchange does by itself. */
export interface Watch {
  /** Take profit from which the price is followed, and the best price since it was reached. */
  trailFrom: bigint | undefined;
  best: bigint | undefined;
  /** From here on the stop loss stands where both fees are paid. */
  breakEvenFrom: bigint | undefined;
  /** A stop loss that counts only after a while, and since when (epoch ms) the price has been beyond it. */
  patientStop: bigint | undefined;
  beyondSince: number | undefined;
}

export const UNWATCHED: Watch = {
  trailFrom: undefined,
  best: undefined,
  breakEvenFrom: undefined,
  patientStop: undefined,
  beyondSince: undefined,
};

export interface State {
  /** Trades begun so far; the open one has this number. */
  trade: number;
  /** Of orders that are replaced within a trade. */
  revision: number;
  position: Position;
  /** Fills of the base order and of the last entry. */
  base: PricePoint;
  lastFill: PricePoint;
  /** What the next distance counts from: the last entry's fill, or the level of one that was skipped since. */
  last: PricePoint;
  /** The last averaging order that was filled or skipped. */
  level: number;
  /** The last averaging order that was placed or skipped. */
  planned: number;
  /** The last step of the take profit that was filled. */
  step: number;
  watch: Watch;
  /** The next averaging order is too far from the price for the exchange, and is placed from this price on. */
  entryFrom?: bigint | undefined;
  /** When the last trade ended, epoch ms. */
  endedAt: number | undefined;
  /** Private state of a strategy that remembers more than its orders. */
  memory?: object | undefined;
  /** On the exchange, and meant to be. */
  orders: readonly PlacedOrder[];
  pendingCancels: readonly PendingCancel[];
  /** Exits that are placed as soon as no cancel of an exit is pending. */
  deferred: readonly PlacedOrder[];
  /** Since when (epoch ms) they have been. */
  deferredSince?: number | undefined;
  /** What the exchange refuses in a row. */
  refused?: Refused | undefined;
  /** Base orders that were refused and began no trade. */
  unbegun?: number | undefined;
  /** Why nothing more is bought. */
  halted?: HaltReason | undefined;
  /** Why everything is being closed at the market: so is what entries on their way out still bring. */
  closing: OrderKind | undefined;
}

/** Why an exchange refuses an order. `notAllowed` does not pass by itself: a key without the right, a market that ended. */
export type RejectReason =
  | 'belowMinimum'
  | 'insufficientFunds'
  | 'priceBand'
  | 'wouldTake'
  | 'wouldTrigger'
  | 'tooMany'
  | 'unavailable'
  | 'notAllowed';

export type HaltReason = 'ordersRejected' | 'positionChanged';

export type MarketEvent =
  | { type: 'candle'; at: number; openTicks: bigint; mayOpen: boolean }
  /** Of a price within a candle only this is known: it came at `at` or later, and by `latest`. */
  | { type: 'price'; at: number; latest?: number; ticks: bigint }
  /** Received (above zero) or paid for holding a future, in money units. */
  | { type: 'funding'; at: number; amount: bigint }
  | { type: 'closed'; at: number; high: bigint; low: bigint; close: bigint; mayOpen: boolean }
  | Fill
  /** The order is gone, asked or not, or because its time was over; `filled` are the lots that were filled of it in all. */
  | { type: 'cancelled'; key: string; filled: bigint }
  /** It was accepted. An exchange need not report this; while it is unknown, nothing is reported. */
  | { type: 'accepted'; key: string }
  /** It was refused, and nothing was filled of it. */
  | { type: 'rejected'; at: number; key: string; reason: RejectReason }
  /** What is open, as the exchange says when no report of an order is under way. */
  | { type: 'position'; at: number; lots: bigint }
  | { type: 'end'; by: 'close' | 'liquidation'; ticks: bigint };

export interface Fill {
  type: 'fill';
  at: number;
  key: string;
  id: string;
  /** Price; of an exchange that reports only an average, the nearest tick, and then what it comes to in tick × lots. */
  ticks: bigint;
  value?: bigint;
  lots: bigint;
  /** In millionths of a lot, where the fee is taken from the purchase; else in money units, where it is not the market's. */
  heldBack?: bigint;
  fee?: bigint;
}

/** In tick × lots. */
export const fillWorth = ({ ticks, lots, value }: Fill): bigint => value ?? ticks * lots;

/** `skip`: the order would be below the market's minimum at this price; it is reported and never placed. */
export type Intent =
  /** `late`: what it replaces may still stand, for the exchange does not answer. */
  | { type: 'place'; order: PlacedOrder; late?: true }
  | { type: 'cancel'; key: string }
  | { type: 'skip'; order: PlacedOrder }
  /** Whoever runs the bot halts it and notifies its owner. */
  | { type: 'halt'; reason: HaltReason; message: string };

/** Why no trade begins. */
export type Obstacle = 'maxTrades' | 'cooldown' | 'priceRange' | 'belowMinimum' | 'noSignal' | 'refused';

export interface Decision {
  state: State;
  intents: readonly Intent[];
}

const NOWHERE: PricePoint = { value: 0n, lots: 0n };

export const INITIAL: State = {
  trade: 0,
  revision: 0,
  position: FLAT,
  base: NOWHERE,
  lastFill: NOWHERE,
  last: NOWHERE,
  level: 0,
  planned: 0,
  step: 0,
  watch: UNWATCHED,
  endedAt: undefined,
  orders: [],
  pendingCancels: [],
  deferred: [],
  closing: undefined,
};

export const isOpen = ({ position }: State): boolean => position.lots > 0n;
export const isEntry = ({ kind }: PlacedOrder): boolean => kind === 'base' || kind === 'averaging';

export const isExit = (order: PlacedOrder): boolean => !isEntry(order);
/** Nothing is open and nothing that was taken back can be filled any more. */
export const isOver = (state: State): boolean => !isOpen(state) && state.pendingCancels.length === 0;

/** Nothing to do. */
export const stay = (state: State): Decision => ({ state, intents: [] });
