import type { ServersWaitsOutput } from '@tidegate/client';
import type { Series } from '../kernel/time-chart.tsx';

/** Kinds of waiting keep their colour on every page. */
const COLORS: Record<string, string> = {
  CPU: '--series-1',
  IO: '--series-3',
  Lock: '--series-2',
  LWLock: '--series-5',
  Client: '--series-6',
  IPC: '--series-4',
};
const ORDER = [...Object.keys(COLORS), 'Others'];

/**
 * Average number of sessions at work by what they waited for, as series of one chart. A slice in which nobody looked is
 * a gap. `stepMs`: the distance of two slices beyond which one is missing.
 */
export function loadSeries(slices: ServersWaitsOutput['series']): { instants: number[]; series: Series[] } {
  const instants: number[] = [];
  const rows: (Map<string, number> | null)[] = [];
  const steps = slices.slice(1).map(({ at }, index) => Date.parse(at) - Date.parse(slices[index]?.at ?? at));
  const step = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  for (const { at, waits } of slices) {
    const instant = Date.parse(at);
    const before = instants.at(-1);
    if (before !== undefined && step > 0 && instant - before > 1.5 * step) {
      instants.push(before + step);
      rows.push(null);
    }
    const sums = new Map<string, number>();
    for (const { waitType, sessions } of waits) {
      const kind = waitType === null ? 'CPU' : waitType in COLORS ? waitType : 'Others';
      sums.set(kind, (sums.get(kind) ?? 0) + sessions);
    }
    instants.push(instant);
    rows.push(sums);
  }
  const kinds = ORDER.filter((kind) => rows.some((row) => row?.has(kind)));
  const series = kinds.map((kind) => ({
    label: kind,
    color: COLORS[kind] ?? '--others',
    values: rows.map((row) => (row ? (row.get(kind) ?? 0) : null)),
  }));
  return { instants, series };
}
