import fc from 'fast-check';
import { runs } from '../../test/long.ts';
import { AROUND, anySettings, anyWalk, COARSE, DEMANDING, settingsA } from '../../test/markets.ts';
import { seriesOf } from '../../test/series.ts';
import { INITIAL, isOpen, type State } from '../engine/state.rules.ts';
import { type CandleTicks } from '../kernel/candle-series.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { findMarket } from '../markets/built-in-markets.ts';
import { type MarketRules } from '../markets/markets.rules.ts';
import { runCandle } from '../strategies/decide.rules.ts';
import type { Plan } from '../strategies/plan.rules.ts';
import { applyFill, applyPayment, isClosed, type TradeSummary, worthAt } from '../trades/trade-summary.rules.ts';
import { backtest } from './backtest.rules.ts';
import { EquityCurve } from './equity-curve.rules.ts';

/** The obvious way: every candle is decided on, every close is judged. */
function candleByCandle(plan: Plan, candles: readonly CandleTicks[]) {
  let state: State = INITIAL;
  const fills: unknown[] = [];
  const trades = new Map<number, TradeSummary>();
  let [realised, openProfit, peak, maxDrawdown] = [0n, 0n, 0n, 0n];
  let candlesInTrade = 0;
  const curve: bigint[] = [];
  for (const [index, candle] of candles.entries()) {
    const step = runCandle(state, candle, plan, { ...AROUND, before: candles[index - 1]?.at });
    state = step.state;
    for (const payment of step.payments) {
      const summary = trades.get(payment.trade) as TradeSummary;
      trades.set(payment.trade, applyPayment(summary, payment));
    }
    for (const fill of step.fills) {
      const summary = applyFill(trades.get(fill.trade), fill);
      trades.set(fill.trade, summary);
      fills.push(fill);
      if (isClosed(summary)) realised += summary.cash;
    }
    const open = trades.get(state.trade);
    openProfit = open && isOpen(state) ? worthAt(open, candle.close, plan.long, plan.market.feePpm) : 0n;
    const equity = realised + openProfit;
    curve.push(equity);
    if (isOpen(state)) candlesInTrade += 1;
    if (equity > peak) peak = equity;
    if (peak - equity > maxDrawdown) maxDrawdown = peak - equity;
  }
  return { fills, trades: [...trades.values()], profit: realised, openProfit, maxDrawdown, candlesInTrade, curve };
}

test.each([
  ['a market of paper', COARSE, 200],
  ['a market of an exchange with rules of its own', DEMANDING, 2_000],
] as const)(
  'skipping candles changes nothing on %s: fills, trades, profit and drawdown are those of deciding on every one',
  (_what, market, start) => {
    fc.assert(
      fc.property(anySettings, anyWalk(start, 400), (settings, candles) => {
        const plan = planOf(settings, market);
        const series = seriesOf(candles);
        const drawn = new EquityCurve(series, { from: 0, to: candles.length }, 50);
        const { curve, ...obvious } = candleByCandle(plan, candles);
        expect(backtest(plan, series, { ...AROUND, curve: drawn })).toMatchObject(obvious);
        const every = Math.ceil(candles.length / 50);
        const places = curve.map((_, index) => index).filter((i) => (i + 1) % every === 0 || i === curve.length - 1);
        expect(drawn.points).toEqual(places.map((i) => ({ at: candles[i]?.at, equity: curve[i] })));
      }),
      { numRuns: runs(500) },
    );
  },
);

test('a month without events is skipped as a whole, and its drawdown is found', () => {
  const market = findMarket('BTC-USDT') as MarketRules;
  const plan = planOf(settingsA('long'), market);
  const calm = Array.from({ length: 8_640 }, (_, i): CandleTicks => {
    const close = 5_000_000n - BigInt(i % 1_000);
    return { at: i * 300_000, open: close, high: close, low: close, close };
  });
  const report = backtest(plan, seriesOf(calm), AROUND);
  const { curve: _curve, ...obvious } = candleByCandle(plan, calm);
  expect(report).toMatchObject(obvious);
  expect(report.fills).toHaveLength(1);
  // Bought at the first open; from there the deepest close is 999 ticks below, twice over.
  const [summary] = report.trades;
  const worth = (ticks: bigint) => worthAt(summary as TradeSummary, ticks, true, market.feePpm);
  expect(report.maxDrawdown).toBe(-worth(4_999_001n));
});
