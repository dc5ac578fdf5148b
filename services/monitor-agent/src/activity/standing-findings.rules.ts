import type { SessionsKind } from '@tidegate/contracts/monitor-agent/server-list';

/** So long it lasts before anybody is notified: sessions wait for each other all the time. */
const FOUND_MS = 30_000;
/** So long it is over: what comes and goes is one. */
const SOLVED_MS = 60_000;
const MOST_CONNECTIONS = 0.8;
const LONG_US = 3_600_000_000;

export interface Standing {
  since: number;
  /** When it was seen last. */
  lastAt: number;
  /** It lasted long enough and was emitted. */
  found: boolean;
}
export type AllStanding = ReadonlyMap<SessionsKind, Standing>;

interface Sessions {
  blocked: number;
  total: number;
  longestTransactionUs: number;
  maxConnections: number;
}

/** What is wrong at this snapshot, with the figure that says how much. */
export function troublesOf({
  blocked,
  total,
  longestTransactionUs,
  maxConnections,
}: Sessions): Map<SessionsKind, number> {
  const found = new Map<SessionsKind, number>();
  if (blocked > 0) found.set('blocked', blocked);
  const taken = maxConnections > 0 ? total / maxConnections : 0;
  if (taken >= MOST_CONNECTIONS) found.set('connections', Math.round(taken * 1_000) / 1_000);
  if (longestTransactionUs >= LONG_US) found.set('long_transaction', Math.round(longestTransactionUs / 1_000_000));
  return found;
}

/** What stands after a snapshot, what of it is to be emitted, and what is over. */
export function nextStanding(
  before: AllStanding,
  troubles: ReadonlyMap<SessionsKind, number>,
  now: number,
): {
  after: AllStanding;
  found: { kind: SessionsKind; since: number; value: number }[];
  solved: { kind: SessionsKind; since: number }[];
} {
  const after = new Map<SessionsKind, Standing>();
  const found: { kind: SessionsKind; since: number; value: number }[] = [];
  const solved: { kind: SessionsKind; since: number }[] = [];
  for (const [kind, value] of troubles) {
    const { since, found: known } = before.get(kind) ?? { since: now, found: false };
    const isFound = known || now - since >= FOUND_MS;
    if (isFound && !known) found.push({ kind, since, value });
    after.set(kind, { since, lastAt: now, found: isFound });
  }
  for (const [kind, standing] of before) {
    if (troubles.has(kind) || !standing.found) continue;
    if (now - standing.lastAt >= SOLVED_MS) solved.push({ kind, since: standing.since });
    else after.set(kind, standing);
  }
  return { after, found, solved };
}
