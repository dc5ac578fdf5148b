import type { CandleSeries } from '@tidegate/client';
import { rangeOf, seriesOf } from './feed.rules.ts';

const series = (market: string, source: CandleSeries['source'], interval: CandleSeries['interval']): CandleSeries => ({
  ...{ market, source, interval, candles: 2 },
  ...{ from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' },
});

test('a market without bundled candles takes its own, and a choice stays only where the market has it', () => {
  const all = [series('A', 'bundled', '5m'), series('A', 'imported', '1h'), series('B', 'imported', '1d')];
  const chosen = (key: string, market: string) => {
    const found = seriesOf(key, market, all);
    return found && `${found.source} ${found.interval}`;
  };
  expect(chosen('', 'A')).toBe('bundled 5m');
  expect(chosen('imported 1h', 'A')).toBe('imported 1h');
  expect(chosen('imported 1h', 'B')).toBe('imported 1d');
  expect(chosen('', 'C')).toBeUndefined();
});

test('days are of UTC and both are included; an empty or half typed one is no bound', () => {
  expect(rangeOf({ from: '2026-02-27', to: '2026-02-28' })).toEqual({
    from: '2026-02-27T00:00:00.000Z',
    to: '2026-03-01T00:00:00.000Z',
  });
  expect(rangeOf({ from: '', to: '' })).toEqual({});
  expect(rangeOf({ from: '2026-2', to: '' })).toEqual({});
});
