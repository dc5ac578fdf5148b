import { orderOf } from '../src/engine/fills.rules.ts';
import { paymentAt } from '../src/engine/funding.rules.ts';
import {
  INITIAL,
  type Intent,
  isEntry,
  type MarketEvent,
  type PlacedOrder,
  type State,
} from '../src/engine/state.rules.ts';
import { type ExchangeFill } from '../src/engine/step.rules.ts';
import { fillFee, fillValue } from '../src/markets/markets.rules.ts';
import { decide } from '../src/strategies/decide.rules.ts';
import type { Plan } from '../src/strategies/plan.rules.ts';
import { Journal } from '../src/trades/journal.rules.ts';
import { SlowExchange, STEP_MS } from './slow-exchange.ts';

/** How often something happened that this is about. */
export interface Seen {
  late: number;
  lateEntries: number;
  reopened: number;
  repeated: number;
  early: number;
  cut: number;
  rejected: number;
  overdue: number;
  halted: number;
  deferred: number;
  refusedByVenue: number;
}

export const NOTHING_SEEN: Readonly<Seen> = {
  late: 0,
  lateEntries: 0,
  reopened: 0,
  repeated: 0,
  early: 0,
  cut: 0,
  rejected: 0,
  overdue: 0,
  halted: 0,
  deferred: 0,
  refusedByVenue: 0,
};

/** What a bot shares its account with. */
export interface Account {
  /** Money, in tick × lots. */
  cash?: bigint;
  /** What others hold of what the exchange nets with it; undefined while reports to them are on their way. */
  others?: () => bigint | undefined;
}

/** A bot on a slow exchange, with its books, as a live runner would advance it. */
export class SlowRun {
  state: State;
  readonly journal = new Journal('b', { closedTrades: 0, profit: 0n, balance: 0n, sequence: 0 }, undefined);
  readonly intents: Intent[] = [];
  readonly events: MarketEvent[] = [];
  readonly seen: Seen = { ...NOTHING_SEEN };
  readonly exchange: SlowExchange;
  private readonly plan: Plan;
  private minutes = 0;

  private readonly account: Account;

  constructor(plan: Plan, random: () => number, state: State = INITIAL, account: Account = {}) {
    this.plan = plan;
    this.state = state;
    this.account = account;
    this.exchange = new SlowExchange(random, { venue: plan.market.venue, cash: account.cash });
  }

  /** Of a minute without a price only the reports arrive. */
  silent(ticks: bigint): void {
    this.minutes += 1;
    this.exchange.pass(ticks);
    for (const report of this.exchange.arrivals()) if (!this.deliver(report)) this.exchange.again(report);
    // What is open is what the bot knows of, whenever nothing is on its way.
    const others = this.account.others ? this.account.others() : 0n;
    if (this.exchange.hasReportedAll && others !== undefined)
      this.deliver({ type: 'position', at: this.at, lots: this.exchange.position + others });
  }

  get at(): number {
    return this.minutes * STEP_MS;
  }

  /** One minute at this price. */
  pass(ticks: bigint, mayOpen = true): void {
    this.silent(ticks);
    const { at } = this;
    this.deliver({ type: 'candle', at, openTicks: ticks, mayOpen });
    this.deliver({ type: 'price', at, ticks });
    this.deliver({ type: 'closed', at, high: ticks, low: ticks, close: ticks, mayOpen });
  }

  /** Funding at this mark. */
  fund(ticks: bigint): void {
    const amount = paymentAt(this.state, this.plan, ticks);
    if (amount !== 0n) this.deliver({ type: 'funding', at: this.minutes * STEP_MS, amount });
  }

  end(by: 'close' | 'liquidation', ticks: bigint): void {
    this.deliver({ type: 'end', by, ticks });
  }

  /** Prices stand still until nothing is left to happen, also after the pause that follows a refusal. */
  rest(ticks: bigint): void {
    this.end('close', ticks);
    for (let more = 200; !(this.exchange.isIdle && this.exchange.position === 0n) && more > 0; more -= 1)
      this.pass(ticks, false);
  }

  /** False for a sale that is reported before the purchase that it needs. */
  private deliver(event: MarketEvent): boolean {
    if (event.type === 'fill' && this.isEarly(event)) {
      expect(() => decide(this.state, event, this.plan)).toThrow('would turn a position');
      this.seen.early += 1;
      return false;
    }
    const before = this.state;
    const decision = decide(before, event, this.plan);
    this.state = decision.state;
    this.events.push(event);
    this.intents.push(...decision.intents);
    const { state } = this;
    const intents = [...decision.intents];
    for (const intent of intents) if (intent.type === 'place') this.expectCovered(intent.order);
    const fills = this.fillsOf(event, before);
    const rejected = event.type === 'rejected' && orderOf(before, event.key) ? [event.key] : [];
    this.journal.add({ at: this.minutes * STEP_MS, state, intents, payments: [], fills, rejected });
    this.seen.rejected += rejected.length;
    if (state.entryFrom !== undefined && before.entryFrom === undefined) this.seen.deferred += 1;
    if (rejected.length > 0 && event.type === 'rejected' && event.reason !== 'unavailable')
      this.seen.refusedByVenue += 1;
    this.seen.overdue += intents.filter((one) => one.type === 'place' && one.late).length;
    this.seen.halted += intents.filter(({ type }) => type === 'halt').length;
    this.exchange.take(decision.intents);
    return true;
  }

  /** No exit, and no stop either, is for more than what is known to be open. */
  private expectCovered(order: PlacedOrder): void {
    if (!isEntry(order) && order.lots > this.state.position.lots)
      throw new Error(`${order.key} is for more than the ${this.state.position.lots} lots that are open.`);
  }

  private isEarly({ key, id, lots }: MarketEvent & { type: 'fill' }): boolean {
    const order = orderOf(this.state, key);
    return order !== undefined && !order.fills.includes(id) && !isEntry(order) && lots > this.state.position.lots;
  }

  /** A report that says nothing new leaves the very same state. */
  private fillsOf(event: MarketEvent, before: State): ExchangeFill[] {
    if (event.type !== 'fill') return [];
    const order = orderOf(before, event.key);
    if (!order || this.state === before) {
      this.seen.repeated += 1;
      return [];
    }
    this.note(before, order);
    const { id, at, ticks, lots } = event;
    const [value, fee] = [fillValue(ticks, lots), fillFee(this.plan.market, ticks, lots)];
    const { lots: open, cost } = this.state.position;
    return [{ trade: before.trade, order, id, at, ticks, lots, value, fee, heldBack: 0n, open, cost }];
  }

  private note(before: State, order: NonNullable<ReturnType<typeof orderOf>>): void {
    if (!before.pendingCancels.includes(order)) return;
    this.seen.late += 1;
    if (order.total !== undefined) this.seen.cut += 1;
    if (!isEntry(order)) return;
    this.seen.lateEntries += 1;
    if (before.position.lots === 0n && order.kind === 'averaging') this.seen.reopened += 1;
  }
}
