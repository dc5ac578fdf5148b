import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { botStopped } from '@tidegate/contracts/bot-executor/bots';
import { tradeAveraged, tradeClosed, tradeOpened } from '@tidegate/contracts/bot-executor/trades';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Outbox } from '@tidegate/messaging/outbox';
import type { Intent, State } from '../engine/decide.rules.ts';
import { toText } from '../engine/exact.rules.ts';
import {
  type CandleResult,
  type CandleTicks,
  type ExchangeFill,
  runCandle,
  runClose,
} from '../engine/paper-exchange.rules.ts';
import { readState, writeState } from '../engine/state-json.rules.ts';
import { applyFill, cashFlow, type TradeBook } from '../engine/trade-book.rules.ts';
import { marketOf } from '../ladder/check-settings.rules.ts';
import type { Plan } from '../ladder/ladder.rules.ts';
import { moneyText, priceText, quantityText } from '../markets/markets.rules.ts';
import { findOpenBook, saveFill, saveIntents, saveLedger, saveTrade } from '../trades/trade.rows.ts';
import { type BotRow, dequeue } from './bot.rows.ts';

/**
 * Carries a bot over candles, in the caller's transaction: decisions, orders, fills, ledger, events and the position
 * in the candles are one write. The bot's row is locked, so a second replica finds the candles decided already.
 */
@Injectable()
export class BotRunner {
  constructor(
    private readonly outbox: Outbox,
    private readonly bus: Bus,
  ) {}

  async run(tx: Tx, bot: BotRow, candles: CandleTicks[]): Promise<void> {
    const book = await Run.open(tx, bot, this.outbox);
    for (const candle of candles) {
      await book.take(runCandle(book.state, candle, book.plan), candle.at);
      if (bot.status === 'stopping' && !book.state.open) break;
    }
    await this.finish(tx, bot, book);
  }

  /** Closes the open trade at this price; the bot stops. */
  async close(tx: Tx, bot: BotRow, at: number, ticks: bigint): Promise<void> {
    const book = await Run.open(tx, { ...bot, status: 'stopping' }, this.outbox);
    await book.take(runClose(book.state, at, ticks, book.plan), at);
    await this.finish(tx, { ...bot, status: 'stopping' }, book);
  }

  private async finish(tx: Tx, bot: BotRow, book: Run): Promise<void> {
    const stopped = bot.status === 'stopping' && !book.state.open;
    await book.save(stopped ? 'stopped' : bot.status);
    if (stopped) {
      await dequeue(tx, bot.id);
      await this.outbox.emit(tx, botStopped, { botId: bot.id, name: bot.name });
    }
    if (book.changed) {
      const orgId = tx.orgId as string;
      const news = { botId: bot.id, closedTrades: book.closedTrades, profit: moneyText(book.plan.market, book.profit) };
      tx.onCommit(() => this.bus.live(orgId, 'bots', news));
    }
  }
}

/** One transaction's worth of a bot's life. */
class Run {
  state: State;
  readonly plan: Plan;
  closedTrades: number;
  profit: bigint;
  changed = false;
  private balance: bigint;
  private sequence: number;
  private upTo: number | undefined;
  private readonly tx: Tx;
  private readonly bot: BotRow;
  private readonly outbox: Outbox;
  private trade: TradeBook | undefined;

  private constructor(tx: Tx, bot: BotRow, outbox: Outbox, trade: TradeBook | undefined) {
    this.tx = tx;
    this.bot = bot;
    this.outbox = outbox;
    this.trade = trade;
    this.plan = { settings: bot.settings, market: marketOf(bot.settings) };
    this.state = { ...readState(bot.state), finishing: bot.status === 'stopping' };
    this.closedTrades = bot.closed_trades;
    this.profit = BigInt(bot.profit);
    this.balance = BigInt(bot.balance);
    this.sequence = Number(bot.ledger_sequence);
  }

  static async open(tx: Tx, bot: BotRow, outbox: Outbox): Promise<Run> {
    const trade = bot.open_trade_id ? await findOpenBook(tx, bot.open_trade_id) : undefined;
    return new Run(tx, bot, outbox, trade);
  }

