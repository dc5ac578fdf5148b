import fc from 'fast-check';
import { COARSE, FINE, settingsA } from '../../test/markets.ts';
import { compare, div, fraction, mul, sub, toText, whole } from '../kernel/exact.rules.ts';
import { describeLadder, ladder } from './ladder.rules.ts';
import { type DcaPlan, planOf } from './plan.rules.ts';

const ticks = (price: string) => BigInt(toText(div(fraction(price), FINE.tick), 0));
const near = (text: string | undefined, expected: number) => expect(Number(text)).toBeCloseTo(expected, 7);
const ladderA = (direction: 'long' | 'short', change = {}) =>
  describeLadder(planOf(settingsA(direction, change), FINE), ticks('100'));

describe('ladder A of the reference', () => {
  const [long, short] = [ladderA('long'), ladderA('short')];

  test('prices and distances are exact, long and short', () => {
    const prices = ['100', '99', '97.5', '95.25', '91.875', '86.8125', '79.21875'];
    expect(long.levels.map((level) => level.price)).toEqual(prices);
    const mirrored = ['100', '101', '102.5', '104.75', '108.125', '113.1875', '120.78125'];
    expect(short.levels.map((level) => level.price)).toEqual(mirrored);
    const distances = ['0', '1', '2.5', '4.75', '8.125', '13.1875', '20.78125'];
    expect(long.levels.map((level) => level.deviationPercent)).toEqual(distances);
    expect(short.levels.map((level) => level.deviationPercent)).toEqual(distances);
  });

  test.each([
    [0, 10, 0.1, 0.1, 10, 100, 101.5, 1.5],
    [1, 20, 0.2020202, 0.3020202, 30, 99.33110368, 100.82107023, 1.83946488],
    [2, 24, 0.24615385, 0.54817405, 54, 98.50885897, 99.98649185, 2.55024805],
    [3, 28.8, 0.3023622, 0.85053625, 82.8, 97.35034776, 98.81060297, 3.73816585],
    [4, 34.56, 0.37616327, 1.22669952, 117.36, 95.67135086, 97.10642112, 5.6940638],
    [5, 41.472, 0.47771922, 1.70441874, 158.832, 93.18836751, 94.58619302, 8.954578],
    [6, 49.7664, 0.62821491, 2.33263365, 208.5984, 89.42612992, 90.76752186, 14.57833135],
  ])('level %i long: size, quantity, totals, average, take profit, rebound', (k, size, q, total, cost, avg, tp, up) => {
    const level = long.levels[k];
    near(level?.size, size);
    near(level?.quantity, q);
    near(level?.totalQuantity, total);
    near(level?.totalSize, cost);
    near(level?.averagePrice, avg);
    near(level?.takeProfitPrice, tp);
    expect(Number(level?.reboundPercent)).toBeCloseTo(up, 5);
  });

  test.each([
    [0, 101.7017017],
    [1, 101.02142276],
    [2, 100.18518589],
    [3, 99.00696028],
    [4, 97.29939186],
    [5, 94.77415555],
    [6, 90.94789589],
  ])('level %i long: take profit net of both fees', (k, expected) => {
    near(ladderA('long', { takeProfit: { includeFees: true } }).levels[k]?.takeProfitPrice, expected);
  });

  test.each([
    [1, 100.66445183, 99.15448505],
    [2, 101.4720697, 99.94998866],
    [3, 102.58869468, 101.04986426],
    [4, 104.15922118, 102.59683286],
    [5, 106.37466987, 104.77904982],
    [6, 109.49042097, 107.84806466],
  ])('level %i short: average, take profit', (k, average, takeProfit) => {
    near(short.levels[k]?.averagePrice, average);
    near(short.levels[k]?.takeProfitPrice, takeProfit);
  });

  test('a short take profit net of fees leaves the percentage after both', () => {
    const level = ladderA('short', { takeProfit: { includeFees: true } }).levels[6];
    const [cost, quantity, exit] = [level?.totalSize, level?.totalQuantity, level?.takeProfitPrice].map(Number);
    const left = (cost ?? 0) * 0.999 - (quantity ?? 0) * (exit ?? 0) * 1.001;
    expect(left / (cost ?? 1)).toBeCloseTo(0.015, 8);
  });

  test('take profit of the base order, and break-even', () => {
    const base = ladderA('long', { takeProfit: { basis: 'base' } });
    expect(Number(base.levels[6]?.takeProfitPrice)).toBeCloseTo(89.490435, 6);
    expect(Number(long.levels[6]?.breakEvenPrice)).toBeCloseTo(89.605161, 6);
  });

  test('worst-case capital with the fees of entry', () => {
    near(long.capital, 208.5984 * 1.001);
    near(long.fees, 0.2085984);
  });

  test('the average weighs prices by quantity, not by quote amount', () => {
    expect(Number(long.levels[6]?.averagePrice)).not.toBeCloseTo(90.034823, 2);
    expect(Number(short.levels[6]?.averagePrice)).not.toBeCloseTo(109.965177, 2);
  });

  test('a quote-sized short ladder is not the mirror of the long one', () => {
    near(short.levels[6]?.totalQuantity, 1.90517488);
    near(long.levels[6]?.totalQuantity, 2.33263365);
  });

  test('from the last fill', () => {
    const { levels } = ladderA('long', { averagingOrders: { deviationFrom: 'lastFill' } });
    const expected = [100, 99, 97.515, 95.320912, 92.103832, 87.441075, 80.801019];
    for (const [k, price] of expected.entries()) expect(Number(levels[k]?.price)).toBeCloseTo(price, 6);
    expect(Number(levels[6]?.deviationPercent)).toBeCloseTo(100 - 80.801019, 5);
  });
});

