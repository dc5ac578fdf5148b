import { StepSums, stepFor } from './steps.rules.ts';

const range = (from: string, to: string) => ({ from: new Date(from), to: new Date(to) });

test.each([
  ['2026-05-05T00:00:00Z', '2026-05-05T01:00:00Z', undefined, 60],
  ['2026-05-05T00:00:00Z', '2026-05-06T01:00:00Z', undefined, 60],
  // 1,500 minutes that begin within a minute touch 1,501 of them.
  ['2026-05-05T00:00:30Z', '2026-05-06T01:00:30Z', undefined, 120],
  ['2026-05-05T00:00:00Z', '2026-05-05T00:10:00Z', 1, 1],
  ['2026-05-05T00:00:00Z', '2026-05-05T01:00:00Z', 1, 60],
  ['2026-05-05T00:00:00Z', '2026-05-12T00:00:00Z', 60, 600],
  ['2026-05-05T00:00:00Z', '2026-05-12T00:00:00Z', 1_234, 1_234],
  ['2025-05-05T00:00:00Z', '2026-05-05T00:00:00Z', undefined, 21_600],
  ['2025-05-05T00:00:00Z', '2026-06-09T00:00:00Z', 86_400, 86_400],
  ['2026-05-05T00:00:00Z', '2026-05-05T00:00:01Z', 2_678_400, 2_678_400],
])('%s to %s, asked for %d: steps of %d s', (from, to, wanted, step) => {
  expect(stepFor(range(from, to), wanted)).toBe(step);
});

test('a step nobody looked in is null, one without calls is zero, and bounds are as asked', () => {
  const sums = new StepSums(range('2026-05-05T00:00:30Z', '2026-05-05T00:04:00Z'), 60);
  const at = (second: number) => Date.parse('2026-05-05T00:00:00Z') + second * 1_000;
  for (const second of [29, 30, 59, 125, 240]) {
    sums.addSnapshot(at(second), 10_000_000, second === 125);
    if (second !== 125) sums.addPoint(at(second), second === 59, [2, 0, 0, 9_000]);
  }
  expect(sums.points().map(({ at: begin, figures, ...rest }) => [begin.slice(14, 19), figures?.calls, rest])).toEqual([
    ['00:00', 4, { coveredSeconds: 20, gap: false, partial: true }],
    ['01:00', undefined, { coveredSeconds: 0, gap: false, partial: false }],
    ['02:00', 0, { coveredSeconds: 10, gap: true, partial: false }],
    ['03:00', undefined, { coveredSeconds: 0, gap: false, partial: false }],
  ]);
  expect(sums.points()[0]?.figures).toMatchObject({ calls: 4, totalMs: 18, meanMs: 4.5, rows: 0 });
  expect(sums.coveredSeconds).toBe(30);
});