  async take(result: CandleResult, at: number): Promise<void> {
    this.upTo = at;
    this.state = result.state;
    if (result.intents.length === 0 && result.fills.length === 0) return;
    this.changed = true;
    const fills = new Map(result.fills.map((fill) => [fill.order.key, fill]));
    // Fills open trades, which orders belong to.
    for (const fill of result.fills) await this.takeFill(fill);
    await this.takeIntents(result.intents, at, new Set(fills.keys()));
  }

  private async takeFill(fill: ExchangeFill): Promise<void> {
    this.trade = applyFill(this.trade, fill);
    const tradeId = this.tradeId(fill.trade);
    await saveTrade(this.tx, { id: tradeId, botId: this.bot.id, book: this.trade });
    await saveFill(this.tx, { orderId: this.orderId(fill.order.key), botId: this.bot.id, tradeId, fill });
    await this.book(tradeId, fill.order.side, cashFlow(fill), fill.at);
    await this.book(tradeId, 'fee', -fill.fee, fill.at);
    await this.tell(tradeId, fill, this.trade);
  }

  private async book(tradeId: string, kind: 'buy' | 'sell' | 'fee', amount: bigint, at: number): Promise<void> {
    this.sequence += 1;
    this.balance += amount;
    const { sequence, balance } = this;
    await saveLedger(this.tx, { botId: this.bot.id, sequence, kind, amount, balance, tradeId, at });
  }

  private async takeIntents(intents: Intent[], at: number, filled: Set<string>): Promise<void> {
    const placed = intents.flatMap((intent) => (intent.type === 'place' ? [intent.order] : []));
    const cancelled = intents.flatMap((intent) => (intent.type === 'cancel' ? [intent.key] : []));
    await saveIntents(this.tx, {
      botId: this.bot.id,
      at,
      cancelled,
      filled: [...filled],
      orders: placed.map((order) => ({
        order,
        id: this.orderId(order.key),
        tradeId: this.tradeId(Number(order.key.split(':')[0])),
      })),
    });
    for (const order of placed) await this.outbox.meter(this.tx, 'bot_orders', 1, { key: this.orderId(order.key) });
  }

  private async tell(tradeId: string, fill: ExchangeFill, trade: TradeBook): Promise<void> {
    const { market, settings } = this.plan;
    const shared = {
      tradeId,
      botId: this.bot.id,
      botName: this.bot.name,
      market: market.market,
      direction: settings.direction,
    };
    const at = new Date(fill.at).toISOString();
    const [price, quantity] = [priceText(market, fill.ticks), quantityText(market, fill.lots)];
    switch (fill.order.kind) {
      case 'base':
        await this.outbox.emit(this.tx, tradeOpened, { ...shared, price, quantity, openedAt: at });
        return;
      case 'averaging': {
        const averagePrice = priceText(market, trade.cost / trade.lots);
        await this.outbox.emit(this.tx, tradeAveraged, { ...shared, price, quantity, averagePrice, filledAt: at });
        return;
      }
      default: {
        this.closedTrades += 1;
        this.profit += trade.cash;
        const profitPercent = toText({ n: trade.cash * 100n, d: trade.cost * 1_000_000n }, 2);
        const profit = moneyText(market, trade.cash);
        await this.outbox.emit(this.tx, tradeClosed, {
          ...shared,
          profit,
          profitPercent,
          currency: market.quote,
          closedAt: at,
        });
      }
    }
  }

  async save(status: BotRow['status']): Promise<void> {
    const openTrade = this.state.open ? this.tradeId(this.state.trade) : null;
    await this.tx.query(
      `update bots set status = $3, state = $4, decided_up_to = coalesce($5, decided_up_to), closed_trades = $6,
              profit = $7, balance = $8, ledger_sequence = $9, open_trade_id = $10 where org_id = $1 and id = $2`,
      [
        this.tx.orgId,
        this.bot.id,
        status,
        writeState({ ...this.state, finishing: false }),
        this.upTo === undefined ? null : new Date(this.upTo),
        this.closedTrades,
        this.profit.toString(),
        this.balance.toString(),
        this.sequence,
        openTrade,
      ],
    );
  }

  /** Ids follow from what they name, so that deciding again names the same. */
  private tradeId = (number: number): string => deterministicId(`${this.bot.id} trade ${number}`);
  private orderId = (key: string): string => deterministicId(`${this.bot.id} order ${key}`);
}

/** A uuid of version 8 (RFC 9562 5.8) from a text. */
function deterministicId(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
