import { CURRENCIES, exponentOf } from '@tidegate/contracts/billing/minor-units';
import { bytes, decimal, figure, lasted, majorOf, money, notationOf, rounded, took } from './format.ts';

test.each([
  [4_900, 'USD', '$49.00'],
  [-4_905, 'USD', '−$49.05'],
  [5, 'EUR', '€0.05'],
  [500, 'JPY', '¥500'],
  [1_234, 'KWD', 'KWD 1.234'],
  // Browsers write no digits of these.
  [100_000, 'RSD', 'RSD 1,000.00'],
  [1_234_567, 'IQD', 'IQD 1,234.567'],
  [5, 'HUF', 'HUF 0.05'],
  [9_007_199_254_740_993n, 'USD', '$90,071,992,547,409.93'],
])('%s of %s are %s', (minor, currency, text) => {
  expect(money(minor, currency).replaceAll('\u00a0', ' ')).toBe(text);
});

test('an amount of every currency has the digits that the platform counts it in', () => {
  for (const currency of CURRENCIES) {
    const [whole = '', behind = ''] = majorOf(1_234_567, currency).split('.');
    expect([currency, behind.length, whole + behind]).toEqual([currency, exponentOf(currency), '1234567']);
    const shown = /\d[\d,]*(?:\.(\d+))?/.exec(money(1_234_567, currency).replace(currency, ''));
    expect([currency, shown?.[0].replaceAll(',', '')]).toEqual([currency, majorOf(1_234_567, currency)]);
  }
  expect([majorOf(-5, 'USD'), majorOf(0, 'JPY'), majorOf(-1_234, 'KWD')]).toEqual(['-0.05', '0', '-1.234']);
});

test.each([
  [0, '0 B'],
  [1_023, '1,020 B'],
  [1_536, '1.5 KiB'],
  [3_435_973_837, '3.2 GiB'],
])('%s bytes are %s', (size, text) => {
  expect(bytes(size)).toBe(text);
});

test.each([
  [0.321, '0.321 ms'],
  [1_500, '1.5 s'],
  [90_000, '1.5 min'],
  [7_200_000, '2 h'],
])('%s ms took %s', (ms, text) => {
  expect(took(ms)).toBe(text);
});

test.each([
  [41.9, '41 s'],
  [8_040, '2 h 14 min'],
  [273_600, '3 d 4 h'],
  [32_400, '9 h'],
  [120, '2 min'],
  [-5, '0 s'],
])('%s seconds lasted %s', (seconds, text) => {
  expect(lasted(seconds)).toBe(text);
});

test.each([
  ['-5.8634070842', '−5.8634070842', '−5.86'],
  ['1524.7278262', '1,524.7278262', '1,524.73'],
  ['12345678901234567890.125', '12,345,678,901,234,567,890.125', '12,345,678,901,234,567,890.13'],
  ['0.00123456', '0.00123456', '0.001235'],
  ['0', '0', '0'],
  ['70.10', '70.10', '70.10'],
])('the decimal %s has every digit as %s, and is %s at a glance', (text, every, glance) => {
  expect([decimal(text), rounded(text)]).toEqual([every, glance]);
});

test.each([
  [71_656, '71,656'],
  ['71656.60', '71,656.60'],
  ['-0.000001', '−0.000001'],
  ['3 / 36', '3 / 36'],
  [null, null],
])('the number %s of a table is shown as %s', (value, text) => {
  expect(figure(value)).toBe(text);
});

test('numbers and dates are written as where the reader is, in the language of the page', () => {
  expect(notationOf('en', ['de-CH', 'en-GB', 'en'])).toBe('en-GB');
  expect(notationOf('de', ['de-CH', 'en-GB'])).toBe('de-CH');
  expect(notationOf('de', ['en-US'])).toBe('de');
});
