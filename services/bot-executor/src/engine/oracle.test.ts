import fc from 'fast-check';
import { enough, runs } from '../../test/long.ts';
import { AROUND, anySettings, COARSE, settingsA, walk } from '../../test/markets.ts';
import { exact, oracle, same } from '../../test/oracle.ts';
import { seriesOf } from '../../test/series.ts';
import { fillToWire } from '../backtests/backtest.rows.ts';
import { backtest } from '../backtests/backtest.rules.ts';
import { type CandleTicks } from '../kernel/candle-series.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import { type MarketRules, marketRules, moneyText, priceText, quantityText } from '../markets/markets.rules.ts';

const signed = (text: string) => {
  const value = exact(text.replace('-', ''));
  return text.startsWith('-') ? { n: -value.n, d: value.d } : value;
};

/** The engine's fills and the oracle's, with everything exact that they say. */
function both(settings: ReturnType<typeof settingsA>, market: MarketRules, candles: CandleTicks[], around = AROUND) {
  const plan = planOf(settings, market);
  const report = backtest(plan, seriesOf(candles), around);
  const engine = report.fills.map((fill) => fillToWire(plan, fill));
  const { tickSize: tick, lotSize: lot, minNotional, feePpm, maintenancePpm } = market;
  const minQuantity = quantityText(market, market.minLots);
  const feeFromPurchase = market.feeFrom === 'received';
  const price = (ticks: bigint) => exact(priceText(market, ticks));
  const { fills: slow, funding } = oracle(
    settings,
    { tick, lot, minQuantity, minNotional, feePpm, feeFromPurchase, maintenancePpm },
    candles.map(({ at, open, high, low, close }) => ({
      at,
      open: price(open),
      high: price(high),
      low: price(low),
      close: price(close),
    })),
    around.intervalMs,
  );
  return { engine, slow, paid: [moneyText(market, report.funding), funding] as const };
}

function expectSame({ engine, slow, paid: [paid, slowlyPaid] }: ReturnType<typeof both>): void {
  expect(same(signed(paid), slowlyPaid)).toBe(true);
  expect(engine.map(({ trade, kind }) => [trade, kind])).toEqual(slow.map(({ trade, kind }) => [trade, kind]));
  for (const [index, fill] of engine.entries()) {
    const wanted = slow[index];
    if (!wanted) throw new Error('The oracle has fewer fills.');
    expect(same(exact(fill.price), wanted.price)).toBe(true);
    expect(same(exact(fill.quantity), wanted.quantity)).toBe(true);
    expect(same(exact(fill.fee), wanted.fee)).toBe(true);
  }
}

/* Lengths are between the least and twice that: fast-check makes no long arrays by itself. */

test('random settings over random candles: every fill is the oracle’s to the last digit', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(anySettings, walk(200, { minLength: 60, maxLength: 300 }), (settings, candles) => {
      const result = both(settings, COARSE, candles);
      for (const { kind } of result.slow) seen.set(kind, (seen.get(kind) ?? 0) + 1);
      expectSame(result);
    }),
    { numRuns: runs(6_000, 40) },
  );
  // Otherwise nothing was compared.
  for (const kind of ['base', 'averaging', 'takeProfit', 'stopLoss', 'liquidation'])
    expect([kind, (seen.get(kind) ?? 0) > enough(100)]).toEqual([kind, true]);
});

const HOUR = { intervalMs: 3_600_000 };

/** Hours of which some open far away from the last close. */
const jumping = fc
  .tuple(
    walk(2_000, { minLength: 30, maxLength: 120 }),
    fc.array(fc.record({ at: fc.nat({ max: 70 }), percent: fc.integer({ min: 70, max: 140 }) }), { maxLength: 6 }),
  )
  .map(([candles, jumps]) => {
    return candles.map(({ open, high, low, close }, index) => {
      const factor = jumps.reduce((all, { at, percent }) => (index < at ? all : (all * percent) / 100), 1);
      const moved = (ticks: bigint) => BigInt(Math.max(1, Math.round(Number(ticks) * factor)));
      const at = index * HOUR.intervalMs;
      return { at, open: moved(open), high: moved(high), low: moved(low), close: moved(close) };
    });
  });

/** Small orders, often sold in a large part and a small rest, on margin that funding eats every hour. */
const risky = fc
  .tuple(
    anySettings,
    fc.integer({ min: 5, max: 30 }),
    fc.constantFrom('1.5', '3', '5', '12', '30'),
    fc.integer({ min: -3, max: 6 }),
    fc.option(fc.integer({ min: 40, max: 99 })),
  )
  .map(([settings, base, leverage, rate, share]) => ({
    ...settings,
    baseOrder: String(base),
    minPrice: undefined,
    maxPrice: undefined,
    maxTrades: undefined,
    futures: { leverage, fundingRatePercent: String(rate), fundingEveryHours: 1 as const },
    takeProfit: {
      ...settings.takeProfit,
      ...(share === null ? {} : { steps: [{ percent: '0.2', sharePercent: String(share) }] }),
    },
  }));

test('small orders on margin, hourly funding and prices that jump: the same', () => {
  let [liquidated, funded] = [0, 0];
  const market = marketRules({ ...COARSE, tickSize: '0.05' });
  fc.assert(
    fc.property(risky, jumping, (settings, candles) => {
      const result = both(settings, market, candles, HOUR);
      liquidated += result.slow.filter(({ kind }) => kind === 'liquidation').length;
      funded += result.paid[0] === '0' ? 0 : 1;
      expectSame(result);
    }),
    { numRuns: runs(2_000, 20) },
  );
  expect(Math.min(liquidated, funded)).toBeGreaterThan(enough(300));
});

test('where fees are taken from the purchase, less is sold than was bought, and what is less than a lot is carried on', () => {
  let fills = 0;
  const market = marketRules({ ...COARSE, lotSize: '0.01', minQuantity: '0.01', feePpm: 7_500, feeFrom: 'received' });
  fc.assert(
    fc.property(anySettings, walk(200, { minLength: 40, maxLength: 300 }), (settings, candles) => {
      const result = both({ ...settings, direction: 'long', futures: undefined }, market, candles);
      fills += result.engine.length;
      expectSame(result);
    }),
    { numRuns: runs(500) },
  );
  expect(fills).toBeGreaterThan(enough(1_000));
});

test.each(['long', 'short'] as const)('ladder A of the reference, %s, over a year of hours', (direction) => {
  const [candles = []] = fc.sample(walk(5_000_000, { minLength: 8_760, maxLength: 8_760 }), { numRuns: 1, seed: 3 });
  const settings = settingsA(direction, { averagingOrders: { deviationFrom: 'lastFill' } });
  const result = both(settings, knownMarket('BTC-USDT'), candles);
  expect(result.engine.length).toBeGreaterThan(100);
  expectSame(result);
});
