import { FINE, settingsA } from '../../test/markets.ts';
import { div, fraction, toText } from '../kernel/exact.rules.ts';
import { checkSettings } from './check-settings.rules.ts';
import { describeLadder, ladder } from './ladder.rules.ts';
import { liquidationDanger } from './margin.rules.ts';
import { planOf } from './plan.rules.ts';

const PRICE = BigInt(toText(div(fraction('100'), FINE.tick), 0));
type Change = Parameters<typeof settingsA>[1];
const described = (direction: 'long' | 'short', change: Change) =>
  describeLadder(planOf(settingsA(direction, change), FINE), PRICE);
const dangerOf = (direction: 'long' | 'short', change: Change) => {
  const plan = planOf(settingsA(direction, change), FINE);
  return liquidationDanger(plan, ladder(plan, PRICE));
};
const leverage = (text: string) => ({ futures: { leverage: text } });

describe('ladder A with leverage, maintenance margin 0.5 % (trading.md 3.5)', () => {
  test.each([
    ['5', 71.988],
    ['6', 74.9689],
    ['7', 77.0982],
    ['10', 80.9306],
  ])('the final liquidation price at %s times', (times, expected) => {
    const last = described('long', leverage(times)).levels.at(-1);
    expect(Number(last?.liquidationPrice)).toBeCloseTo(expected, 3);
  });

  test('6 times works; 7 would be liquidated at 80.3417 before the sixth averaging order at 79.21875', () => {
    expect(dangerOf('long', leverage('6'))).toBeUndefined();
    const danger = dangerOf('long', leverage('7'));
    expect(danger?.next.index).toBe(6);
    expect(Number(danger?.exposure.liquidation) / Number(PRICE)).toBeCloseTo(0.803417, 6);
  });

  test.each([
    ['long', 6.4555],
    ['short', 7.1209],
  ] as const)('the most leverage that a %s ladder bears is just below %s', (direction, most) => {
    const below = dangerOf(direction, leverage('125'))?.below ?? fraction('0');
    expect(Number(toText(below, 8))).toBeCloseTo(most, 4);
  });

  test('entry-based liquidation of E = 2500 at 10 times: 2262.5 and 2737.5', () => {
    const price = (direction: 'long' | 'short') => {
      const plan = planOf(settingsA(direction, { averagingOrders: { count: 0 }, ...leverage('10') }), FINE);
      return describeLadder(plan, PRICE * 25n).levels[0]?.liquidationPrice;
    };
    expect([price('long'), price('short')]).toEqual(['2262.5', '2737.5']);
  });

  test('the refusal names the field, both prices and the leverage that works', () => {
    const refusal = checkSettings(planOf(settingsA('long', leverage('7')), FINE), PRICE);
    expect(refusal?.data['errors']).toEqual([
      {
        field: '/settings/futures/leverage',
        code: 'liquidation_first',
        message: expect.stringMatching(
          /at 80\.34.* before averaging order 6 at 79\.21875\. Use a leverage below 6\.4554/,
        ),
        params: expect.objectContaining({ index: 6, next: '79.21875', below: '6.4554' }),
      },
    ]);
  });
});

describe('what a trade can lose', () => {
  test('at its stop loss, after every averaging order before it; orders beyond it are never reached', () => {
    const { levels, worstLoss, margin, capital } = described('long', {
      stopLoss: { percent: '10', basis: 'base' },
      ...leverage('5'),
    });
    // 90.00 lies between averaging orders 4 and 5: 117.36 spent, 1.22669952 bought.
    expect(levels[4]?.stopLossPrice).toBe('90');
    const loss = 117.36 - 90 * 1.2266995193 + 0.001 * (117.36 + 90 * 1.2266995193);
    expect(Number(worstLoss)).toBeCloseTo(loss, 6);
    expect(Number(margin)).toBeCloseTo(208.5984 / 5 + 0.2085984, 9);
    expect(Number(capital)).toBeCloseTo(208.5984 * 1.001, 9);
  });

  test('by liquidation all of the margin, without stop or leverage unknown', () => {
    const { worstLoss } = described('short', leverage('5'));
    expect(Number(worstLoss)).toBeCloseTo(208.5984 / 5 + 0.001 * (208.5984 + 208.5984 * 1.2), 6);
    expect(described('long', {}).worstLoss).toBeNull();
  });

  test('a patient stop is no bound: the price may be past the next order before its time is over', () => {
    const stopLoss = { percent: '1', basis: 'base', timeoutSeconds: 60 } as const;
    expect(dangerOf('long', { stopLoss, ...leverage('20') })).toBeDefined();
    expect(dangerOf('long', { stopLoss: { percent: '1', basis: 'base' }, ...leverage('20') })).toBeUndefined();
  });
});
