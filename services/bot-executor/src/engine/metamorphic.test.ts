import fc from 'fast-check';
import { enough, runs } from '../../test/long.ts';
import { AROUND, anySettings, anyWalk, COARSE, candles, FINE, settingsA, walk } from '../../test/markets.ts';
import { seriesOf } from '../../test/series.ts';
import { backtest } from '../backtests/backtest.rules.ts';
import { type CandleTicks } from '../kernel/candle-series.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { marketRules } from '../markets/markets.rules.ts';
import { decideAtOnce, runCandle } from '../strategies/decide.rules.ts';
import { readState, writeState } from '../strategies/stored-state.rules.ts';
import { INITIAL, type PlacedOrder, type State } from './state.rules.ts';
import { type Step } from './step.rules.ts';

/* Properties that hold whatever the prices are. Source: trading.md 3.7. */

const FREE = marketRules({ ...COARSE, feePpm: 0 });
const run = (settings: ReturnType<typeof settingsA>, series: CandleTicks[], market = COARSE) =>
  backtest(planOf(settings, market), seriesOf(series), AROUND);

test('a long on a path is a short on the mirrored path, when sizes do not depend on the price and nothing costs', () => {
  const mirrored = (series: CandleTicks[], about: bigint) =>
    series.map(({ at, open, high, low, close }) => {
      const turn = (ticks: bigint) => 2n * about - ticks;
      return { at, open: turn(open), high: turn(low), low: turn(high), close: turn(close) };
    });
  let fills = 0;
  fc.assert(
    fc.property(walk(200, { minLength: 60, maxLength: 200 }), (series) => {
      const about = series[0]?.open ?? 0n;
      const settings = (direction: 'long' | 'short') => ({
        ...settingsA(direction, {
          baseOrder: '100',
          averagingOrders: { count: 0 },
          takeProfit: { percent: '3' },
          stopLoss: { percent: '5', basis: 'base' },
        }),
        maxTrades: 1,
      });
      const [long, short] = [
        run(settings('long'), series, FREE),
        run(settings('short'), mirrored(series, about), FREE),
      ];
      expect(long.fills.map(({ at, lots }) => [at, lots])).toEqual(short.fills.map(({ at, lots }) => [at, lots]));
      expect([long.profit, long.openProfit]).toEqual([short.profit, short.openProfit]);
      fills += long.fills.length;
    }),
    { numRuns: runs(300) },
  );
  expect(fills).toBeGreaterThan(enough(400));
});

test('prices in another unit change no return: all prices ten times, sizes in quote', () => {
  let fills = 0;
  fc.assert(
    fc.property(
      fc.constantFrom('long' as const, 'short' as const),
      walk(50_000_000, { minLength: 60, maxLength: 200 }),
      (direction, series) => {
        const times10 = series.map(({ at, open, high, low, close }) => {
          return { at, open: open * 10n, high: high * 10n, low: low * 10n, close: close * 10n };
        });
        const [one, ten] = [run(settingsA(direction), series, FINE), run(settingsA(direction), times10, FINE)];
        fills += one.fills.length;
        expect(ten.fills.map(({ order }) => order.kind)).toEqual(one.fills.map(({ order }) => order.kind));
        // In quote, where a trade turns over tens; prices are rounded to a tick of one in fifty millions.
        expect(Number(ten.profit) / 1e30).toBeCloseTo(Number(one.profit) / 1e30, 4);
      },
    ),
    { numRuns: runs(200) },
  );
  expect(fills).toBeGreaterThan(enough(500));
});

/** What is open and what waits, without the counters of replaced exits. */
const essence = ({ position, orders, watch, level, step }: State) => ({
  position,
  watch,
  level,
  step,
  orders: orders.map(({ kind, type, level: index, ticks, lots }) => ({ kind, type, index, ticks, lots })),
});

