import { Busiest, SHOWN } from './busiest.rules.ts';

const MINUTE = 60_000;

test('who sent most in the last full minute comes first, and the minute before no longer counts', () => {
  const busiest = new Busiest();
  for (const key of ['a', 'b', 'a', 'c', 'a', 'c']) busiest.add(key, 5 * MINUTE);
  expect(busiest.last(5 * MINUTE + 1)).toEqual([]);
  busiest.add('d', 6 * MINUTE);
  expect(busiest.last(6 * MINUTE + 1)).toEqual([
    { key: 'a', count: 3 },
    { key: 'c', count: 2 },
    { key: 'b', count: 1 },
  ]);
  expect(busiest.last(7 * MINUTE)).toEqual([{ key: 'd', count: 1 }]);
  expect(busiest.last(9 * MINUTE)).toEqual([]);
});

test('a hundred thousand others hide nobody who sends much, and are not kept', () => {
  const busiest = new Busiest();
  for (let i = 0; i < 100_000; i += 1) {
    busiest.add(`other ${i}`, MINUTE);
    if (i % 10 === 0) busiest.add('much', MINUTE);
  }
  const reported = busiest.last(2 * MINUTE);
  expect(reported.length).toBeLessThanOrEqual(SHOWN);
  expect(reported[0]?.key).toBe('much');
  // Too low by at most a thousandth of the 110,000.
  expect(reported[0]?.count).toBeGreaterThanOrEqual(10_000 - 110);
  expect(reported[0]?.count).toBeLessThanOrEqual(10_000);
});
