import fc from 'fast-check';
import { enough, runs } from '../../test/long.ts';
import { AROUND, anySettings, COARSE, settingsA, walk } from '../../test/markets.ts';
import { exact, oracle, same } from '../../test/oracle.ts';
import { seriesOf } from '../../test/series.ts';
import { fillToWire } from '../backtests/backtest.rows.ts';
import { backtest } from '../backtests/backtest.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import {
  knownMarket,
  type MarketRules,
  marketRules,
  moneyText,
  priceText,
  quantityText,
} from '../markets/markets.rules.ts';
import type { CandleTicks } from './paper-exchange.rules.ts';

const signed = (text: string) => {
  const value = exact(text.replace('-', ''));
  return text.startsWith('-') ? { n: -value.n, d: value.d } : value;
};

/** The engine's fills and the oracle's, with everything exact that they say. */
function both(settings: ReturnType<typeof settingsA>, market: MarketRules, candles: CandleTicks[]) {
  const plan = planOf(settings, market);
  const report = backtest(plan, seriesOf(candles), AROUND);
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
    AROUND.intervalMs,
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

test('random settings over random candles: every fill is the oracle’s to the last digit', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(anySettings, walk(200, { minLength: 1, maxLength: 300 }), (settings, candles) => {
      const result = both(settings, COARSE, candles);
      for (const { kind } of result.slow) seen.set(kind, (seen.get(kind) ?? 0) + 1);
      expectSame(result);
    }),
    { numRuns: runs(6_000, 20) },
  );
  // Otherwise nothing was compared.
  for (const kind of ['base', 'averaging', 'takeProfit', 'stopLoss', 'liquidation'])
    expect([kind, (seen.get(kind) ?? 0) > enough(100)]).toEqual([kind, true]);
});

test('where fees are taken from the purchase, less is sold than was bought, and what is less than a lot is carried on', () => {
  let fills = 0;
  const market = marketRules({ ...COARSE, lotSize: '0.01', minQuantity: '0.01', feePpm: 7_500, feeFrom: 'received' });
  fc.assert(
    fc.property(anySettings, walk(200, { minLength: 1, maxLength: 300 }), (settings, candles) => {
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
