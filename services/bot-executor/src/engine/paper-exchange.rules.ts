import type { CandleTicks } from '../kernel/candle-series.rules.ts';
import { fillFee, fillValue } from '../markets/markets.rules.ts';
import { nextFunding, type Payment, paymentAt } from './funding.rules.ts';
import { type Intent, isEntry, isOpen, type MarketEvent, type PlacedOrder, type State } from './state.rules.ts';
import { type Around, type ExchangeFill, type Step } from './step.rules.ts';
import { decideAtOnce, type Strategy } from './strategy.rules.ts';
import { bankruptcyTicks, beats, liquidationTicks, type TradePlan } from './trade-plan.rules.ts';

/*
 * The paper exchange: fills orders from candles, conservatively. Of a candle's prices two are known by their time: the
 * open is the first, the close the last. In which order high and low came is unknown, so the price is taken to run
 * where it hurts first (for a long: open, low, high, close):
 *
 *   open     funding is paid; orders at the market fill, a base order among them; take profits that the open has reached
 *   against  averaging orders, stops and the liquidation price, nearest first; limits fill at their limit, stops at
 *            their price, or at the open when that has jumped over it
 *   for      take profits and what follows the price, up to the best price; where an averaging order filled in this
 *            candle the best may have come before it, and only the close is certain
 *   close    stops that the candle itself has drawn nearer
 *
 * No exit is filled where nothing of an isolated margin would be left: the position is liquidated there, whatever stop
 * stood before, and settled where its margin is used up. What fills within a candle has filled at its end at the
 * latest. A cancelled order is gone at once. Backtests and paper bots both run through here. Source: trading.md 8 and
 * 3.5.
 */
export function paperExchange<Plan extends TradePlan>(strategy: Strategy<Plan>) {
  return {
    /** What one candle does to a bot. */
    runCandle(state: State, candle: CandleTicks, plan: Plan, around: Around): Step {
      const { intervalMs, mayOpen = true, before } = around;
      const run = new Exchange(strategy, state, candle, plan, candle.at + intervalMs);
      run.open(mayOpen, before);
      run.inFavour(run.against());
      run.close(mayOpen);
      return run.step();
    },

    /** Closes the open trade at the close of a candle that was decided on. */
    runClose(state: State, { at, close }: Pick<CandleTicks, 'at' | 'close'>, plan: Plan, { intervalMs }: Around): Step {
      const candle = { at, open: close, high: close, low: close, close };
      const run = new Exchange(strategy, state, candle, plan, at + intervalMs);
      run.end('close', close);
      return run.step();
    },

    decideAtOnce: (state: State, event: MarketEvent, plan: Plan) => decideAtOnce(strategy, state, event, plan),
  };
}

/** What a price has reached on its way against the trade. */
interface Met {
  what: PlacedOrder | 'liquidation';
  ticks: bigint;
}

class Exchange<Plan extends TradePlan> {
  private readonly strategy: Strategy<Plan>;
  private readonly intents: Intent[] = [];
  private readonly fills: ExchangeFill[] = [];
  private readonly payments: Payment[] = [];
  private state: State;
  private readonly candle: CandleTicks;
  private readonly plan: Plan;
  private readonly ends: number;
  /** When what happens now has happened at the latest. */
  private latest: number;

  constructor(strategy: Strategy<Plan>, state: State, candle: CandleTicks, plan: Plan, ends: number) {
    this.strategy = strategy;
    this.state = state;
    this.candle = candle;
    this.plan = plan;
    this.ends = ends;
    this.latest = ends;
  }

  open(mayOpen: boolean, before: number | undefined): void {
    const { at, open } = this.candle;
    this.latest = at;
    if (before !== undefined && this.plan.funding) this.payFunding(this.plan.funding, before);
    this.fillMarketOrders(open);
    this.report({ type: 'candle', at, openTicks: open, mayOpen });
    this.fillMarketOrders(open);
    if (isOpen(this.state)) this.takeProfits(open);
    this.reportPrice(open);
    this.latest = this.ends;
  }

  /** At the stamps after the candle before began and up to the begin of this one. */
  private payFunding(funding: NonNullable<TradePlan['funding']>, before: number): void {
    const { at, open } = this.candle;
    for (let stamp = nextFunding(funding, before); stamp <= at; stamp += funding.everyMs) {
      const amount = paymentAt(this.state, this.plan, open);
      if (amount === 0n) return;
      this.report({ type: 'funding', at: stamp, amount });
      this.payments.push({ trade: this.state.trade, at: stamp, amount });
    }
  }

  /** Whether an averaging order filled. */
  against(): boolean {
    const { open, low, high } = this.candle;
    const worst = this.plan.long ? low : high;
    let averaged = false;
    for (let next = this.nextAgainst(worst); next; next = this.nextAgainst(worst)) {
      const { what, ticks } = next;
      const jumped = this.isBeyond(open, ticks);
      this.latest = jumped ? this.candle.at : this.ends;
      if (what === 'liquidation') this.liquidate();
      else if (what.type === 'stop') this.exit(what, jumped ? open : ticks);
      else {
        this.fill(what, ticks);
        averaged = true;
      }
    }
    this.latest = this.ends;
    this.reportPrice(worst);
    return averaged;
  }

