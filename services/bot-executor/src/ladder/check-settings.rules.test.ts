import { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import { type FieldError, fieldErrors } from '@tidegate/contracts/kernel/problem';
import fc from 'fast-check';
import { enough, runs } from '../../test/long.ts';
import { anySettings, COARSE, settingsA } from '../../test/markets.ts';
import { whole } from '../kernel/exact.rules.ts';
import { marketOf } from '../markets/built-in-markets.ts';
import { meetsMinimum } from '../markets/markets.rules.ts';
import { checkedPlan, checkSettings } from './check-settings.rules.ts';
import { ladder } from './ladder.rules.ts';
import { isProfit, netAt, planOf, takeProfitTicks } from './plan.rules.ts';

const ORDERS = '/settings/averagingOrders';
/** 50,000.00 */
const PRICE = 5_000_000n;
type Change = Parameters<typeof settingsA>[1];

const faultsOf = (settings: DcaSettings, price = PRICE): FieldError[] => {
  const problem = checkSettings(planOf(settings, marketOf(settings)), price);
  return (problem?.data['errors'] as FieldError[] | undefined) ?? [];
};

test.each(['long', 'short'] as const)('ladder A %s works', (direction) => {
  expect(faultsOf(settingsA(direction))).toEqual([]);
  expect(checkedPlan(settingsA(direction), PRICE, marketOf(settingsA(direction))).averagingLevels).toHaveLength(6);
});

test('a market that does not exist', () => {
  expect(() => marketOf(settingsA('long', { market: 'XX-YY' }))).toThrow('/settings/market');
});

test.each<[string, 'long' | 'short', Change, string, string]>([
  [
    'one step of 100 %',
    'long',
    { averagingOrders: { count: 1, deviationPercent: '100' } },
    `${ORDERS}/deviationPercent`,
    'ladder_below_zero',
  ],
  [
    'even steps to zero',
    'long',
    { averagingOrders: { count: 100, stepScale: '1' } },
    `${ORDERS}/deviationPercent`,
    'ladder_below_zero',
  ],
  ['steps that grow to zero', 'long', { averagingOrders: { count: 10 } }, `${ORDERS}/stepScale`, 'ladder_below_zero'],
  [
    'a step of 100 % from the last fill',
    'long',
    { averagingOrders: { count: 1, deviationPercent: '120', deviationFrom: 'lastFill' } },
    `${ORDERS}/deviationPercent`,
    'ladder_below_zero',
  ],
  [
    'steps from the last fill that grow to 100 %',
    'long',
    { averagingOrders: { count: 40, deviationFrom: 'lastFill' } },
    `${ORDERS}/stepScale`,
    'ladder_below_zero',
  ],
  ['a short ladder to the moon', 'short', { averagingOrders: { count: 40 } }, `${ORDERS}/stepScale`, 'ladder_too_far'],
  [
    'a short step of 1001 % in all',
    'short',
    { averagingOrders: { count: 2, deviationPercent: '600', stepScale: '1' } },
    `${ORDERS}/deviationPercent`,
    'ladder_too_far',
  ],
  [
    'a first step below a tick',
    'long',
    { averagingOrders: { deviationPercent: '0.000001', stepScale: '0.1' } },
    `${ORDERS}/stepScale`,
    'step_below_tick',
  ],
  [
    'steps that shrink below a tick',
    'short',
    { averagingOrders: { count: 9, stepScale: '0.1' } },
    `${ORDERS}/stepScale`,
    'step_below_tick',
  ],
  ['a base order below the minimum', 'long', { baseOrder: '4.99' }, '/settings/baseOrder', 'below_minimum'],
  ['averaging orders below it', 'long', { averagingOrders: { size: '2' } }, `${ORDERS}/size`, 'below_minimum'],
  [
    'orders that shrink below it',
    'short',
    { averagingOrders: { volumeScale: '0.1' } },
    `${ORDERS}/volumeScale`,
    'below_minimum',
  ],
  [
    'a base order beyond all capital',
    'long',
    { baseOrder: '999999999999', averagingOrders: { size: '999999999999', volumeScale: '1' } },
    `${ORDERS}/size`,
    'capital_too_large',
  ],
  [
    'orders that grow beyond all capital',
    'short',
    { averagingOrders: { count: 60, volumeScale: '10', stepScale: '1' } },
    `${ORDERS}/volumeScale`,
    'capital_too_large',
  ],
  [
    'a take profit below the fees',
    'long',
    { takeProfit: { percent: '0.2' } },
    '/settings/takeProfit/percent',
    'profit_below_fees',
  ],
  [
    // 0.2 % would just do: the fee of a short's exit is on less than its entry.
    'a take profit below the fees',
    'short',
    { takeProfit: { percent: '0.19' } },
    '/settings/takeProfit/percent',
    'profit_below_fees',
  ],
  [
    'a profit of the base order that fees eat later',
    'long',
    { takeProfit: { basis: 'base' } },
    '/settings/takeProfit/percent',
    'profit_below_fees',
  ],
  [
    'a short that gains 100 %',
    'short',
    { takeProfit: { percent: '100' } },
    '/settings/takeProfit/percent',
    'profit_impossible',
  ],
  [
    'a short that gains 100 % with its fees',
    'short',
    { takeProfit: { percent: '99.9', includeFees: true } },
    '/settings/takeProfit/percent',
    'profit_impossible',
  ],
])('%s (%s) is refused by its field', (_name, direction, change, field, code) => {
  const [first, ...others] = faultsOf(settingsA(direction, change));
  expect(first).toMatchObject({ field, code });
  expect(first?.message).toMatch(/(Use|Make|Take|cannot)/);
  expect(others).toEqual([]);
});

test('a base order that rounding down takes below the minimum', () => {
  // Eight lots of 0.60 are 4.80.
  const faults = faultsOf(settingsA('long', { baseOrder: '5.2' }), 6_000_000n);
  expect(faults).toMatchObject([{ field: '/settings/baseOrder', code: 'below_minimum' }]);
});

test('a profit of the base order works net of fees', () => {
  expect(faultsOf(settingsA('long', { takeProfit: { basis: 'base', includeFees: true } }))).toEqual([]);
});

test('from the last fill a ladder may add up to more than 100 %: its price stays above zero', () => {
  const settings = settingsA('long', {
    averagingOrders: { count: 10, deviationPercent: '20', stepScale: '1', deviationFrom: 'lastFill' },
  });
  expect(faultsOf(settings)).toEqual([]);
});

test('everything that is wrong with shape and profit is listed at once', () => {
  const settings = settingsA('short', { takeProfit: { percent: '150' }, averagingOrders: { count: 40 } });
  expect(faultsOf(settings).map(({ code }) => code)).toEqual(['profit_impossible']);
});

test.each<[string, unknown]>([
  ['/averagingOrders/count', 201],
  ['/averagingOrders/count', -1],
  ['/averagingOrders/count', 1.5],
  ['/averagingOrders/size', '-1'],
  ['/averagingOrders/size', '0'],
  ['/averagingOrders/size', '1e5'],
  ['/averagingOrders/size', '0.000000001'],
  ['/averagingOrders/deviationPercent', '0'],
  ['/averagingOrders/deviationPercent', '1000.1'],
  ['/averagingOrders/stepScale', '0.01'],
  ['/averagingOrders/stepScale', '10.1'],
  ['/averagingOrders/volumeScale', '11'],
  ['/averagingOrders/volumeScale', '1.0000000001'],
  ['/averagingOrders/deviationFrom', 'moon'],
  ['/baseOrder', '1234567890123'],
  ['/baseOrder', 10],
  ['/direction', 'sideways'],
  ['/takeProfit/percent', 'NaN'],
  ['/takeProfit/basis', 'none'],
  ['/takeProfit/trailing', '1'],
  ['/evil', 1],
])('the contract refuses %s = %j', (field, value) => {
  const settings = structuredClone(settingsA('long')) as Record<string, unknown>;
  const path = field.slice(1).split('/');
  const last = path.pop() as string;
  const target = path.reduce((object, part) => object[part] as Record<string, unknown>, settings);
  target[last] = value;
  const parsed = DcaSettings.safeParse(settings);
  expect(parsed.success).toBe(false);
  expect(parsed.error && fieldErrors(parsed.error).map((error) => error.field)).toContain(field);
});

test('whatever is accepted can be placed as it stands and never takes a profit that loses', () => {
  let accepted = 0;
  fc.assert(
    fc.property(anySettings, fc.bigInt(50n, 1_000n), (settings, price) => {
      const plan = planOf(settings, COARSE);
      if (checkSettings(plan, price)) return;
      accepted += 1;
      let [cost, lots, before] = [0n, 0n, price];
      for (const level of ladder(plan, price)) {
        cost += level.ticks * level.lots;
        lots += level.lots;
        expect(meetsMinimum(COARSE, level.ticks, level.lots)).toBe(true);
        if (level.index > 0) expect(plan.long ? level.ticks < before : level.ticks > before).toBe(true);
        expect(
          isProfit(
            netAt(plan, whole(cost), lots, takeProfitTicks(plan, { cost: whole(cost), lots, profit: plan.profit })),
          ),
        ).toBe(true);
        before = level.ticks;
      }
    }),
    { numRuns: runs(500) },
  );
  expect(accepted).toBeGreaterThan(enough(50));
});

test('the widest settings that the contract accepts are judged quickly', () => {
  const scales = fc.constantFrom('0.1', '0.999999', '1', '1.000001', '1.234567', '9.999999', '10');
  const percents = fc.constantFrom('0.000001', '0.333333', '1', '99.999999', '1000');
  const amounts = fc.constantFrom('0.00000001', '5.00000001', '100', '999999999999.99999999');
  const settings = fc.record({
    market: fc.constantFrom('BTC-USDT', 'DOGE-USDT'),
    direction: fc.constantFrom('long', 'short'),
    baseOrder: amounts,
    averagingOrders: fc.record({
      count: fc.constantFrom(0, 1, 200),
      size: amounts,
      deviationPercent: percents,
      stepScale: scales,
      volumeScale: scales,
      deviationFrom: fc.constantFrom('base', 'lastFill'),
    }),
    takeProfit: fc.record({ percent: percents, basis: fc.constantFrom('average', 'base'), includeFees: fc.boolean() }),
  });
  fc.assert(
    fc.property(settings, fc.constantFrom(1n, 100n, 10n ** 12n), (given, price) => {
      for (const { field, code, message } of faultsOf(DcaSettings.parse(given), price)) {
        expect(field).toMatch(/^\/settings\//);
        expect(code).toMatch(/^[a-z_]+$/);
        expect(message.length).toBeLessThan(300);
      }
    }),
    { numRuns: runs(500) },
  );
});
