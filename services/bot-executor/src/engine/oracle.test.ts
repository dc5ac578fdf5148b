import fc from 'fast-check';
import { anySettings, COARSE, settingsA, walk } from '../../test/markets.ts';
import { exact, oracle, same } from '../../test/oracle.ts';
import { fillToWire } from '../backtests/backtest.rows.ts';
import { backtest } from '../backtests/backtest.rules.ts';
import { seriesOf } from '../candles/candle-series.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { knownMarket, type MarketRules, priceText } from '../markets/markets.rules.ts';
import type { CandleTicks } from './paper-exchange.rules.ts';

/** The engine's fills and the oracle's, with everything exact that they say. */
function both(settings: ReturnType<typeof settingsA>, market: MarketRules, candles: CandleTicks[]) {
  const plan = planOf(settings, market);
  const engine = backtest(plan, seriesOf(candles)).fills.map((fill) => fillToWire(plan, fill));
  const { tickSize: tick, lotSize: lot, minQuantity, minNotional, feePpm } = market;
  const slow = oracle(
    settings,
    { tick, lot, minQuantity, minNotional, feePpm },
    candles.map(({ open, high, low }) => ({
      open: exact(priceText(market, open)),
      high: exact(priceText(market, high)),
      low: exact(priceText(market, low)),
    })),
  );
  return { engine, slow };
}

function expectSame({ engine, slow }: ReturnType<typeof both>): void {
  expect(engine.map(({ trade, kind }) => [trade, kind])).toEqual(slow.map(({ trade, kind }) => [trade, kind]));
  for (const [index, fill] of engine.entries()) {
    const wanted = slow[index];
    if (!wanted) throw new Error('The oracle has fewer fills.');
    expect(same(exact(fill.price), wanted.price)).toBe(true);
    expect(same(exact(fill.quantity), wanted.quantity)).toBe(true);
    expect(same(exact(fill.fee), wanted.fee)).toBe(true);
  }
}

test('2,000 random settings over random candles: every fill is the oracle’s to the last digit', () => {
  let fills = 0;
  fc.assert(
    fc.property(anySettings, walk(200, { minLength: 1, maxLength: 300 }), (settings, candles) => {
      const result = both(settings, COARSE, candles);
      fills += result.engine.length;
      expectSame(result);
    }),
    { numRuns: 2_000 },
  );
  // Otherwise nothing was compared.
  expect(fills).toBeGreaterThan(8_000);
});

test.each(['long', 'short'] as const)('ladder A of the reference, %s, over a year of hours', (direction) => {
  const [candles = []] = fc.sample(walk(5_000_000, { minLength: 8_760, maxLength: 8_760 }), { numRuns: 1, seed: 3 });
  const settings = settingsA(direction, { averagingOrders: { deviationFrom: 'lastFill' } });
  const result = both(settings, knownMarket('BTC-USDT'), candles);
  expect(result.engine.length).toBeGreaterThan(100);
  expectSame(result);
});
