import type { ServersWaitsOutput, WaitShare } from '@tidegate/client';
import type { Series } from './time-chart.tsx';
import { withGaps } from './with-gaps.rules.ts';

/** Kinds of waiting keep their colour on every page. */
const COLORS: Record<string, string> = {
  CPU: '--series-1',
  IO: '--series-3',
  Lock: '--series-2',
  LWLock: '--series-5',
  Client: '--series-6',
  IPC: '--series-4',
};
/** All other kinds together. */
const REST = '';
const ORDER = [...Object.keys(COLORS), REST];

/**
 * Average number of sessions at work by what they waited for, as series of one chart. A slice in which nobody looked is
 * a gap. `rest`: what all other kinds together are called.
 */
export function waitSeries(
  slices: ServersWaitsOutput['series'],
  rest: string,
): { instants: number[]; series: Series[] } {
  const { instants, seen } = withGaps(slices, 1.5);
  const rows = seen.map((slice) => slice && sumsOf(slice.waits));
  const kinds = ORDER.filter((kind) => rows.some((row) => row?.has(kind)));
  const series = kinds.map((kind) => ({
    label: kind === REST ? rest : kind,
    color: COLORS[kind] ?? '--others',
    values: rows.map((row) => (row ? (row.get(kind) ?? 0) : null)),
  }));
  return { instants, series };
}

function sumsOf(waits: readonly WaitShare[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { waitType, sessions } of waits) {
    const kind = waitType === null ? 'CPU' : waitType in COLORS ? waitType : REST;
    sums.set(kind, (sums.get(kind) ?? 0) + sessions);
  }
  return sums;
}
