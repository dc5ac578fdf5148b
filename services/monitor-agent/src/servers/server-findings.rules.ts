import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';
import type { ServerFinding } from '@tidegate/contracts/monitor-agent/server-list';
import type { FiguresRow } from '../server-figures/server-figures.rules.ts';

/** What is known of a server at this moment. */
export interface Known {
  now: number;
  state: 'pending' | 'ok' | 'unreachable' | 'paused';
  stateSince: number;
  failure: string | null;
  restricted: string | null;
  missing: readonly ServerCheck[];
  lastCollectedAt: number | null;
  maxConnections: number | null;
  /** The last snapshot of the sessions. */
  sessions: { waiting: number; total: number; longestSeconds: number } | undefined;
  /** The last hour as one. */
  hour: FiguresRow;
}

const SILENT_S = 300;
const LONG_S = 3_600;
/** Of two billion ids: vacuum should have been there long ago, and the age from which it drops everything else. */
export const OLD_SHARE = 0.5;
const FAILSAFE_SHARE = 0.75;
const XIDS = 2 ** 31;
const COLD = 0.9;
/** Fewer blocks say nothing about memory. */
const MANY_BLOCKS = 100_000;

const ORDER = ['critical', 'warning', 'info'];
const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;

/** What is wrong with a server now, worst first. */
export function findingsOf(known: Known): ServerFinding[] {
  const found: ServerFinding[] = [];
  const add = (
    severity: ServerFinding['severity'],
    kind: ServerFinding['kind'],
    value: number | null,
    what: string,
  ): void => void found.push({ kind, severity, value, what });
  const { now, sessions, hour, maxConnections } = known;
  if (known.state === 'unreachable')
    add('critical', 'unreachable', (now - known.stateSince) / 1_000, known.failure ?? 'It cannot be reached.');
  if (known.restricted) add('warning', 'restricted', null, 'The plan collects nothing from this server at present.');
  for (const { severity, what } of known.missing) {
    if (severity !== 'info') add(severity === 'error' ? 'critical' : 'warning', 'missing', null, what);
  }
  const age = known.lastCollectedAt === null ? 0 : (now - known.lastCollectedAt) / 1_000;
  if (known.state === 'ok' && !known.restricted && age > SILENT_S)
    add('warning', 'silent', age, `Nothing has been collected for ${Math.round(age / 60)} minutes.`);
  if (sessions && sessions.waiting > 0)
    add('critical', 'blocked', sessions.waiting, `${sessions.waiting} sessions wait for a lock.`);
  const taken = sessions && maxConnections ? sessions.total / maxConnections : 0;
  if (taken >= 0.8)
    add(taken >= 0.9 ? 'critical' : 'warning', 'connections', taken, `${percent(taken)} of the connections are taken.`);
  const used = (hour.transaction_age ?? 0) / XIDS;
  if (used >= OLD_SHARE)
    add(
      used >= FAILSAFE_SHARE ? 'critical' : 'warning',
      'wraparound',
      used,
      `${percent(used)} of the transaction ids are used up.`,
    );
  if (sessions && sessions.longestSeconds >= LONG_S)
    add(
      'warning',
      'long_transaction',
      sessions.longestSeconds,
      `A transaction has been open for ${Math.round(sessions.longestSeconds / 60)} minutes.`,
    );
  if (hour.deadlocks > 0)
    add('info', 'deadlocks', hour.deadlocks, `${hour.deadlocks} deadlocks were ended in the last hour.`);
  const blocks = hour.blocks_hit + hour.blocks_read;
  const hit = blocks > MANY_BLOCKS ? hour.blocks_hit / blocks : 1;
  if (hit < COLD) add('info', 'cache', hit, `${percent(hit)} of the blocks were found in memory in the last hour.`);
  return found.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}
