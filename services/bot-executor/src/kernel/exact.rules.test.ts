import fc from 'fast-check';
import { add, ceil, compare, div, floor, fraction, mul, reduced, round, sub, toCents, toText } from './exact.rules.ts';

const decimal = fc
  .tuple(fc.bigInt(-(10n ** 15n), 10n ** 15n), fc.integer({ min: 0, max: 8 }))
  .map(([n, decimals]) => toText({ n, d: 10n ** BigInt(decimals) }));

test.each([
  ['0', '0'],
  ['10', '10'],
  ['-12.50', '-12.5'],
  ['0.000001', '0.000001'],
  ['100.000', '100'],
  ['-0', '0'],
])('%s is written %s', (text, expected) => expect(toText(fraction(text))).toBe(expected));

test('text that is no decimal number is a fault of the caller', () => {
  for (const text of ['', '1e5', '.5', '5.', '1,2', 'NaN', '0x1']) expect(() => fraction(text)).toThrow('decimal');
});

test('text and back is the same number', () => {
  fc.assert(fc.property(decimal, (text) => void expect(toText(fraction(text))).toBe(text)));
});

test('sums and products are exact', () => {
  fc.assert(
    fc.property(decimal, decimal, decimal, (x, y, z) => {
      const [a, b, c] = [fraction(x), fraction(y), fraction(z)];
      expect(compare(sub(add(a, b), b), a)).toBe(0);
      expect(compare(mul(a, add(b, c)), add(mul(a, b), mul(a, c)))).toBe(0);
      if (b.n !== 0n) expect(compare(mul(div(a, b), b), a)).toBe(0);
      expect(compare(reduced(div(a, { n: 7n, d: 3n })), div(a, { n: 7n, d: 3n }))).toBe(0);
    }),
  );
});

test('floor, ceiling and rounding enclose the number', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 9n), 10n ** 9n), fc.bigInt(1n, 10n ** 6n), (n, d) => {
      const value = { n, d };
      expect(compare({ n: floor(value), d: 1n }, value)).toBeLessThanOrEqual(0);
      expect(compare({ n: ceil(value), d: 1n }, value)).toBeGreaterThanOrEqual(0);
      expect(ceil(value) - floor(value)).toBe(n % d === 0n ? 0n : 1n);
      const off = sub({ n: round(value), d: 1n }, value);
      expect(compare(off.n < 0n ? { n: -off.n, d: off.d } : off, { n: 1n, d: 2n })).toBeLessThanOrEqual(0);
    }),
  );
});

test.each([
  ['0', '0.00'],
  ['1.005', '1.01'],
  ['-1.005', '-1.01'],
  ['1.0049999', '1.00'],
  ['-0.001', '0.00'],
  ['1234567890123.994', '1234567890123.99'],
])('%s to the cent is %s', (text, expected) => expect(toCents(fraction(text))).toBe(expected));
