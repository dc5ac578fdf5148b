import { COARSE, settingsA } from '../../test/markets.ts';
import { liquidationTicks } from '../engine/trade-plan.rules.ts';
import { fraction, toText, whole } from '../kernel/exact.rules.ts';
import { checkSettings } from '../ladder/check-settings.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { marketRules, rulesOf, termsOf } from './markets.rules.ts';
import { maintenanceOf, onStep, significantSteps, type VenueTerms } from './venue.rules.ts';

const of = (venueTerms: VenueTerms) => marketRules({ ...COARSE, tickSize: '0.01', venueTerms });

test('prices are on the step of where they are: down to buy, up to sell', () => {
  const market = of({
    priceSteps: [
      { from: '10', step: '0.05' },
      { from: '100', step: '0.5' },
    ],
  });
  const both = (ticks: bigint) => [onStep(market, ticks, false), onStep(market, ticks, true)];
  expect(both(999n)).toEqual([999n, 999n]);
  expect(both(1_003n)).toEqual([1_000n, 1_005n]);
  // Up from the last price before a coarser step is the first one on it.
  expect(both(9_996n)).toEqual([9_995n, 10_000n]);
  expect(both(10_001n)).toEqual([10_000n, 10_050n]);
});

test('five significant digits are steps, each ten times the one before', () => {
  expect(significantSteps(5, fraction('0.01'), whole(100_000))).toEqual([
    { from: '1000', step: '0.1' },
    { from: '10000', step: '1' },
    { from: '100000', step: '10' },
  ]);
});

const TIERS = [
  { upTo: '1000', maintenancePercent: '0.5', maxLeverage: '50' },
  { upTo: '5000', maintenancePercent: '1', maxLeverage: '20' },
  { upTo: '20000', maintenancePercent: '2.5', maxLeverage: '5' },
];

test('the margin to keep grows from tier to tier without a jump', () => {
  const market = of({ tiers: TIERS });
  const kept = (value: string) => {
    const ticksLots = { n: fraction(value).n * market.unit.d, d: fraction(value).d * market.unit.n };
    const part = maintenanceOf(market, ticksLots);
    return toText({ n: part.n * fraction(value).n, d: part.d * fraction(value).d }, 6);
  };
  // 0.5 % of 1000, 1 % of what is above, 2.5 % of what is above 5000.
  expect(['1000', '1001', '5000', '5001', '10000'].map(kept)).toEqual(['5', '5.01', '45', '45.025', '170']);
});

test('a position in a higher tier is liquidated earlier', () => {
  const plan = {
    ...planOf(settingsA('long', { futures: { leverage: '4' } }), of({ tiers: TIERS })),
    leverage: whole(4),
  };
  // Average × (1 - 1/4 + what is to be kept: 0.5 % of 100, 35 of 4000, 295 of 15000).
  const at = (lots: bigint) => liquidationTicks(plan, { cost: whole(10_000n * lots), lots });
  expect([at(1_000n), at(40_000n), at(150_000n)]).toEqual([7_550n, 7_588n, 7_697n]);
});

test.each<[string, VenueTerms]>([
  ['a contract that is settled in another currency', { settle: 'C' }],
  ['a step that is no whole number of ticks', { priceSteps: [{ from: '10', step: '0.015' }] }],
  ['a step that begins between two prices', { priceSteps: [{ from: '10.02', step: '0.05' }] }],
  [
    'steps that do not ascend',
    {
      priceSteps: [
        { from: '10', step: '0.05' },
        { from: '10', step: '0.5' },
      ],
    },
  ],
  ['a largest quantity between two lots', { maxQuantity: '0.0015' }],
  ['tiers that do not ascend', { tiers: TIERS.toReversed() }],
])('%s is refused', (_what, terms) => {
  expect(() => of(terms)).toThrow();
});

test.each<[string, VenueTerms, object, string]>([
  ['more than one order may close', { maxQuantity: '1' }, {}, 'above_maximum'],
  [
    'more than a position may be worth',
    { tiers: TIERS.slice(0, 1).map((one) => ({ ...one, upTo: '100' })) },
    { futures: { leverage: '2' } },
    'above_maximum',
  ],
  [
    'more leverage than the tier allows',
    { tiers: TIERS.map((one) => ({ ...one, maxLeverage: '2' })) },
    { futures: { leverage: '3' } },
    'leverage_too_high',
  ],
  ['no room for averaging orders', { maxOrders: 2 }, { stopLoss: { percent: '30', basis: 'base' } }, 'too_many_orders'],
])('settings that need %s are refused', (_what, terms, change, code) => {
  const refusal = checkSettings(planOf(settingsA('long', change), of(terms)), 10_000n);
  expect(refusal?.data['errors']).toEqual([expect.objectContaining({ code })]);
});

test('terms are written down and read back', () => {
  const market = {
    ...of({ priceSteps: [{ from: '10', step: '0.05' }], priceBandPercent: '5', maxOrders: 4, tiers: TIERS }),
  };
  expect(rulesOf(termsOf(market))).toEqual(market);
});
