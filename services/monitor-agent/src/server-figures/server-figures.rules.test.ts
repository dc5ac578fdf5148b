import { type FiguresRow, pointsOf, totalOf } from './server-figures.rules.ts';

const MINUTE = 60_000;
const row = (minute: number, spanMinutes: number, commits: number) =>
  ({ ...totalOf([]), at: minute * MINUTE, span_us: spanMinutes * MINUTE * 1_000, commits }) as FiguresRow;
const rates = (rows: FiguresRow[], minutes: number) =>
  pointsOf(rows, { from: new Date(0), to: new Date(minutes * MINUTE) }, MINUTE).map(
    ({ figures }) => figures?.commitsPerSecond ?? null,
  );

test('a snapshot that came later than a step stands for the steps that it covers, and for no others', () => {
  expect(rates([row(4, 3, 180)], 6)).toEqual([null, null, 1, 1, 1, null]);
  expect(rates([row(1, 1, 60), row(4, 5, 600)], 5)).toEqual([null, 1, 2, 2, 2]);
  expect(rates([row(0, 5, 300)], 2)).toEqual([1, null]);
});

test('nothing read is null, nothing done is 0', () => {
  expect(rates([row(1, 1, 0)], 3)).toEqual([null, 0, null]);
});

test('a total adds what is counted, takes the most of what is measured, and the newest size', () => {
  const total = totalOf([
    { ...row(0, 1, 5), active_max: 3, bytes: 10 },
    { ...row(1, 1, 7), active_max: null, bytes: 30 },
    { ...row(2, 1, 0), active_max: 2, bytes: null },
  ]);
  expect(total).toMatchObject({ commits: 12, active_max: 3, bytes: 30, span_us: 3 * MINUTE * 1_000 });
});
