import type { ActivityPoint } from '@tidegate/client';
import { t } from '../kernel/strings.ts';
import type { Series } from '../kernel/time-chart.tsx';
import { withGaps } from '../kernel/with-gaps.rules.ts';

/** Sessions over time; where no point is, nobody looked. */
export function sessionSeries(points: readonly ActivityPoint[]): {
  instants: number[];
  series: Series[];
  summary: string;
} {
  const { instants, seen } = withGaps(points, 2.5);
  const series = (label: string, color: string, of: (point: ActivityPoint) => number): Series => ({
    label,
    color,
    values: seen.map((point) => (point ? of(point) : null)),
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
