import type { StatementPoint } from '@tidegate/client';
import { statementSeries } from './statement-series.ts';

const point = (minute: number, coveredSeconds: number, calls: number | null) =>
  ({
    at: new Date(Date.UTC(2026, 10, 29, 3, minute)).toISOString(),
    coveredSeconds,
    gap: false,
    partial: false,
    figures: calls === null ? null : { calls, meanMs: 2, rows: calls, walBytes: 0 },
  }) as StatementPoint;

test('minutes that a later snapshot covers have its rate, and those that nobody covered are gaps', () => {
  const { calls, mean } = statementSeries([
    point(0, 0, null),
    point(1, 0, null),
    point(2, 0, null),
    point(3, 180, 360),
    point(4, 60, 0),
    point(5, 0, null),
  ]);
  expect(calls.values).toEqual([null, 2, 2, 2, 0, null]);
  expect(mean.values).toEqual([null, 2, 2, 2, null, null]);
});
