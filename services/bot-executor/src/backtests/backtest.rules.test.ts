import fc from 'fast-check';
import { runs } from '../../test/long.ts';
import { AROUND, anySettings, anyWalk, COARSE, settingsA } from '../../test/markets.ts';
import { seriesOf } from '../../test/series.ts';
import { INITIAL, isOpen, type State } from '../engine/state.rules.ts';
import { type CandleTicks } from '../kernel/candle-series.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { findMarket } from '../markets/built-in-markets.ts';
import { type MarketRules } from '../markets/markets.rules.ts';
import { runCandle } from '../strategies/decide.rules.ts';
import type { Plan } from '../strategies/plan.rules.ts';
import { applyFill, applyPayment, isClosed, type TradeBook, worthAt } from '../trades/trade-book.rules.ts';
import { backtest } from './backtest.rules.ts';
import { EquityCurve } from './equity-curve.rules.ts';

/** The obvious way: every candle is decided on, every close is judged. */
function candleByCandle(plan: Plan, candles: readonly CandleTicks[]) {
  let state: State = INITIAL;
  const fills: unknown[] = [];
  const trades = new Map<number, TradeBook>();
  let [realised, openProfit, peak, maxDrawdown] = [0n, 0n, 0n, 0n];
  let candlesInTrade = 0;
  const curve: bigint[] = [];
  for (const [index, candle] of candles.entries()) {
    const step = runCandle(state, candle, plan, { ...AROUND, before: candles[index - 1]?.at });
    state = step.state;
    for (const payment of step.payments) {
      const book = trades.get(payment.trade) as TradeBook;
      trades.set(payment.trade, applyPayment(book, payment));
    }
    for (const fill of step.fills) {
      const book = applyFill(trades.get(fill.trade), fill);
      trades.set(fill.trade, book);
      fills.push(fill);
      if (isClosed(book)) realised += book.cash;
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

test('skipping candles changes nothing: fills, trades, profit and drawdown are those of deciding on every one', () => {
  fc.assert(
    fc.property(anySettings, anyWalk(200, 400), (settings, candles) => {
      const plan = planOf(settings, COARSE);
      const series = seriesOf(candles);
      const drawn = new EquityCurve(series, { from: 0, to: candles.length }, 50);
      const { curve, ...obvious } = candleByCandle(plan, candles);
      expect(backtest(plan, series, { ...AROUND, curve: drawn })).toMatchObject(obvious);
      const every = Math.ceil(candles.length / 50);
      const places = curve.map((_, index) => index).filter((i) => (i + 1) % every === 0 || i === curve.length - 1);
      expect(drawn.points).toEqual(places.map((i) => ({ at: candles[i]?.at, equity: curve[i] })));
    }),
    { numRuns: runs(1_000) },
  );
});

test('a month of calm is skipped whole, and its drawdown is found', () => {
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
  const [book] = report.trades;
  const worth = (ticks: bigint) => worthAt(book as TradeBook, ticks, true, market.feePpm);
  expect(report.maxDrawdown).toBe(-worth(4_999_001n));
});