  inFavour(averaged: boolean): void {
    const { high, low, close } = this.candle;
    const best = averaged ? close : this.plan.long ? high : low;
    this.takeProfits(best);
    if (!averaged) this.reportPrice(best);
  }

  close(mayOpen: boolean): void {
    const { at, high, low, close } = this.candle;
    const stop = this.nearestStop();
    if (stop && this.isBeyond(close, stop.ticks)) this.fill(stop, stop.ticks);
    this.reportPrice(close);
    // A DCA bot lives by its orders; others judge whole candles.
    if (this.strategy.judgesCandles(this.plan)) this.report({ type: 'closed', at, high, low, close, mayOpen });
  }

  end(by: 'close' | 'liquidation', ticks: bigint): void {
    this.report({ type: 'end', by, ticks });
    this.fillMarketOrders(ticks);
  }

  /** Limits that this price has reached, each at its own price. */
  private takeProfits(ticks: bigint): void {
    for (let exit = this.reachedBy(ticks); exit; exit = this.reachedBy(ticks)) this.fill(exit, exit.ticks);
  }

  private reachedBy(ticks: bigint): PlacedOrder | undefined {
    for (const order of this.state.orders)
      if (order.kind === 'takeProfit' && order.type === 'limit' && !this.isBeyond(ticks, order.ticks, false))
        return order;
    return undefined;
  }

  /** At the market, unless nothing of the margin is left at this price: then the exchange has the position already. */
  private exit(order: PlacedOrder, ticks: bigint): void {
    if (order.kind !== 'liquidation' && this.isBankruptAt(ticks)) this.liquidate();
    else this.fill(order, ticks);
  }

  private isBankruptAt(ticks: bigint): boolean {
    const { plan, state } = this;
    return plan.leverage !== undefined && this.isBeyond(ticks, bankruptcyTicks(plan, state.position));
  }

  private liquidate(): void {
    this.end('liquidation', bankruptcyTicks(this.plan, this.state.position));
  }

  step(): Step {
    const { intents, fills, payments, state } = this;
    const halt = state.halted && intents.find((intent) => intent.type === 'halt');
    return { at: this.candle.at, state, intents, fills, payments, halt };
  }

  /** What a price on its way against the trade meets first; a stop before what is at the same price. */
  private nextAgainst(worst: bigint): Met | undefined {
    const stop = this.nearestStop();
    const entry = this.state.orders.find((order) => order.type === 'limit' && isEntry(order));
    const liquidation = isOpen(this.state) ? liquidationTicks(this.plan, this.state.position) : undefined;
    let nearest = stop && this.met(worst, stop, stop.ticks);
    if (liquidation !== undefined) nearest = this.met(worst, 'liquidation', liquidation, nearest);
    return entry ? this.met(worst, entry, entry.ticks, nearest) : nearest;
  }

  /** This, where the worst price reaches it before what it has met already. */
  private met(worst: bigint, what: Met['what'], ticks: bigint, before?: Met): Met | undefined {
    if (!this.isBeyond(worst, ticks) || (before && !beats(this.plan, ticks, before.ticks))) return before;
    return { what, ticks };
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

  private reportPrice(ticks: bigint): void {
    const { trailFrom, breakEvenFrom, patientStop } = this.state.watch;
    // Most bots watch nothing: then a price alone does not matter to them.
    if (trailFrom === undefined && breakEvenFrom === undefined && patientStop === undefined) return;
    this.report({ type: 'price', at: this.candle.at, latest: this.latest, ticks });
    this.fillMarketOrders(ticks);
  }

  private report(event: MarketEvent): void {
    const decision = decideAtOnce(this.strategy, this.state, event, this.plan);
    this.state = decision.state;
    this.intents.push(...decision.intents);
  }

  private fillMarketOrders(ticks: bigint): void {
    const order = this.state.orders.find(({ type }) => type === 'market');
    if (!order) return;
    if (isEntry(order)) this.fill(order, ticks);
    else this.exit(order, ticks);
  }

  /** Whole orders only: a candle does not say how much could be traded. */
  private fill(order: PlacedOrder, ticks: bigint): void {
    const { at } = this.candle;
    const lots = order.lots - order.filled.lots;
    const id = `${order.key}#${order.fills.length + 1}`;
    const value = fillValue(ticks, lots);
    const { market } = this.plan;
    const fee = fillFee(market, ticks, lots);
    const heldBack = market.feeFrom === 'received' && order.side === 'buy' ? lots * BigInt(market.feePpm) : 0n;
    const { trade } = this.state;
    this.report({ type: 'fill', at: this.latest, key: order.key, id, ticks, lots, heldBack });
    const { lots: open, cost } = this.state.position;
    this.fills.push({ trade, order, id, at, ticks, lots, value, fee, heldBack, open, cost });
  }
}
