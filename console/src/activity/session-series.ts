import type { ActivityPoint } from '@tidegate/client';
import { t } from '../kernel/strings.ts';
import type { Series } from '../kernel/time-chart.tsx';

/** Sessions over time; where no point is, nobody looked. */
export function sessionSeries(points: readonly ActivityPoint[]): {
  instants: number[];
  series: Series[];
  summary: string;
} {
  const instants: number[] = [];
  const kept: (ActivityPoint | null)[] = [];
  const gaps = points.slice(1).map(({ at }, index) => Date.parse(at) - Date.parse(points[index]?.at ?? at));
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  for (const point of points) {
    const at = Date.parse(point.at);
    const before = instants.at(-1);
    if (before !== undefined && usual > 0 && at - before > 2.5 * usual) {
      instants.push(before + usual);
      kept.push(null);
    }
    instants.push(at);
    kept.push(point);
  }
  const series = (label: string, color: string, of: (point: ActivityPoint) => number): Series => ({
    label,
    color,
    values: kept.map((point) => (point ? of(point) : null)),
  });
  const most = points.reduce((max, { waiting }) => Math.max(max, waiting), 0);
  return {
    instants,
    series: [
      series(t('Active'), '--series-1', ({ active }) => active),
      series(t('Idle in a transaction'), '--series-3', ({ idleInTransaction }) => idleInTransaction),
      series(t('Waiting for a lock'), '--series-2', ({ waiting }) => waiting),
    ],
    summary: t('at most {count} waited for a lock', { count: most }),
  };
}
