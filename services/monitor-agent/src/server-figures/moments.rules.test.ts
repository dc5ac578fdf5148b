import { momentsOf } from './moments.rules.ts';
import type { FiguresRow } from './server-figures.rules.ts';

const MINUTE = 60_000;
const row = (minute: number, waiting: number, active: number) =>
  ({ at: minute * MINUTE, waiting_max: waiting, active_max: active }) as FiguresRow;

test('what was blocked without a break is one moment, looked at where it was worst; a break makes two', () => {
  const moments = momentsOf([row(0, 1, 2), row(1, 5, 2), row(2, 2, 2), row(4, 1, 1), row(5, 0, 1)], MINUTE);
  expect(
    moments.map(({ kind, from, at, waitingMost }) => [
      kind,
      Date.parse(from) / MINUTE,
      Date.parse(at) / MINUTE,
      waitingMost,
    ]),
  ).toEqual([
    ['blocked', 4, 5, 1],
    ['blocked', 0, 2, 5],
  ]);
});

test('a quiet server has peaks only far above what is usual', () => {
  const usual = Array.from({ length: 20 }, (_, minute) => row(minute, 0, 2));
  expect(momentsOf([...usual, row(20, 0, 5)], MINUTE)).toEqual([]);
  expect(momentsOf([...usual, row(20, 0, 6)], MINUTE).map(({ kind, activeMost }) => [kind, activeMost])).toEqual([
    ['peak', 6],
  ]);
});
