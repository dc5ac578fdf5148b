import fc from 'fast-check';
import { decimalOf, unitPrice, written } from './exact-number.rules.ts';

test('an amount has the digits of its currency', () => {
  expect(decimalOf(2900n, 2)).toBe('29.00');
  expect(decimalOf(-5n, 2)).toBe('-0.05');
  expect(decimalOf(2900n, 0)).toBe('2900');
  expect(decimalOf(1n, 3)).toBe('0.001');
  expect(decimalOf(-12345n, 4)).toBe('-1.2345');
});

test('it is written as in that language, exactly, whatever its size', () => {
  expect(written('90071992547409931234.05', 'de-DE')).toBe('90.071.992.547.409.931.234,05');
  expect(written('-1234.500', 'en-GB')).toBe('-1,234.500');
  expect(written('1200', 'de-DE')).toBe('1.200');
});

test('the price of a unit times the quantity is the amount, or there is none', () => {
  expect(unitPrice(5800n, '2', 2)).toBe('29.00');
  expect(unitPrice(100n, '10000', 2)).toBe('0.0001');
  expect(unitPrice(125n, '2.50', 2)).toBe('0.50');
  expect(unitPrice(-1500n, '1', 0)).toBe('-1500');
  expect(unitPrice(1000n, '3', 2)).toBeUndefined();
  expect(unitPrice(1000n, '0', 2)).toBeUndefined();
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), fc.integer({ min: 1, max: 1_000 }), (amount, quantity) => {
      const price = unitPrice(amount, String(quantity), 2);
      if (price === undefined) return;
      const [whole = '', fraction = ''] = price.split('.');
      expect(BigInt(whole + fraction) * BigInt(quantity)).toBe(amount * 10n ** BigInt(fraction.length - 2));
    }),
  );
});