test('reports in parts, in any order and twice give the same as whole ones', () => {
  const whole = (state: State, order: PlacedOrder, plan: ReturnType<typeof planOf>) =>
    decideAtOnce(state, { type: 'fill', at: 1, key: order.key, id: 'all', ticks: order.ticks, lots: order.lots }, plan)
      .state;
  fc.assert(
    fc.property(anySettings, fc.array(fc.array(fc.nat({ max: 1_000 }), { maxLength: 6 })), (settings, cuts) => {
      const plan = planOf(settings, COARSE);
      const opened = decideAtOnce(INITIAL, { type: 'candle', at: 0, openTicks: 200n, mayOpen: true }, plan).state;
      let [once, inParts] = [opened, opened];
      for (const places of [...cuts, []]) {
        const order = once.orders.find(({ kind }) => kind === 'base' || kind === 'averaging');
        if (!order) break;
        once = whole(once, order, plan);
        const reports = partsOf(order, places);
        for (const report of [...reports.toReversed(), ...reports]) inParts = decideAtOnce(inParts, report, plan).state;
        expect(essence(inParts)).toEqual(essence(once));
      }
    }),
    { numRuns: runs(500) },
  );
});

function partsOf(order: PlacedOrder, places: readonly number[]) {
  const ends = [...new Set(places.map((place) => (order.lots * BigInt(place)) / 1_000n)), order.lots]
    .filter((end, index, all) => end > 0n && all.indexOf(end) === index)
    .sort((a, b) => Number(a - b));
  return ends.map((end, index) => ({
    type: 'fill' as const,
    at: 1,
    key: order.key,
    id: `part ${index}`,
    ticks: order.ticks,
    lots: end - (ends[index - 1] ?? 0n),
  }));
}

test('replayed from its log of candles, with the state written down and read back after each, a bot decides the same', () => {
  fc.assert(
    fc.property(anySettings, anyWalk(200, 100), (settings, series) => {
      const plan = planOf(settings, COARSE);
      let [kept, stored]: [State, State] = [INITIAL, INITIAL];
      for (const [index, candle] of series.entries()) {
        const before = series[index - 1]?.at;
        const [first, again] = [kept, stored].map((state) => runCandle(state, candle, plan, { ...AROUND, before })) as [
          Step,
          Step,
        ];
        expect({ fills: again.fills, intents: again.intents }).toEqual({ fills: first.fills, intents: first.intents });
        kept = first.state;
        stored = readState(JSON.parse(writeState(again.state, COARSE)), COARSE);
        expect(stored).toEqual(kept);
      }
    }),
    { numRuns: runs(200) },
  );
});

test('an averaging order that is never reached changes nothing; nor does how many wait at once', () => {
  fc.assert(
    fc.property(anySettings, anyWalk(200, 200), (settings, series) => {
      const deepest = run(settings, series).trades.reduce((most, one) => Math.max(most, one.averagingFills), 0);
      const { averagingOrders } = settings;
      fc.pre(deepest < averagingOrders.count || averagingOrders.count === 0);
      // With one level fewer than are there, as long as none of those that are left out was ever filled.
      const fewer = { ...averagingOrders, count: Math.max(deepest, averagingOrders.count - 1) };
      const fillsOf = (more: Partial<typeof averagingOrders>) =>
        run({ ...settings, averagingOrders: { ...averagingOrders, ...more } }, series).fills.map(
          ({ order, ticks, lots, at }) => [order.kind, ticks, lots, at],
        );
      expect(fillsOf(fewer)).toEqual(fillsOf({}));
      expect(fillsOf({ activeLimit: 1 })).toEqual(fillsOf({ activeLimit: 200 }));
    }),
    { numRuns: runs(300) },
  );
});

test('a short whose sizes are in quote is not the mirror of a long: it sells less the higher it goes', () => {
  const to = (ticks: number) =>
    candles([1_000_000_000, 1_000_000_000, 1_000_000_000, ticks], [ticks, ticks, ticks, ticks]);
  const lots = (direction: 'long' | 'short', ticks: number) =>
    run(settingsA(direction), to(ticks), marketRules({ ...FINE, tickSize: '0.0000001' })).trades[0]?.lots ?? 0n;
  expect(lots('long', 790_000_000)).toBeGreaterThan(lots('short', 1_210_000_000));
});
