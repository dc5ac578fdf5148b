import fc from 'fast-check';
import { packagesFor } from './top-up.rules.ts';

const of = (given: Partial<Parameters<typeof packagesFor>[0]>) =>
  packagesFor({ left: 0, threshold: 100, amount: 100, priceMinor: 500, roomMinor: 100_000, ...given });

test('as many packages as bring what is left above the threshold, by one unit too few one more', () => {
  expect(of({ left: 101 })).toEqual({ needed: 0, bought: 0 });
  expect(of({ left: 100 })).toEqual({ needed: 1, bought: 1 });
  expect(of({ left: 1 })).toEqual({ needed: 1, bought: 1 });
  expect(of({ left: 0 })).toEqual({ needed: 2, bought: 2 });
  expect(of({ threshold: 240 })).toEqual({ needed: 3, bought: 3 });
  expect(of({ threshold: 0 })).toEqual({ needed: 1, bought: 1 });
});

test('the cap of a month is never passed, and the last packages that it pays for are bought', () => {
  expect(of({ threshold: 240, roomMinor: 1_499 })).toEqual({ needed: 3, bought: 2 });
  expect(of({ roomMinor: 499 })).toEqual({ needed: 2, bought: 0 });
  expect(of({ roomMinor: -1 })).toEqual({ needed: 2, bought: 0 });
});

test('after what is needed there is more than the threshold, and with one package fewer there is not', () => {
  const number = fc.integer({ min: 1, max: 10_000 });
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(20_000), number, (left, threshold, amount) => {
      const { needed } = of({ left, threshold, amount });
      if (needed === 1_000) return;
      expect(left + needed * amount).toBeGreaterThan(threshold);
      if (needed > 0) expect(left + (needed - 1) * amount).toBeLessThanOrEqual(threshold);
    }),
  );
});
