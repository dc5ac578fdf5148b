import { codingOf } from './content-coding.rules.ts';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['deflate, zstd', undefined],
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['GZIP;q=1.0, br;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0, gzip;q=0', undefined],
  ['*', 'br'],
  ['*;q=0.5, gzip', 'gzip'],
  ['identity;q=1, gzip;q=0.5', undefined],
  ['gzip;q=rubbish', undefined],
])('%s is answered as %s', (accepted, coding) => {
  expect(codingOf(accepted)).toBe(coding);
});
