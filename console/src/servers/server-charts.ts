import type { ServerFigures, ServersSeriesOutput } from '@tidegate/client';
import { bytes, exact, share, short, took } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';
import type { Series } from '../kernel/time-chart.tsx';

export interface ServerChart {
  key: keyof ServerFigures;
  title: string;
  format: (value: number) => string;
  lines: { label: string; color: string; figure: keyof ServerFigures }[];
}

const one = (
  key: keyof ServerFigures,
  title: string,
  format: (value: number) => string,
  color: string,
): ServerChart => ({ key, title, format, lines: [{ label: title, color, figure: key }] });

/** Every chart of a server, in the order in which they are looked at when something is slow. */
export const serverCharts = (): ServerChart[] => [
  one('callsPerSecond', t('Calls per second'), short, '--series-4'),
  one('meanMs', t('Time of one call'), took, '--series-1'),
  {
    key: 'commitsPerSecond',
    title: t('Transactions per second'),
    format: short,
    lines: [
      { label: t('Commits'), color: '--series-4', figure: 'commitsPerSecond' },
      { label: t('Rollbacks'), color: '--series-2', figure: 'rollbacksPerSecond' },
    ],
  },
  {
    key: 'connectionsMost',
    title: t('Connections'),
    format: exact,
    lines: [
      { label: t('Connections'), color: '--series-1', figure: 'connectionsMost' },
      { label: t('Waiting for a lock'), color: '--series-2', figure: 'waitingSessionsMost' },
      { label: t('Idle in a transaction'), color: '--series-3', figure: 'idleInTransactionMost' },
    ],
  },
  {
    key: 'rowsReadPerSecond',
    title: t('Rows per second'),
    format: short,
    lines: [
      { label: t('Read'), color: '--series-1', figure: 'rowsReadPerSecond' },
      { label: t('Written'), color: '--series-3', figure: 'rowsWrittenPerSecond' },
    ],
  },
  one('cacheHitRatio', t('Found in memory'), share, '--series-6'),
  one('blocksReadPerSecond', t('Blocks read per second'), short, '--series-3'),
  one('walBytesPerSecond', t('WAL per second'), bytes, '--series-5'),
  one('tempBytesPerSecond', t('Temporary files per second'), bytes, '--series-3'),
  one('deadlocks', t('Deadlocks'), exact, '--series-2'),
  one('longestTransactionSeconds', t('Oldest transaction'), (value) => took(value * 1_000), '--series-5'),
  one('bytes', t('Size'), bytes, '--series-4'),
];

/** The lines of a chart, and the one before it, point by point, when it was asked for. */
export function linesOf({ points, previous }: ServersSeriesOutput, { lines, key }: ServerChart): Series[] {
  const values = (of: ServersSeriesOutput['points'], figure: keyof ServerFigures) =>
    of.map(({ figures }) => figures?.[figure] ?? null);
  const now = lines.map(({ label, color, figure }) => ({ label, color, values: values(points, figure) }));
  if (!previous) return now;
  return [...now, { label: t('The period before'), color: '--others', values: values(previous.points, key) }];
}
