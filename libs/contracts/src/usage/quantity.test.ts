import fc from 'fast-check';
import { Quantity, stepsOf, textOf, unitsOf } from './quantity.ts';

test.each([
  [1.5, 2, 150],
  ['1.50', 2, 150],
  ['1.500000', 1, 15],
  [0.3, 1, 3],
  ['0.000001', 6, 1],
  [0.000001, 6, 1],
  [1_000_000_000, 6, 1e15],
  [7, 0, 7],
  ['7', 0, 7],
  [0, 3, 0],
  [0.1 * 3, 6, undefined],
  [1e-13, 6, undefined],
  [1e-7, 6, undefined],
  ['0.0000001', 6, undefined],
  [1.5, 0, undefined],
  ['1000000000.000001', 6, undefined],
  [2 ** 53 + 1, 0, undefined],
  ['9007199254740993', 0, undefined],
])('%j of a meter with %i digits is %j steps', (given, decimals, steps) => {
  expect(stepsOf(given, decimals)).toBe(steps);
});

test.each([
  2 ** 53 + 1,
  1e10,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  'NaN',
  '1e3',
  '0x10',
  '+1',
  '-1',
  ' 1',
  '01',
  '.5',
  '5.',
  '',
  '1,5',
  '9007199254740993',
])('%j is no quantity', (given) => {
  expect(Quantity.safeParse(given).success).toBe(false);
});

test('whatever a meter holds comes back as it was written, as text and as a number', () => {
  const any = fc.tuple(fc.integer({ min: 0, max: 1_000_000_000 }), fc.integer({ min: 0, max: 6 }), fc.nat(999_999));
  fc.assert(
    fc.property(any, ([whole, decimals, fraction]) => {
      const steps = Math.min(whole * 10 ** decimals + (fraction % 10 ** decimals), 1_000_000_000 * 10 ** decimals);
      const text = textOf(steps, decimals);
      expect([stepsOf(text, decimals), stepsOf(unitsOf(steps, decimals), decimals)]).toEqual([steps, steps]);
      expect(String(unitsOf(steps, decimals)) === text || decimals === 6).toBe(true);
    }),
  );
  expect([textOf(-25, 2), textOf(100n, 2), textOf('-5', 6)]).toEqual(['-0.25', '1', '-0.000005']);
});