describe('rounding', () => {
  const exactPrice = ({ long, averagingLevels }: DcaPlan, k: number, base: bigint) => {
    const part = div(averagingLevels[k - 1]?.deviationPercent ?? whole(0), whole(100));
    return mul(whole(base), long ? sub(whole(1), part) : sub(whole(1), mul(part, whole(-1))));
  };

  test('an entry lies within one tick beyond its level, a quantity within one lot below its size', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('long' as const, 'short' as const),
        fc.bigInt(100n, 2_000_000n),
        fc.integer({ min: 20, max: 5_000 }),
        (direction, base, size) => {
          const plan = planOf(settingsA(direction, { averagingOrders: { size: String(size) } }), COARSE);
          for (const level of ladder(plan, base).slice(1)) {
            const off = sub(whole(level.ticks), exactPrice(plan, level.index, base));
            const beyond = plan.long ? mul(off, whole(-1)) : off;
            expect(compare(beyond, whole(0))).toBeGreaterThanOrEqual(0);
            expect(compare(beyond, whole(1))).toBe(-1);
            const wanted = plan.averagingLevels[level.index - 1]?.size ?? whole(0);
            const missing = sub(wanted, whole(level.ticks * level.lots));
            expect(compare(missing, whole(0))).toBeGreaterThanOrEqual(0);
            expect(compare(missing, whole(level.ticks))).toBe(-1);
          }
        },
      ),
    );
  });

  test('a take profit never promises less than it says', () => {
    fc.assert(
      fc.property(fc.constantFrom('long' as const, 'short' as const), fc.bigInt(100n, 100_000n), (direction, base) => {
        const plan = planOf(settingsA(direction, { averagingOrders: { size: '500' }, baseOrder: '500' }), COARSE);
        for (const level of describeLadder(plan, base).levels) {
          const [cost, exit] = [level.totalSize, mul(fraction(level.totalQuantity), fraction(level.takeProfitPrice))];
          const gain = plan.long ? sub(exit, fraction(cost)) : sub(fraction(cost), exit);
          expect(compare(gain, mul(fraction(cost), fraction('0.015')))).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
