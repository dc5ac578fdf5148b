import type { Intent, MarketEvent, PlacedOrder, RejectReason } from '../src/engine/state.rules.ts';
import { onStep, type VenueRules } from '../src/markets/venue.rules.ts';

/*
 * A realistic exchange: it fills in parts, cancels slowly and fills in the meantime, and its reports come late, twice
 * and in any order. Its behaviour follows from its seed alone.
 *
 * It never lets a position turn around: a limit or market order that could do so is a fault of the bot, and throws at
 * once. Stops stand beside take profits for the same lots, as a pair of which one cancels the other: one that fires
 * cuts what is left for the others. Of reduce-only orders any number stand beside each other, and each is cut to what
 * there is. Now and then it refuses an order for no reason that anybody could know, and what comes late without being
 * covered it refuses for that; on an account with a fixed amount of money it refuses a purchase that the rest does not pay
 * for. Of a market with rules of its own it takes no price between two steps, no order that is
 * too large, no more orders than there may be, and no limit too far from the last price.
 */
interface Live {
  order: PlacedOrder;
  filled: bigint;
  reports: number;
  cancelAt: number | undefined;
  /** A stop has fired beside it. */
  mayBeCut: boolean;
}

/** A moment. */
export const STEP_MS = 15_000;

export interface Execution {
  id: string;
  key: string;
  ticks: bigint;
  lots: bigint;
}

type Report = MarketEvent & { type: 'fill' | 'cancelled' | 'accepted' | 'rejected' };

/** Numbers from 0 up to 1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const isExit = ({ order: { kind } }: Live): boolean => kind !== 'base' && kind !== 'averaging';
const isStop = ({ order: { type } }: Live): boolean => type === 'stop';
/** A stop that has fired is an order at the market, and has its lots like every other. */
const sells = (one: Live): boolean => !isStop(one) || one.filled > 0n;
const leftOf = ({ order, filled }: Live): bigint => order.lots - filled;

export class SlowExchange {
  position = 0n;
  readonly executions: Execution[] = [];
  private now = 0;
  private live: Live[] = [];
  private reports: { due: number; report: Report }[] = [];
  private readonly random: () => number;
  private readonly venue: VenueRules | undefined;
  /** Money of a spot account, in tick × lots; as much as it takes where nothing is said. */
  cash: bigint | undefined;
  private last = 0n;

  constructor(
    random: () => number,
    { venue, cash }: { venue?: VenueRules | undefined; cash?: bigint | undefined } = {},
  ) {
    this.random = random;
    this.venue = venue;
    this.cash = cash;
  }

  get isIdle(): boolean {
    return this.live.length === 0 && this.reports.length === 0;
  }

  /** Nothing is on its way, so that what is open is what was reported. */
  get hasReportedAll(): boolean {
    return this.reports.length === 0;
  }

  take(intents: readonly Intent[]): void {
    for (const intent of intents) {
      if (intent.type === 'place') this.accept(intent.order, intent.late === true);
      else if (intent.type === 'cancel') this.askToCancel(intent.key);
    }
  }

  /** A moment at this price. */
  pass(ticks: bigint): void {
    this.now += 1;
    this.last = ticks;
    for (const one of this.live.filter(({ cancelAt }) => cancelAt !== undefined && cancelAt <= this.now))
      this.remove(one);
    for (const one of this.shuffled(this.live)) if (this.live.includes(one)) this.match(one, ticks);
    this.expectCovered();
  }

  /** Reports that arrive now. */
  arrivals(): Report[] {
    const arrived = this.reports.filter(({ due }) => due <= this.now);
    this.reports = this.reports.filter(({ due }) => due > this.now);
    return this.shuffled(arrived.map(({ report }) => report));
  }

  /** It could not be understood yet. */
  again(report: Report): void {
    this.reports.push({ due: this.now + 1, report });
  }

  private accept(order: PlacedOrder, late: boolean): void {
    const one: Live = { order, filled: 0n, reports: 0, cancelAt: undefined, mayBeCut: order.reduceOnly === true };
    if (this.random() < 0.03) {
      this.refuse(order, 'unavailable');
      return;
    }
    if (late && !this.isFree(one)) {
      this.refuse(order, 'insufficientFunds');
      return;
    }
    const objection = this.isPaid(one) ? this.objection(order) : 'insufficientFunds';
    if (objection) {
      this.refuse(order, objection);
      return;
    }
    this.live.push(one);
    if (this.random() < 0.5) this.report({ type: 'accepted', key: order.key });
    if (order.reduceOnly) return;
    if (!this.standsAlone(one)) throw new Error(`${order.key} stands beside the stop that it replaces.`);
    if (isExit(one) && !isStop(one)) this.expectCovered(() => true);
  }

  /** What the bot can know it must keep to; how many orders there are, and how far the price is, it may learn late. */
  private objection({ key, type, side, ticks, lots }: PlacedOrder): RejectReason | undefined {
    const { venue } = this;
    if (!venue) return undefined;
    if (type !== 'market' && onStep({ venue }, ticks, false) !== ticks)
      throw new Error(`${key} at ${ticks} is on no step.`);
    if (venue.maxLots !== undefined && lots > venue.maxLots) throw new Error(`${key} is for too much: ${lots}.`);
    if (venue.maxOrders !== undefined && type !== 'market' && this.live.length >= venue.maxOrders) return 'tooMany';
    if (!venue.band || type !== 'limit' || this.last === 0n) return undefined;
    const [n, d] = [venue.band.n, venue.band.d];
    const tooFar = side === 'buy' ? ticks * d < this.last * (d - n) : ticks * d > this.last * (d + n);
    return tooFar ? 'priceBand' : undefined;
  }

