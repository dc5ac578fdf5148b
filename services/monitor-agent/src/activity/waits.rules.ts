import type { WaitShare } from '@tidegate/contracts/monitor-agent/blocking';
import type { TimeRange } from '../kernel/storage/range.rules.ts';

/*
 * What a range was spent on (monitoring.md 3.6: by query, wait event and state). Looks are further apart in quiet times
 * than in trouble, so each counts with the time that it stands for; session-milliseconds over the milliseconds that were
 * looked at are the sessions there were on average.
 */
export interface WaitSum {
  state: string;
  waitType: string | null;
  waitEvent: string | null;
  sessionMs: number;
}

export interface StatementWaitSum extends WaitSum {
  queryId: string | null;
  database: string | null;
}

export interface StatementWaits {
  queryId: string | null;
  database: string | null;
  sessions: number;
  waits: WaitShare[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_SLICES = 120;
const LEAST_SLICE_MS = 10_000;
/** Beyond it a slice is no shorter than a day: of hours there would be too many to add up. */
const BY_HOURS_MS = 60 * DAY_MS;

/** How long the slices of a range are, and the longest sums that fit into one; none: each snapshot is read. */
export function waitSlicesOf({ from, to }: TimeRange): { sliceMs: number; unit: 'hour' | 'day' | undefined } {
  const ms = to.getTime() - from.getTime();
  const upTo = (unit: number) => Math.ceil(ms / MAX_SLICES / unit) * unit;
  if (ms > BY_HOURS_MS) return { unit: 'day', sliceMs: upTo(DAY_MS) };
  if (ms >= MAX_SLICES * HOUR_MS) return { unit: 'hour', sliceMs: upTo(HOUR_MS) };
  return { unit: undefined, sliceMs: Math.max(LEAST_SLICE_MS, Math.ceil(ms / MAX_SLICES)) };
}

const average = (sessionMs: number, observedMs: number): number =>
  observedMs > 0 ? Math.round((1_000 * sessionMs) / observedMs) / 1_000 : 0;

export const totalSessions = (sums: readonly WaitSum[], observedMs: number): number =>
  average(
    sums.reduce((total, { sessionMs }) => total + sessionMs, 0),
    observedMs,
  );

/** The waits that most sessions were in, whatever their statement. */
export function waitShares(sums: readonly WaitSum[], observedMs: number, most: number): WaitShare[] {
  const groups = grouped(sums, ({ state, waitType, waitEvent }) => [state, waitType, waitEvent]);
  return groups
    .map(([first, ...rest]) => {
      const { state, waitType, waitEvent } = first;
      return { state, waitType, waitEvent, sessions: totalSessions([first, ...rest], observedMs) };
    })
    .sort(
      (a, b) =>
        b.sessions - a.sessions || byName(a, b, ({ state, waitType, waitEvent }) => [state, waitType, waitEvent]),
    )
    .slice(0, most);
}

export function statementWaits(sums: readonly StatementWaitSum[], observedMs: number, most: number): StatementWaits[] {
  return grouped(sums, ({ queryId, database }) => [queryId, database])
    .map((own) => ({
      queryId: own[0].queryId,
      database: own[0].database,
      sessions: totalSessions(own, observedMs),
      waits: waitShares(own, observedMs, 5),
    }))
    .sort((a, b) => b.sessions - a.sessions || byName(a, b, ({ queryId, database }) => [queryId, database]))
    .slice(0, most);
}

/** What is equal has an order of its own: however the database happens to answer, a list stays as it is. */
function byName<T>(a: T, b: T, nameOf: (item: T) => unknown): number {
  return JSON.stringify(nameOf(a)) < JSON.stringify(nameOf(b)) ? -1 : 1;
}

function grouped<T>(items: readonly T[], by: (item: T) => unknown): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = JSON.stringify(by(item));
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
