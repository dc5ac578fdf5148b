import { Injectable } from '@nestjs/common';
import { type Backtest, createBacktest } from '@tidegate/contracts/bot-executor/backtests';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { readCandles } from '../candles/candle.rows.ts';
import { seriesOf } from '../candles/candle-series.rules.ts';
import { fraction, toCents } from '../engine/exact.rules.ts';
import type { CandleTicks } from '../engine/paper-exchange.rules.ts';
import { checkedPlan, marketOf } from '../ladder/check-settings.rules.ts';
import { moneyText } from '../markets/markets.rules.ts';
import { fillToWire, saveBacktest, tradeToWire } from './backtest.rows.ts';
import { backtest } from './backtest.rules.ts';
import { BacktestQuota } from './backtest-quota.ts';

const MAX_CANDLES = 50_000;

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
    const candles = await wantedCandles(tx, input);
    const plan = checkedPlan(input.settings, candles.first.open);
    const id = newId();
    return this.quota.spendOne(tx.orgId as string, id, async () => {
      const report = backtest(plan, seriesOf(candles.all));
      const profit = moneyText(market, report.profit);
      const result: Backtest = {
        id,
        settings: input.settings,
        feed: input.feed,
        currency: market.quote,
        candles: candles.all.length,
        from: new Date(candles.first.at).toISOString(),
        to: new Date(candles.last.at).toISOString(),
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

async function wantedCandles(
  tx: Tx,
  { settings, feed }: Wanted,
): Promise<{ all: CandleTicks[]; first: CandleTicks; last: CandleTicks }> {
  const { source, interval } = feed;
  const [from, until] = [feed.from, feed.to].map((text) => (text ? new Date(text) : undefined));
  const series = { source, market: marketOf(settings), interval };
  const all = await readCandles(tx, series, { from, until, limit: MAX_CANDLES + 1 });
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) {
    const what = `${source} candles of ${settings.market} in steps of ${interval}`;
    throw invalid(
      '/feed',
      'no_candles',
      `There are no ${what} in this range. GET /api/v1/candles shows what there is.`,
    );
  }
  if (all.length <= MAX_CANDLES) return { all, first, last };
  const end = new Date(all[MAX_CANDLES]?.at ?? 0).toISOString();
  throw invalid('/feed/to', 'range_too_long', `At most ${MAX_CANDLES} candles: end at ${end} or before.`);
}
