import { fillFee, fillValue } from '../markets/markets.rules.ts';
import type { Plan } from '../strategies/plan.rules.ts';
import { decide } from './decide.rules.ts';
import { fundingBetween, type Payment } from './funding.rules.ts';
import {
  type Decision,
  type Intent,
  isEntry,
  isOpen,
  type MarketEvent,
  type PlacedOrder,
  type State,
} from './state.rules.ts';
import { bankruptcyTicks, beats, liquidationTicks } from './trade-plan.rules.ts';

/*
 * The paper exchange: fills orders from candles, conservatively. A candle does not tell in which order its prices came,
 * so the price is taken to run where it hurts first (for a long: open, low, high, close):
 *
 *   open     orders at the market fill, a base order among them
 *   against  averaging orders, stops and the liquidation price, nearest first; limits fill at their limit, stops at
 *            their price, or at the open when that has jumped over it
 *   for      take profits and what follows the price, unless an averaging order filled in this candle: which came first
 *            is not known
 *   close    stops that the candle itself has drawn nearer
 *
 * What is taken back is gone at once. A liquidated position is settled where its margin is used up. Backtests and paper
 * bots both run through here. Source: trading.md 8 and 3.5.
 */
export interface CandleTicks {
  /** Epoch milliseconds of the candle's begin. */
  at: number;
  open: bigint;
  high: bigint;
  low: bigint;
  close: bigint;
}

export interface ExchangeFill {
  trade: number;
  order: PlacedOrder;
  /** Of this fill, as the exchange names it. */
  id: string;
  at: number;
  ticks: bigint;
  lots: bigint;
  /** Money units: see markets.rules.ts. */
  value: bigint;
  fee: bigint;
  /** Of the fee, in millionths of a lot, where it is taken from the purchase. */
  heldBack: bigint;
  /** Lots that are open after it. */
  open: bigint;
}

export interface Step {
  at: number;
  state: State;
  intents: Intent[];
  payments: Payment[];
  fills: ExchangeFill[];
}

/** What one candle does to a bot. `mayOpen`: a new trade may begin. `before`: begin of the candle before. */
export function runCandle(state: State, candle: CandleTicks, plan: Plan, mayOpen = true, before?: number): Step {
  const run = new Exchange(state, candle, plan);
  run.open(mayOpen, before);
  const averaged = run.against();
  if (!averaged) run.inFavour();
  run.close(mayOpen);
  return run.step();
}

/** Closes the open trade at this price. */
export function runClose(state: State, at: number, ticks: bigint, plan: Plan): Step {
  const run = new Exchange(state, { at, open: ticks, high: ticks, low: ticks, close: ticks }, plan);
  run.end('close', ticks);
  return run.step();
}

/** What is taken back is gone before anything else can happen to it. */
export function decideAtOnce(before: State, event: MarketEvent, plan: Plan): Decision {
  let { state, intents } = decide(before, event, plan);
  for (let leaving = state.leaving[0]; leaving; leaving = state.leaving[0]) {
    const after = decide(state, { type: 'cancelled', key: leaving.key, filled: leaving.filled.lots }, plan);
    state = after.state;
    if (after.intents.length > 0) intents = [...intents, ...after.intents];
  }
  return { state, intents };
}

class Exchange {
  private readonly intents: Intent[] = [];
  private readonly fills: ExchangeFill[] = [];
  private payments: Payment[] = [];
  private state: State;
  private readonly candle: CandleTicks;
  private readonly plan: Plan;

  constructor(state: State, candle: CandleTicks, plan: Plan) {
    this.state = state;
    this.candle = candle;
    this.plan = plan;
  }

  open(mayOpen: boolean, before: number | undefined): void {
    const { at, open } = this.candle;
    if (before !== undefined) this.payments = fundingBetween(this.state, this.plan, { before, at, ticks: open });
    this.fillMarketOrders(open);
    this.tell({ type: 'candle', at, openTicks: open, mayOpen });
    this.fillMarketOrders(open);
    this.tellPrice(open);
  }

  /** Whether an averaging order filled. */
  against(): boolean {
    const { open, low, high } = this.candle;
    const worst = this.plan.long ? low : high;
    let averaged = false;
    for (let next = this.nextAgainst(worst); next; next = this.nextAgainst(worst)) {
      if (next === 'liquidation') this.end('liquidation', bankruptcyTicks(this.plan, this.state.position));
      else if (next.type === 'stop') this.fill(next, this.isBeyond(open, next.ticks) ? open : next.ticks);
      else {
        this.fill(next, next.ticks);
        averaged = true;
      }
    }
    this.tellPrice(worst);
    return averaged;
  }

