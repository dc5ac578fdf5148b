import type { OrderStatus } from '@tidegate/contracts/bot-executor/trades';
import type { Payment } from '../engine/funding.rules.ts';
import { orderId, tradeId } from '../engine/ids.rules.ts';
import type { PlacedOrder } from '../engine/state.rules.ts';
import { type ExchangeFill, type Step } from '../engine/step.rules.ts';
import { type LedgerChange, ledgerChanges, paymentChange } from './ledger.rules.ts';
import { dayOf } from './profit-days.rules.ts';
import { applyFill, applyPayment, isClosed, type TradeSummary } from './trade-summary.rules.ts';

/*
 * Everything that some candles did to a bot, gathered to be written at once: orders, fills, ledger, trades, totals and
 * events. Ids follow from what they name: see engine/ids.rules.ts.
 */
export interface OrderEntry {
  id: string;
  tradeId: string;
  order: PlacedOrder;
  status: OrderStatus;
  placedAt: number;
}

export interface FillEntry {
  orderId: string;
  tradeId: string;
  fill: ExchangeFill;
}

export interface LedgerRecord extends LedgerChange {
  sequence: number;
  balance: bigint;
  tradeId: string;
  /** Funding belongs to no order. */
  orderId: string | null;
  at: number;
}

export interface FillEvent {
  tradeId: string;
  fill: ExchangeFill;
  /** The trade right after the fill. */
  summary: TradeSummary;
}

/** What the bot has done so far; sums are money units. */
export interface Totals {
  closedTrades: number;
  profit: bigint;
  balance: bigint;
  sequence: number;
}

export class Journal {
  /** Placed or skipped now, in this order. */
  readonly orders = new Map<string, OrderEntry>();
  /** Placed before and ended now, by key. */
  readonly ended = new Map<string, OrderStatus>();
  readonly fills: FillEntry[] = [];
  readonly ledger: LedgerRecord[] = [];
  readonly trades = new Map<string, TradeSummary>();
  readonly fillEvents: FillEvent[] = [];
  /** Of trades that were closed, by the days on which they were. */
  readonly profits = new Map<number, bigint>();
  totals: Totals;
  private readonly botId: string;
  private trade: TradeSummary | undefined;

  constructor(botId: string, totals: Totals, openTrade: TradeSummary | undefined) {
    this.botId = botId;
    this.totals = totals;
    this.trade = openTrade;
  }

  get placed(): OrderEntry[] {
    return [...this.orders.values()].filter(({ status }) => status !== 'skipped');
  }

  add({ at, intents, payments, fills, rejected = [] }: Step): void {
    for (const payment of payments) this.pay(payment);
    for (const intent of intents) {
      if (intent.type === 'cancel') this.end(intent.key, 'cancelled');
      else if (intent.type !== 'halt') this.order(intent.order, intent.type === 'skip' ? 'skipped' : 'open', at);
    }
    for (const fill of fills) this.fill(fill);
    for (const key of rejected) this.end(key, 'rejected');
  }

  private order(order: PlacedOrder, status: OrderStatus, placedAt: number): void {
    const id = orderId(this.botId, order.key);
    this.orders.set(order.key, { id, tradeId: tradeId(this.botId, tradeOf(order.key)), order, status, placedAt });
  }

  private end(key: string, status: OrderStatus): void {
    const entry = this.orders.get(key);
    if (entry) this.orders.set(key, { ...entry, status });
    else this.ended.set(key, status);
  }

  private pay(payment: Payment): void {
    if (!this.trade) throw new Error('Funding of a trade that is not open.');
    const id = tradeId(this.botId, payment.trade);
    this.trade = applyPayment(this.trade, payment);
    this.trades.set(id, this.trade);
    this.post(paymentChange(payment), { tradeId: id, orderId: null, at: payment.at });
  }

  private fill(fill: ExchangeFill): void {
    const { order, at } = fill;
    const ids = { tradeId: tradeId(this.botId, fill.trade), orderId: orderId(this.botId, order.key) };
    const before = this.trade?.number === fill.trade ? this.trade : undefined;
    this.trade = applyFill(this.trade, fill);
    this.trades.set(ids.tradeId, this.trade);
    if (order.filled.lots + fill.lots === order.lots) this.end(order.key, 'filled');
    this.fills.push({ ...ids, fill });
    for (const change of ledgerChanges(fill)) this.post(change, { ...ids, at });
    // A trade that was closed and has been opened again by a late fill does not count until it is closed again.
    if (before) this.count(before, -1);
    this.count(this.trade, 1);
    this.fillEvents.push({ tradeId: ids.tradeId, fill, summary: this.trade });
  }

  private count(trade: TradeSummary, times: 1 | -1): void {
    if (!isClosed(trade)) return;
    const { closedTrades, profit } = this.totals;
    const change = BigInt(times) * trade.cash;
    this.totals = { ...this.totals, closedTrades: closedTrades + times, profit: profit + change };
    const day = dayOf(trade.closedAt as number);
    this.profits.set(day, (this.profits.get(day) ?? 0n) + change);
  }

  private post(change: LedgerChange, at: { tradeId: string; orderId: string | null; at: number }): void {
    const sequence = this.totals.sequence + 1;
    const balance = this.totals.balance + change.amount;
    this.totals = { ...this.totals, sequence, balance };
    this.ledger.push({ ...change, ...at, sequence, balance });
  }
}

/** Keys begin with the number of their trade. */
const tradeOf = (key: string): number => Number(key.slice(0, key.indexOf(':')));
