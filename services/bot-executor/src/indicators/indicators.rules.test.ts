import fc from 'fast-check';
import { ATR, BollingerBands, EMA, MACD, RSI } from 'trading-signals';
import { walk } from '../../test/markets.ts';
import { seriesOf } from '../../test/series.ts';
import { newAtr, nextAtr } from '../kernel/indicators/atr.rules.ts';
import { bollinger } from '../kernel/indicators/bollinger.rules.ts';
import { newEma, nextEma } from '../kernel/indicators/ema.rules.ts';
import { macdLine, newMacd, nextMacd } from '../kernel/indicators/macd.rules.ts';
import { newRsi, nextRsi, rsiValue } from '../kernel/indicators/rsi.rules.ts';
import { indicatorOver } from './over-series.rules.ts';

/* Against trading-signals, which was written by others. */

const bars = (length: number) =>
  fc
    .array(
      fc.record({
        move: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
        up: fc.double({ min: 0, max: 0.02, noNaN: true }),
        down: fc.double({ min: 0, max: 0.02, noNaN: true }),
      }),
      {
        minLength: length,
        maxLength: length,
      },
    )
    .map((moves) => {
      let open = 50_000;
      return moves.map(({ move, up, down }) => {
        const close = open * (1 + move);
        const bar = { open, high: Math.max(open, close) * (1 + up), low: Math.min(open, close) * (1 - down), close };
        open = close;
        return bar;
      });
    });

const near = (ours: number | undefined, theirs: number | null | undefined) => {
  expect(ours).toBeDefined();
  expect(Math.abs((ours as number) - Number(theirs))).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(Number(theirs))));
};

test('RSI and ATR from their first value on', () => {
  fc.assert(
    fc.property(bars(60), fc.integer({ min: 2, max: 20 }), (series, period) => {
      const [rsi, atr] = [new RSI(period), new ATR(period)];
      let [ours, range] = [newRsi(period), newAtr(period)];
      let compared = 0;
      for (const bar of series) {
        rsi.add(bar.close);
        atr.add(bar);
        ours = nextRsi(ours, bar.close);
        range = nextAtr(range, bar);
        // Where nothing ever moved the library says 100.
        const moves = (ours.gains.value ?? 0) + (ours.losses.value ?? 0) > 0;
        if (rsi.isStable && moves) near(rsiValue(ours), rsi.getResult());
        if (atr.isStable && range.range.value !== undefined) {
          near(range.range.value, atr.getResult());
          compared += 1;
        }
      }
      expect(compared).toBeGreaterThan(30);
    }),
    { numRuns: 50 },
  );
});

test('EMA and MACD once their beginnings no longer matter: the library begins with the first price, we with an average', () => {
  fc.assert(
    fc.property(bars(700), (series) => {
      const [ema, macd] = [new EMA(20), new MACD(new EMA(12), new EMA(26), new EMA(9))];
      let [ours, line] = [newEma(20), newMacd(12, 26, 9)];
      for (const { close } of series) {
        ema.add(close);
        macd.add(close);
        ours = nextEma(ours, close);
        line = nextMacd(line, close);
      }
      near(ours.value, ema.getResult());
      const theirs = macd.getResult();
      // Differences of large numbers: to a billionth of the price.
      expect(Math.abs((macdLine(line) as number) - Number(theirs?.macd))).toBeLessThan(5e-5);
      expect(Math.abs((line.signal.value as number) - Number(theirs?.signal))).toBeLessThan(5e-5);
    }),
    { numRuns: 20 },
  );
});

test('Bollinger bands', () => {
  fc.assert(
    fc.property(bars(40), (series) => {
      const theirs = new BollingerBands(20, 2);
      for (const { close } of series) theirs.add(close);
      const { middle, upper, lower } = bollinger(
        series.slice(-20).map(({ close }) => close),
        2,
      );
      const result = theirs.getResult();
      near(middle, result?.middle);
      near(upper, result?.upper);
      near(lower, result?.lower);
    }),
    { numRuns: 50 },
  );
});

test('over a series: the same values wherever one begins to look, none before there are enough', () => {
  const [series = []] = fc.sample(walk(5_000_000, { minLength: 300, maxLength: 300 }), { numRuns: 1, seed: 2 });
  for (const indicator of ['ema', 'rsi', 'atr', 'bollinger', 'macd'] as const) {
    const over = (from: number, limit = 1_000) =>
      indicatorOver(seriesOf(series), { indicator, period: 14, from, limit });
    const all = over(0);
    expect(all.length).toBeGreaterThan(260);
    expect(all.length).toBeLessThan(300);
    expect(over(all[100]?.at ?? 0, 10)).toEqual(all.slice(100, 110));
  }
});

test('an average says nothing before it has seen enough, and begins with the plain mean', () => {
  let ema = newEma(3);
  for (const price of [1, 2]) ema = nextEma(ema, price);
  expect(ema.value).toBeUndefined();
  ema = nextEma(ema, 6);
  expect(ema.value).toBe(3);
  expect(nextEma(ema, 7).value).toBe(5);
});

test('prices that never move have no strength', () => {
  let rsi = newRsi(2);
  for (let i = 0; i < 4; i += 1) rsi = nextRsi(rsi, 100);
  expect(rsiValue(rsi)).toBe(50);
});
