import { Injectable } from '@nestjs/common';
import { type Backtest, createBacktest, getBacktest } from '@tidegate/contracts/bot-executor/backtests';
import { invalid, notFound } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { readCandles } from '../candles/candle.rows.ts';
import { fraction, mul, toText } from '../engine/exact.rules.ts';
import type { TradeBook } from '../engine/trade-book.rules.ts';
import { checkSettings, marketOf } from '../ladder/check-settings.rules.ts';
import type { Plan } from '../ladder/ladder.rules.ts';
import { fillValue, moneyText } from '../markets/markets.rules.ts';
import { backtest } from './backtest.rules.ts';

const MAX_CANDLES = 50_000;
const MAX_TRADES = 2_000;

@Injectable()
export class RunBacktest {
  constructor(private readonly entitlements: Entitlements) {}

  @Handles(createBacktest)
  async run({ input, tx, meter }: Call<typeof createBacktest>): Promise<Backtest> {
    await this.entitlements.feature(tx, 'backtests');
    const { settings, source } = input;
    const plan: Plan = { settings, market: marketOf(settings) };
    const [from, until] = [input.from, input.to].map((text) => (text ? new Date(text) : null));
    const candles = await readCandles(tx, { source, market: settings.market, from, until, limit: MAX_CANDLES + 1 });
    const [first, last] = [candles[0], candles.at(-1)];
    if (!first || !last)
      throw invalid('/from', 'no_candles', `There are no ${source} candles of ${settings.market} in this range.`);
    if (candles.length > MAX_CANDLES) throw invalid('/to', 'range_too_long', `Choose at most ${MAX_CANDLES} candles.`);
    const fault = checkSettings(plan, first.open);
    if (fault) throw fault;
    const report = backtest(plan, candles);
    const id = newId();
    const result: Backtest = {
      id,
      settings,
      source,
      candles: candles.length,
      from: new Date(first.at).toISOString(),
      to: new Date(last.at).toISOString(),
      closedTrades: report.trades.filter((trade) => trade.closedAt !== undefined).length,
      profit: moneyText(plan.market, report.profit),
      fees: moneyText(plan.market, report.fees),
      maxCapital: moneyText(plan.market, report.maxCapital),
      maxDrawdown: moneyText(plan.market, report.maxDrawdown),
      trades: report.trades.slice(-MAX_TRADES).map((trade) => tradeToWire(plan, trade)),
      createdAt: new Date().toISOString(),
    };
    await tx.query('insert into backtests (org_id, id, result) values ($1, $2, $3)', [tx.orgId, id, result]);
    await meter('backtest_runs', 1, { key: id });
    return result;
  }

  @Handles(getBacktest)
  async get({ input, tx }: Call<typeof getBacktest>): Promise<Backtest> {
    const row = await tx.one<{ result: Backtest }>('select result from backtests where org_id = $1 and id = $2', [
      tx.orgId,
      input.backtestId,
    ]);
    if (!row) throw notFound();
    return row.result;
  }
}

function tradeToWire({ market, settings }: Plan, trade: TradeBook) {
  return {
    number: trade.number,
    direction: settings.direction,
    openedAt: new Date(trade.openedAt).toISOString(),
    closedAt: trade.closedAt === undefined ? null : new Date(trade.closedAt).toISOString(),
    averagingFills: trade.averagingFills,
    averagePrice: toText(mul({ n: trade.cost, d: trade.lots }, fraction(market.tickSize)), 8),
    cost: moneyText(market, fillValue(trade.cost, 1n)),
    fees: moneyText(market, trade.fees),
    profit: trade.closedAt === undefined ? null : moneyText(market, trade.cash),
  };
}
