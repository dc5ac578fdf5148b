import { Injectable } from '@nestjs/common';
import { type Backtest, createBacktest } from '@tidegate/contracts/bot-executor/backtests';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { fraction, toCents, toText } from '../engine/exact.rules.ts';
import { ENGINE_VERSION, fingerprintOf } from '../engine/fingerprint.ts';
import { marketOf } from '../ladder/check-settings.rules.ts';
import { type MarketRules, moneyText } from '../markets/markets.rules.ts';
import { checkedStrategyPlan } from '../strategies/plan.rules.ts';
import { entriesOf, entryOfPayment, Wallet } from '../trades/wallet.rules.ts';
import { fillToWire, pointToWire, saveBacktest, tradeToWire } from './backtest.rows.ts';
import { type BacktestReport, backtest } from './backtest.rules.ts';
import { EquityCurve } from './equity-curve.rules.ts';
import { RunQuota } from './run-quota.ts';
import { wantedSeries } from './wanted-series.ts';

const CURVE_POINTS = 500;

@Injectable()
export class RunBacktest {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly quota: RunQuota,
  ) {}

  @Handles(createBacktest)
  async handle({ input, tx, meter }: Call<typeof createBacktest>): Promise<Backtest> {
    await this.entitlements.feature(tx, 'backtests');
    const market = marketOf(input.settings);
    const series = await wantedSeries(tx, input);
    const plan = checkedStrategyPlan(input.settings, BigInt(series.open[0] as number));
    const id = newId();
    return this.quota.spend(tx.orgId as string, { meter: 'backtest_runs', count: 1, key: id }, async () => {
      const curve = new EquityCurve(series, { from: 0, to: series.at.length }, CURVE_POINTS);
      const report = backtest(plan, series, { curve });
      const profit = moneyText(market, report.profit);
      const result: Backtest = {
        id,
        settings: input.settings,
        feed: input.feed,
        currency: market.quote,
        engineVersion: ENGINE_VERSION,
        fingerprint: fingerprintOf(market, [input.settings], series),
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
        wallet: walletOf(market, report),
        timeInTradePercent: toText({ n: BigInt(100 * report.candlesInTrade), d: BigInt(series.at.length) }, 2),
        maxCapital: moneyText(market, report.maxCapital),
        maxDrawdown: moneyText(market, report.maxDrawdown),
        createdAt: new Date().toISOString(),
      };
      const trades = report.trades.map((book) => tradeToWire(plan, book));
      const fills = report.fills.map((fill) => fillToWire(plan, fill));
      const equity = curve.points.map((point) => pointToWire(plan, point));
      await saveBacktest(tx, result, { trades, fills, equity });
      await meter('backtest_runs', 1, { key: id });
      return result;
    });
  }
}

function walletOf(market: MarketRules, { fills, payments }: BacktestReport): Backtest['wallet'] {
  const wallet = new Wallet();
  for (const fill of fills) for (const entry of entriesOf(market, fill)) wallet.add(entry);
  for (const payment of payments) wallet.add(entryOfPayment(market, payment));
  return wallet.changes().map(([currency, change]) => ({ currency, change: toText(change, 24) }));
}
