import { majorOf } from './minor-units.ts';

test.each([
  [4_900, 'USD', '49.00'],
  [5, 'EUR', '0.05'],
  [-5, 'EUR', '-0.05'],
  [-1_250n, 'EUR', '-12.50'],
  [0, 'USD', '0.00'],
  [1_000, 'JPY', '1000'],
  [1_001, 'KWD', '1.001'],
  [90_071_992_547_409_931n, 'USD', '900719925474099.31'],
])('%s minor units of %s are %s', (minor, currency, major) => {
  expect(majorOf(minor, currency)).toBe(major);
});
