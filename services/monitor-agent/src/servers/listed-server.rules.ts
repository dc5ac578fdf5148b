import type { Server } from '@tidegate/contracts/monitor-agent/server';
import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';
import type { ListedFigures, ListedServer } from '@tidegate/contracts/monitor-agent/server-list';
import {
  type FiguresRow,
  filledBack,
  type LastHour,
  type LastSessions,
  toFigures,
  totalOf,
} from '../server-figures/server-figures.rules.ts';
import { findingsOf } from './server-findings.rules.ts';

const MINUTES = 60;
const NONE = totalOf([]);

export interface Now {
  now: number;
  /** Where the hour of the spark begins. */
  from: number;
  missing: readonly ServerCheck[];
  maxConnections: number | null;
  hour: LastHour | undefined;
  sessions: LastSessions | undefined;
}

/** A server as its row of a list shows it. */
export function toListed(server: Server, known: Now): ListedServer {
  const { sessions } = known;
  const hour = known.hour ?? NONE;
  return {
    ...server,
    figures: sessions ? figuresOf(sessions, hour, known) : null,
    findings: findingsOf({
      now: known.now,
      state: server.state,
      stateSince: Date.parse(server.stateSince),
      failure: server.failure?.what ?? null,
      restricted: server.restricted,
      missing: known.missing,
      lastCollectedAt: server.lastCollectedAt === null ? null : Date.parse(server.lastCollectedAt),
      maxConnections: known.maxConnections,
      sessions: sessions && {
        waiting: sessions.waiting,
        total: sessions.total,
        longestSeconds: sessions.longest_transaction_us / 1_000_000,
      },
      hour,
    }),
  };
}

function figuresOf(sessions: LastSessions, hour: FiguresRow, { hour: read, from, maxConnections }: Now): ListedFigures {
  const minute = read && toFigures({ ...NONE, ...lastMinuteOf(read) });
  const shown = filledBack(read ? minutesOf(read.minutes) : [], { first: from, count: MINUTES, stepMs: 60_000 });
  const spark = shown.map((row) => row && toFigures(row).activeSessions);
  return {
    at: sessions.taken_at.toISOString(),
    active: sessions.active,
    waiting: sessions.waiting,
    connections: sessions.total,
    maxConnections,
    oldestTransactionSeconds: sessions.longest_transaction_us / 1_000_000,
    commitsPerSecond: minute?.commitsPerSecond ?? null,
    callsPerSecond: minute?.callsPerSecond ?? null,
    meanMs: minute?.meanMs ?? null,
    cacheHitRatio: toFigures(hour).cacheHitRatio,
    bytes: hour.bytes,
    spark,
  };
}

const lastMinuteOf = (read: LastHour) => ({
  span_us: read.last_span_us,
  statement_span_us: read.last_statement_span_us,
  commits: read.last_commits,
  calls: read.last_calls,
  call_us: read.last_call_us,
});

const minutesOf = (text: string): FiguresRow[] =>
  text.split(';').map((minute) => {
    const [at = 0, snapshots = 0, active = 0, span = 0] = minute.split(',').map(Number);
    return { ...NONE, at, snapshots, active_sum: active, span_us: span };
  });
