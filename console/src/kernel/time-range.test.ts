import { standStill } from './page-clock.ts';
import { rangeOf, rangeSearch } from './time-range.ts';

const NOW = Date.parse('2026-11-28T12:00:07.123Z');

test.each([
  [{}, {}, '2026-11-28T11:00:00.000Z', '2026-11-28T12:00:00.000Z'],
  [{ range: '1h' }, {}, '2026-11-28T11:00:00.000Z', '2026-11-28T12:00:00.000Z'],
  [{ range: '24h' }, { range: '24h' }, '2026-11-27T12:00:00.000Z', '2026-11-28T12:00:00.000Z'],
  [{ range: 'for ever' }, {}, '2026-11-28T11:00:00.000Z', '2026-11-28T12:00:00.000Z'],
  [
    { from: '2026-11-01T00:00:00Z', to: '2026-11-02T01:00:00+01:00' },
    { from: '2026-11-01T00:00:00.000Z', to: '2026-11-02T00:00:00.000Z' },
    '2026-11-01T00:00:00.000Z',
    '2026-11-02T00:00:00.000Z',
  ],
  [{ from: '2026-11-02', to: '2026-11-01' }, {}, '2026-11-28T11:00:00.000Z', '2026-11-28T12:00:00.000Z'],
  [{ from: '<script>', to: 5 }, {}, '2026-11-28T11:00:00.000Z', '2026-11-28T12:00:00.000Z'],
])('the address %j opens its range', (raw, kept, from, to) => {
  const search = rangeSearch(raw);
  expect(search).toEqual(kept);
  expect(rangeOf(search, NOW)).toEqual({ from, to });
});

test('in a demo, ranges end where its data does, until another organisation is looked at', () => {
  standStill('2026-11-01T08:00:00.000Z');
  expect(rangeOf({})).toEqual({ from: '2026-11-01T07:00:00.000Z', to: '2026-11-01T08:00:00.000Z' });
  standStill(null);
  expect(Date.parse(rangeOf({}).to)).toBeGreaterThan(NOW - 86_400_000 * 365);
  expect(rangeOf({}).to).not.toBe('2026-11-01T08:00:00.000Z');
});