  private refuse({ key }: PlacedOrder, reason: RejectReason): void {
    this.report({ type: 'rejected', at: this.now * STEP_MS, key, reason });
  }

  private isFree(one: Live): boolean {
    const locked = this.live
      .filter((other) => isExit(other) && sells(other))
      .reduce((sum, other) => sum + leftOf(other), 0n);
    return isStop(one) ? this.standsAlone(one) : locked + one.order.lots <= this.position;
  }

  /** What waits is paid for as well; the last price is the best guess of what an order at the market will cost. */
  private isPaid(one: Live): boolean {
    if (this.cash === undefined || isExit(one)) return true;
    const costs = ({ order: { type, ticks, lots }, filled }: Live) =>
      (type === 'market' ? this.last : ticks) * (lots - filled);
    const held = this.live.filter((other) => !isExit(other)).reduce((sum, other) => sum + costs(other), 0n);
    return held + costs(one) <= this.cash;
  }

  private standsAlone(one: Live): boolean {
    return (
      !isStop(one) || !this.live.some((other) => other !== one && isStop(other) && other.order.kind === one.order.kind)
    );
  }

  private askToCancel(key: string): void {
    const one = this.live.find(({ order }) => order.key === key);
    if (one) one.cancelAt = this.now + this.upTo(4);
    // It came too late; some exchanges say how much was filled, others say nothing.
    else if (this.random() < 0.5) this.report({ type: 'cancelled', key, filled: this.filledOf(key) });
  }

  private filledOf(key: string): bigint {
    return this.executions.filter((one) => one.key === key).reduce((lots, one) => lots + one.lots, 0n);
  }

  private match(one: Live, ticks: bigint): void {
    if (!this.reaches(one, ticks) || this.random() < 0.2) return;
    if (isStop(one)) for (const other of this.live) if (isExit(other)) other.mayBeCut = true;
    const left = leftOf(one);
    const part = this.random() < 0.5 ? left : 1n + BigInt(Math.floor(this.random() * Number(left)));
    const lots = isExit(one) && part > this.position ? this.position : this.affordable(one, part, ticks);
    // More than there is money for is not bought, and the rest of the order ends.
    if (!isExit(one) && lots === 0n) {
      this.remove(one);
      return;
    }
    if (lots < part && isExit(one) && !one.mayBeCut) throw new Error(`${one.order.key} sold more than there was.`);
    if (lots > 0n) this.execute(one, one.order.type === 'limit' ? one.order.ticks : ticks, lots);
    if (leftOf(one) === 0n) this.live = this.live.filter((other) => other !== one);
    // Nothing is left to close: orders that only close are gone.
    if (isExit(one) && this.position === 0n) for (const other of this.live.filter(isExit)) this.remove(other);
  }

  private affordable(one: Live, lots: bigint, ticks: bigint): bigint {
    if (this.cash === undefined || isExit(one) || one.order.type !== 'market') return lots;
    const most = this.cash / ticks;
    return most < lots ? most : lots;
  }

  /** A stop that has fired is an order at the market. */
  private reaches({ order: { type, side, ticks: level }, filled }: Live, ticks: bigint): boolean {
    if (type === 'market' || (type === 'stop' && filled > 0n)) return true;
    const below = type === 'limit' ? side === 'buy' : side === 'sell';
    return below ? ticks <= level : ticks >= level;
  }

  private execute(one: Live, ticks: bigint, lots: bigint): void {
    const { key } = one.order;
    one.filled += lots;
    one.reports += 1;
    this.position += isExit(one) ? -lots : lots;
    if (this.cash !== undefined) this.cash += isExit(one) ? ticks * lots : -ticks * lots;
    const id = `${key}#${one.reports}`;
    this.executions.push({ id, key, ticks, lots });
    this.report({ type: 'fill', at: this.now * STEP_MS, key, id, ticks, lots });
  }

  private remove(one: Live): void {
    this.live = this.live.filter((other) => other !== one);
    this.report({ type: 'cancelled', key: one.order.key, filled: one.filled });
  }

  private report(report: Report): void {
    this.reports.push({ due: this.now + this.upTo(4), report });
    while (this.random() < 0.25) this.reports.push({ due: this.now + this.upTo(12), report });
  }

  /** All that can be sold, with what is on its way out, is there to be sold. */
  private expectCovered(which: (one: Live) => boolean = ({ mayBeCut }) => !mayBeCut): void {
    const selling = this.live.filter((one) => isExit(one) && sells(one) && which(one));
    const lots = selling.reduce((sum, one) => sum + leftOf(one), 0n);
    if (lots > this.position)
      throw new Error(`${selling.map(({ order }) => order.key)} would sell ${lots} of ${this.position} lots.`);
  }

  private upTo(most: number): number {
    return Math.floor(this.random() * (most + 1));
  }

  private shuffled<One>(all: readonly One[]): One[] {
    return all
      .map((one) => ({ one, place: this.random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ one }) => one);
  }
}
