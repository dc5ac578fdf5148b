import type { StatementPoint } from '@tidegate/client';
import { exact } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';
import type { Series } from '../kernel/time-chart.tsx';

/** Rates of one statement. Per second of the time that was covered, so that a pause of the collection is no dip. */
export function statementSeries(points: readonly StatementPoint[]) {
  const rate = (
    label: string,
    color: string,
    of: (figures: NonNullable<StatementPoint['figures']>) => number,
  ): Series => ({
    label,
    color,
    values: points.map(({ figures, coveredSeconds }) =>
      figures && coveredSeconds > 0 ? of(figures) / coveredSeconds : null,
    ),
  });
  const calls = points.reduce((sum, { figures }) => sum + (figures?.calls ?? 0), 0);
  return {
    instants: points.map(({ at }) => Date.parse(at)),
    summary: t('{calls} calls', { calls: exact(calls) }),
    mean: {
      label: t('Mean'),
      color: '--series-1',
      // A statement that was not called took no time, and none is no zero.
      values: points.map(({ figures }) => (figures && figures.calls > 0 ? figures.meanMs : null)),
    },
    calls: rate(t('Calls'), '--series-4', ({ calls: sum }) => sum),
    rows: rate(t('Rows'), '--series-3', ({ rows }) => rows),
    wal: rate(t('WAL'), '--series-5', ({ walBytes }) => walBytes),
  };
}
