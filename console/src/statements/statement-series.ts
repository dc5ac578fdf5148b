import type { StatementPoint } from '@tidegate/client';
import { t } from '../kernel/strings.ts';
import type { Series } from '../kernel/time-chart.tsx';

/** Rates of one statement. Per second of the time that was covered, so that a pause of the collection is no dip. */
export function statementSeries(given: readonly StatementPoint[]) {
  const points = filledBack(given);
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
  const calls = given.reduce((sum, { figures }) => sum + (figures?.calls ?? 0), 0);
  return {
    instants: points.map(({ at }) => Date.parse(at)),
    summary: t('{calls, plural, one {# call} other {# calls}}', { calls }),
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

/** A snapshot that comes after a longer time than a step stands for the steps before it as well. */
function filledBack(given: readonly StatementPoint[]): StatementPoint[] {
  const points = [...given];
  const [first, second] = given;
  const stepSeconds = first && second ? (Date.parse(second.at) - Date.parse(first.at)) / 1_000 : 0;
  if (stepSeconds === 0) return points;
  for (const [index, point] of given.entries()) {
    const covered = Math.round(point.coveredSeconds / stepSeconds);
    for (let at = index - 1; at > index - covered && at >= 0 && given[at]?.figures === null && !point.gap; at -= 1)
      points[at] = { ...point, at: given[at]?.at ?? point.at };
  }
  return points;
}