  inFavour(): void {
    const { high, low } = this.candle;
    const best = this.plan.long ? high : low;
    const reached = () =>
      this.state.orders.find(
        ({ kind, type, ticks }) => kind === 'takeProfit' && type === 'limit' && !this.isBeyond(best, ticks, false),
      );
    for (let exit = reached(); exit; exit = reached()) this.fill(exit, exit.ticks);
    this.tellPrice(best);
  }

  close(mayOpen: boolean): void {
    const { at, high, low, close } = this.candle;
    const stop = this.nearestStop();
    if (stop && this.isBeyond(close, stop.ticks)) this.fill(stop, stop.ticks);
    this.tellPrice(close);
    // A DCA bot lives by its orders; others judge whole candles.
    if (this.plan.strategy !== 'dca') this.tell({ type: 'closed', at, high, low, close, mayOpen });
  }

  end(by: 'close' | 'liquidation', ticks: bigint): void {
    this.tell({ type: 'end', by, ticks });
    this.fillMarketOrders(ticks);
  }

  step(): Step {
    const { intents, fills, payments, state } = this;
    return { at: this.candle.at, state, intents, fills, payments };
  }

  /** What a price on its way against the trade meets first; a stop before what is at the same price. */
  private nextAgainst(worst: bigint): PlacedOrder | 'liquidation' | undefined {
    const stop = this.nearestStop();
    const entry = this.state.orders.find((order) => order.type === 'limit' && isEntry(order));
    const liquidation = isOpen(this.state) ? liquidationTicks(this.plan, this.state.position) : undefined;
    const met = [
      { what: stop, ticks: stop?.ticks },
      { what: 'liquidation' as const, ticks: liquidation },
      { what: entry, ticks: entry?.ticks },
    ].filter(({ ticks }) => ticks !== undefined && this.isBeyond(worst, ticks));
    const nearest = met.reduce<(typeof met)[0] | undefined>(
      (first, one) => (first && !beats(this.plan, one.ticks as bigint, first.ticks as bigint) ? first : one),
      undefined,
    );
    return nearest?.what;
  }

  /** The trailing exit before a stop loss at the same price. */
  private nearestStop(): PlacedOrder | undefined {
    let nearest: PlacedOrder | undefined;
    for (const order of this.state.orders) {
      if (order.type !== 'stop') continue;
      const ties = order.ticks === nearest?.ticks && order.kind === 'takeProfit';
      if (!nearest || ties || beats(this.plan, order.ticks, nearest.ticks)) nearest = order;
    }
    return nearest;
  }

  /** At a level or past it, seen from where the trade gains (or, with `false`, short of it). */
  private isBeyond(ticks: bigint, level: bigint, orAt = true): boolean {
    return ticks === level ? orAt : ticks < level === this.plan.long;
  }

  private tellPrice(ticks: bigint): void {
    const { trailFrom, breakEvenFrom, patientStop } = this.state.watch;
    // Most bots watch nothing: then a price by itself says nothing to them.
    if (trailFrom === undefined && breakEvenFrom === undefined && patientStop === undefined) return;
    this.tell({ type: 'price', at: this.candle.at, ticks });
    this.fillMarketOrders(ticks);
  }

  private tell(event: MarketEvent): void {
    const decision = decideAtOnce(this.state, event, this.plan);
    this.state = decision.state;
    this.intents.push(...decision.intents);
  }

  private fillMarketOrders(ticks: bigint): void {
    const order = this.state.orders.find(({ type }) => type === 'market');
    if (order) this.fill(order, ticks);
  }

  /** Whole orders only: a candle does not tell how much there was to trade with. */
  private fill(order: PlacedOrder, ticks: bigint): void {
    const { at } = this.candle;
    const lots = order.lots - order.filled.lots;
    const id = `${order.key}#${order.fills.length + 1}`;
    const value = fillValue(ticks, lots);
    const { market } = this.plan;
    const fee = fillFee(market, ticks, lots);
    const heldBack = market.feeFrom === 'received' && order.side === 'buy' ? lots * BigInt(market.feePpm) : 0n;
    const { trade } = this.state;
    this.tell({ type: 'fill', at, key: order.key, id, ticks, lots, heldBack });
    this.fills.push({ trade, order, id, at, ticks, lots, value, fee, heldBack, open: this.state.position.lots });
  }
}
