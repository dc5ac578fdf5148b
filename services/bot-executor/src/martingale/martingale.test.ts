import { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import type { FieldError } from '@tidegate/contracts/kernel/problem';
import fc from 'fast-check';
import { enough, runs } from '../../test/long.ts';
import { AROUND, COARSE, candles, walk } from '../../test/markets.ts';
import { anyMartingale, martingaleSettings } from '../../test/martingale.ts';
import { seriesOf } from '../../test/series.ts';
import { backtest } from '../backtests/backtest.rules.ts';
import { INITIAL, isOpen, type State } from '../engine/state.rules.ts';
import { whole } from '../kernel/exact.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import { runCandle } from '../strategies/decide.rules.ts';
import { checkedStrategyPlan } from '../strategies/plan.rules.ts';
import { readState, writeState } from '../strategies/stored-state.rules.ts';
import { choose, type Situation } from './choose.rules.ts';
import { martingalePlanOf } from './plan.rules.ts';
import { NO_SIGNALS, nextSignals, type Signals } from './signals.rules.ts';

const settings = martingaleSettings;
const MARKET = knownMarket('BTC-USDT');
const plan = martingalePlanOf(settings(), MARKET);
/** 50,000.00 and what one of the quote currency is in tick × lots. */
const P = 5_000_000n;
const UNIT = 10_000_000n;

/** Candles that hardly move: everything is known and calm. Hours close at `hourly`. */
function calm(at: number, hourly = at, slow = at): Signals {
  let signals = NO_SIGNALS;
  for (let i = 0; i < 80; i += 1)
    signals = nextSignals(signals, i * 60_000, { high: at + 10 + (i % 2), low: at - 10, close: at + (i % 2) });
  const known = (value: number) => ({ ...signals.fast, value });
  return { ...signals, hourly: known(hourly), slow: known(slow), fast: known(at - 1) };
}

const at = (change: Partial<Situation> = {}): Situation => ({
  position: { lots: 0n, cost: whole(0) },
  balance: whole(1_000n * UNIT),
  close: P,
  signals: calm(Number(P)),
  mayBegin: true,
  ...change,
});
/** A position worth so much margin at ten times leverage, bought at this price. */
const holding = (margin: bigint, price: bigint) => {
  const lots = (margin * 10n * UNIT) / price;
  return { lots, cost: whole(lots * price) };
};

describe('the decision table', () => {
  test('begins below the trend of the hours (a short above it), with 0.6 % of the balance times leverage', () => {
    const signals = calm(Number(P), Number(P) + 1_000);
    // 1000 × 0.006 × 10 / 50000 = 0.0012.
    expect(choose(plan, at({ signals }))).toEqual({ do: 'begin', lots: 120n });
    expect(choose(plan, at({ signals, mayBegin: false }))).toEqual({ do: 'hold' });
    expect(choose(plan, at({ signals: calm(Number(P), Number(P) - 1_000) }))).toEqual({ do: 'hold' });
    const short = martingalePlanOf(settings({ direction: 'short' }), MARKET);
    expect(choose(short, at({ signals: calm(Number(P), Number(P) - 1_000) }))).toMatchObject({ do: 'begin' });
  });

  test('adds in proportion to the loss: 10 % of the margin lost adds 10 % of the position', () => {
    const position = holding(6n, P);
    const close = 4_950_000n;
    // 6 × 10 × 0.1 / 49500 = 0.000121, floored; the original would have bought the smallest lot instead of nothing.
    const big = { ...plan, market: { ...MARKET, minLots: 1n, minValue: 1n } };
    expect(choose(big, at({ position, close, signals: calm(4_950_000) }))).toEqual({ do: 'add', lots: 12n });
  });

  test('what is below the market’s minimum is not bought, least of all the minimum itself', () => {
    const position = holding(6n, P);
    expect(choose(plan, at({ position, close: 4_999_000n, signals: calm(4_999_000) }))).toEqual({ do: 'hold' });
  });

  test('never adds while in profit', () => {
    const position = holding(6n, P);
    expect(choose(plan, at({ position, close: 5_001_000n, signals: calm(5_001_000) }))).toEqual({ do: 'hold' });
  });

  test('the more margin is in it, the more is taken: over 10 % half, over 7.5 % a third, else all at 10 % of the margin', () => {
    const close = 5_030_000n;
    const taken = (margin: bigint) => {
      const position = holding(margin, P);
      const choice = choose(plan, at({ position, close, signals: calm(Number(close)) }));
      return choice.do === 'reduce' ? [choice.because, Number((100n * choice.lots) / position.lots)] : choice.do;
    };
    expect(taken(120n)).toEqual(['profit', 50]);
    expect(taken(90n)).toEqual(['profit', 33]);
    // 0.6 % × 10 = 6 % of the margin is not yet enough for all.
    expect(taken(60n)).toBe('hold');
    const position = holding(60n, P);
    const up = 5_060_000n;
    expect(choose(plan, at({ position, close: up, signals: calm(Number(up)) }))).toMatchObject({ lots: position.lots });
  });

  test('holds on the wrong side of the slow average while it is safe', () => {
    const signals = calm(Number(P), Number(P), Number(P) + 5_000);
    expect(choose(plan, at({ position: holding(120n, 4_950_000n), signals }))).toEqual({ do: 'hold' });
  });

  test('in danger it adds only where that moves the liquidation price away and there is room; else it gives up half', () => {
    const close = 4_530_000n;
    const small = holding(20n, P);
    const signals = calm(Number(close));
    expect(choose(plan, at({ position: small, close, signals }))).toMatchObject({ do: 'add' });
    // All of the margin that is allowed is in it: the original went on adding until it was liquidated.
    const full = holding(500n, P);
    expect(choose(plan, at({ position: full, close, signals }))).toEqual({
      do: 'reduce',
      lots: full.lots / 2n,
      because: 'danger',
    });
  });

  test('in a crash it gives up half instead of adding', () => {
    const close = 4_530_000n;
    let signals = calm(5_300_000);
    for (let i = 0; i < 5; i += 1) {
      const price = 5_300_000 - 154_000 * (i + 1);
      signals = nextSignals(signals, (80 + i) * 60_000, { high: price + 154_000, low: price - 40_000, close: price });
    }
    expect(choose(plan, at({ position: holding(20n, P), close, signals }))).toMatchObject({
      do: 'reduce',
      because: 'danger',
    });
  });

  test('orders shrink from 70 % of the allowed margin on, and none goes beyond it', () => {
    const lots = (margin: bigint) => {
      const close = 4_900_000n;
      const choice = choose(plan, at({ position: holding(margin, P), close, signals: calm(Number(close)) }));
      return choice.do === 'add' ? Number(choice.lots) / Number(margin) : choice.do;
    };
    const [free, tapered] = [lots(300n), lots(425n)] as [number, number];
    expect(tapered / free).toBeCloseTo(0.5, 1);
    expect(lots(499n)).toBeLessThan(free / 20);
  });
});

/** Down for long, then up in small waves, so that everything is known and trades begin; then as wild as it comes. */
const calmThenWild = walk(3_800, { minLength: 50, maxLength: 300 }).map((wild) => {
  const calm = Array.from({ length: 1_600 }, (_, i): [number, number, number, number] => {
    const trend = i < 1_000 ? 4_000 - 0.4 * i : 3_600 + 0.2 * (i - 1_000);
    const price = Math.round(trend + Math.abs((i % 30) - 15));
    return [price, price + 3, price - 3, price];
  });
  const all = candles(...calm);
  const next = all.length * 300_000;
  return [...all, ...wild.map((candle, index) => ({ ...candle, at: next + index * 300_000 }))];
});

test('whatever comes: margin stays below its limit, the position never turns around, and the books add up', () => {
  let [trades, added, endings] = [0, 0, new Set<string>()];
  // One of which some trades end with a profit and one is left open: one in three does the first, one in four the second.
  const both = fc.sample(fc.tuple(anyMartingale, calmThenWild), { seed: 35, numRuns: 1 });
  fc.assert(
    fc.property(anyMartingale, calmThenWild, (one, series) => {
      const long = martingalePlanOf(one, COARSE);
      const report = backtest(long, seriesOf(series), AROUND);
      for (const trade of report.trades) {
        trades += 1;
        added += trade.averagingFills;
        endings.add(trade.closedBy ?? 'open');
        expect(trade.exitLots).toBeLessThanOrEqual(trade.lots);
      }
      const cash = report.fills.reduce(
        (sum, { order, value, fee }) => sum + (order.side === 'buy' ? -value : value) - fee,
        0n,
      );
      const books = report.trades.reduce((sum, trade) => sum + trade.cash - trade.funding, 0n);
      expect(cash).toBe(books);
    }),
    { numRuns: runs(120), examples: both },
  );
  expect(trades).toBeGreaterThan(enough(60));
  // So rare that the short form may see none.
  expect(added).toBeGreaterThanOrEqual(enough(10) - 1);
  expect([...endings]).toEqual(expect.arrayContaining(['takeProfit', 'open']));
});

test('written down and read back after every candle, it decides the same', () => {
  const [series = []] = fc.sample(calmThenWild, { numRuns: 1, seed: 4 });
  const one = martingalePlanOf(settings({ balance: '50000' }), COARSE);
  let [kept, stored]: [State, State] = [INITIAL, INITIAL];
  let opened = 0;
  for (const candle of series) {
    kept = runCandle(kept, candle, one, AROUND).state;
    stored = readState(JSON.parse(writeState(runCandle(stored, candle, one, AROUND).state, COARSE)), COARSE);
    expect(stored).toEqual(kept);
    opened += isOpen(kept) ? 1 : 0;
  }
  expect(opened).toBeGreaterThan(0);
});

test.each<[string, Record<string, unknown>, string, string]>([
  ['more margin than there is', { maxMarginPercent: '101' }, '/settings/maxMarginPercent', 'margin_too_large'],
  ['a first order beyond the limit', { openPercent: '60' }, '/settings/openPercent', 'margin_too_large'],
  ['a profit below the fees', { closeAtReturnPercent: '2' }, '/settings/closeAtReturnPercent', 'profit_below_fees'],
  ['a first order below the minimum', { balance: '10' }, '/settings/openPercent', 'below_minimum'],
])('%s is refused', (_what, change, field, code) => {
  expect(() => checkedStrategyPlan(settings(change), P, MARKET)).toThrow(
    expect.objectContaining({ data: { errors: [expect.objectContaining<Partial<FieldError>>({ field, code })] } }),
  );
});

test('settings say which strategy they are for; without it they are a DCA bot’s', () => {
  const dca = {
    market: 'BTC-USDT',
    direction: 'long',
    baseOrder: '10',
    averagingOrders: { count: 0, size: '10', deviationPercent: '1' },
    takeProfit: { percent: '1' },
  };
  expect(BotSettings.parse(dca)).toMatchObject({ baseOrder: '10' });
  expect(BotSettings.parse(settings())).toMatchObject({ strategy: 'martingale-ema', balance: '1000' });
  expect(BotSettings.safeParse({ ...dca, strategy: 'martingale-ema' }).success).toBe(false);
});
