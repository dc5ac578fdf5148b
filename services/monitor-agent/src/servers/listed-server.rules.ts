import type { Server } from '@tidegate/contracts/monitor-agent/server';
import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';
import type { ListedFigures, ListedServer } from '@tidegate/contracts/monitor-agent/server-list';
import { type FiguresRow, type LastSessions, toFigures, totalOf } from '../server-figures/server-figures.rules.ts';
import { findingsOf } from './server-findings.rules.ts';

const MINUTES = 60;

export interface Now {
  now: number;
  /** Where the hour of the spark begins. */
  from: number;
  missing: readonly ServerCheck[];
  maxConnections: number | null;
  minutes: readonly FiguresRow[];
  sessions: LastSessions | undefined;
}

/** A server as its row of a list shows it. */
export function toListed(server: Server, known: Now): ListedServer {
  const { sessions } = known;
  const hour = totalOf(known.minutes);
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

function figuresOf(sessions: LastSessions, hour: FiguresRow, { minutes, from, maxConnections }: Now): ListedFigures {
  const last = minutes.at(-1);
  const minute = last && toFigures(last);
  const spark: (number | null)[] = Array.from({ length: MINUTES }, () => null);
  for (const row of minutes) {
    const place = Math.floor((row.at - from) / 60_000);
    if (place >= 0 && place < MINUTES) spark[place] = toFigures(row).activeSessions;
  }
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
