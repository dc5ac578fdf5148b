import { decimalsOf, fillsByCandle } from './price-marks.rules.ts';

test('fills are marked at the candle in which they were, once for each side', () => {
  const at = (ms: number) => new Date(ms).toISOString();
  const fills = [
    { at: at(50), side: 'buy' as const },
    { at: at(100), side: 'buy' as const },
    { at: at(199), side: 'buy' as const },
    { at: at(150), side: 'sell' as const },
    { at: at(999), side: 'sell' as const },
  ];
  expect(fillsByCandle(fills, [100, 200, 300])).toEqual([
    { at: 100, side: 'buy', count: 2 },
    { at: 100, side: 'sell', count: 1 },
    { at: 300, side: 'sell', count: 1 },
  ]);
  expect(fillsByCandle(fills, [])).toEqual([]);
});

test('prices have as many digits as the tick', () => {
  expect(['0.01', '1', '0.00000100', '0.5'].map(decimalsOf)).toEqual([2, 0, 6, 1]);
});
