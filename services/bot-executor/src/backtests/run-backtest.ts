import { Injectable } from '@nestjs/common';
import { type Backtest, createBacktest } from '@tidegate/contracts/bot-executor/backtests';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { readSeries } from '../candles/candle.rows.ts';
import type { CandleSeries } from '../candles/candle-series.rules.ts';
import { fraction, toCents } from '../engine/exact.rules.ts';
import { checkedPlan, marketOf } from '../ladder/check-settings.rules.ts';
import { moneyText } from '../markets/markets.rules.ts';
import { fillToWire, saveBacktest, tradeToWire } from './backtest.rows.ts';
import { backtest } from './backtest.rules.ts';
import { BacktestQuota } from './backtest-quota.ts';

/** More than a year of minutes. */
const MAX_CANDLES = 600_000;

type Wanted = Call<typeof createBacktest>['input'];

@Injectable()
export class RunBacktest {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly quota: BacktestQuota,
  ) {}

  @Handles(createBacktest)
  async handle({ input, tx, meter }: Call<typeof createBacktest>): Promise<Backtest> {
    await this.entitlements.feature(tx, 'backtests');
    const market = marketOf(input.settings);
    const series = await wantedSeries(tx, input);
    const plan = checkedPlan(input.settings, BigInt(series.open[0] as number));
    const id = newId();
    return this.quota.spendOne(tx.orgId as string, id, async () => {
      const report = backtest(plan, series);
      const profit = moneyText(market, report.profit);
      const result: Backtest = {
        id,
        settings: input.settings,
        feed: input.feed,
        currency: market.quote,
        candles: series.at.length,
        from: new Date(series.at[0] as number).toISOString(),
        to: new Date(series.at.at(-1) as number).toISOString(),
        closedTrades: report.closedTrades,
        winningTrades: report.winningTrades,
        fills: report.fills.length,
        profit,
        profitRounded: toCents(fraction(profit)),
        openProfit: moneyText(market, report.openProfit),
        fees: moneyText(market, report.fees),
        funding: moneyText(market, report.funding),
        liquidations: report.liquidations,
        maxCapital: moneyText(market, report.maxCapital),
        maxDrawdown: moneyText(market, report.maxDrawdown),
        createdAt: new Date().toISOString(),
      };
      const trades = report.trades.map((book) => tradeToWire(plan, book));
      const fills = report.fills.map((fill) => fillToWire(plan, fill));
      await saveBacktest(tx, result, trades, fills);
      await meter('backtest_runs', 1, { key: id });
      return result;
    });
  }
}

async function wantedSeries(tx: Tx, { settings, feed }: Wanted): Promise<CandleSeries> {
  const { source, interval } = feed;
  const [from, until] = [feed.from, feed.to].map((text) => (text ? new Date(text) : undefined));
  const market = marketOf(settings);
  const series = await readSeries(tx, { source, market, interval }, { from, until, limit: MAX_CANDLES });
  const candles = series.at.length;
  if (candles === 0) {
    const what = `${source} candles of ${settings.market} in steps of ${interval}`;
    throw invalid(
      '/feed',
      'no_candles',
      `There are no ${what} in this range. GET /api/v1/candles shows what there is.`,
    );
  }
  if (candles <= MAX_CANDLES) return series;
  const end = new Date(series.at[MAX_CANDLES] as number).toISOString();
  throw invalid('/feed/to', 'range_too_long', `At most ${MAX_CANDLES} candles: end at ${end} or before.`);
}
