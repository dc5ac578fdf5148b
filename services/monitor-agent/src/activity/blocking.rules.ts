import type { Session } from '@tidegate/contracts/monitor-agent/activity';
import type { BlockingSession, LockWait } from '@tidegate/contracts/monitor-agent/blocking';

/*
 * Who waits for whom in one snapshot (monitoring.md 3.6).
 *
 * Every session that waits for a lock names those it waits for; together they are a graph whose roots block others
 * and wait for nobody. A session that is blocked only by somebody who waits as well is in the graph like any other: a
 * SELECT behind an ALTER TABLE that waits behind a forgotten transaction is two steps from the root. The depth of a
 * session is its longest way from a root, so that everybody is deeper than all who are in its way.
 *
 * Deadlocks are there for an instant, and looks are not atomic, so the graph may have cycles. All members of a cycle
 * count as one step; when nobody outside blocks them, the lowest pid stands for the root that there is not.
 */
export interface BlockingTree {
  sessions: BlockingSession[];
  /** The one with most sessions behind it first. */
  roots: BlockingSession[];
  blocked: number;
  depth: number;
  /** All that wait for this one, directly or over others. */
  behind(pid: number): BlockingSession[];
}

const MAX_TEXT = 500;

type Links = ReadonlyMap<number, ReadonlySet<number>>;
const NONE: ReadonlySet<number> = new Set();

export function blockingTree(sessions: readonly Session[], locks: readonly LockWait[]): BlockingTree {
  const blockers = blockersOf(sessions);
  const blocks = reversed(blockers);
  const pids = new Set([...blocks.keys(), ...blockers.keys()]);
  const behind = new Map([...pids].map((pid) => [pid, reachable(pid, blocks)] as const));
  const depths = depthsOf(pids, blockers, behind);
  const queueBlockers = queueBlockersOf(locks);
  const bySession = new Map(sessions.map((session) => [session.pid, session]));
  const seen = [...pids].map((pid): BlockingSession => {
    const depth = depths.get(pid) ?? 0;
    const ring = ringOf(pid, behind);
    return {
      pid,
      depth,
      root: depth === 0 && pid === Math.min(pid, ...ring),
      deadlock: ring.length > 0,
      queueBlocker: blockers.has(pid) && queueBlockers.has(pid),
      blockedBy: sorted(blockers.get(pid) ?? NONE),
      blocks: sorted(blocks.get(pid) ?? NONE),
      blockedBehind: [...(behind.get(pid) ?? NONE)].filter((other) => other !== pid).length,
      ...about(pid, bySession.get(pid), locks),
    };
  });
  seen.sort((a, b) => a.depth - b.depth || b.blockedBehind - a.blockedBehind || a.pid - b.pid);
  return {
    sessions: seen,
    roots: seen.filter(({ root }) => root),
    blocked: blockers.size,
    depth: Math.max(0, ...depths.values()),
    behind: (pid) => seen.filter((one) => one.pid !== pid && behind.get(pid)?.has(one.pid)),
  };
}

const sorted = (pids: ReadonlySet<number>) => [...pids].sort((a, b) => a - b);

function blockersOf(sessions: readonly Session[]): Links {
  const blockers = new Map<number, Set<number>>();
  for (const { pid, blockedBy } of sessions) {
    const others = blockedBy.filter((other) => other !== pid);
    if (others.length > 0) blockers.set(pid, new Set([...(blockers.get(pid) ?? []), ...others]));
  }
  return blockers;
}

function reversed(blockers: Links): Links {
  const blocks = new Map<number, Set<number>>();
  for (const [pid, others] of blockers) {
    for (const other of others) blocks.set(other, (blocks.get(other) ?? new Set()).add(pid));
  }
  return blocks;
}

/** Those before somebody whom nobody else's held lock keeps waiting: without the queue that one would run. */
function queueBlockersOf(locks: readonly LockWait[]): ReadonlySet<number> {
  const keptByHolders = new Set(locks.filter(({ held }) => held).map(({ blocked }) => blocked));
  return new Set(
    locks.filter(({ held, blocked }) => !held && !keptByHolders.has(blocked)).map(({ blocker }) => blocker),
  );
}

/** Itself only when it waits for itself over others. */
function reachable(from: number, links: Links): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [from];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    for (const next of links.get(pid) ?? NONE) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}

/** All that wait for it and that it waits for, itself included; empty when there are none. */
function ringOf(pid: number, behind: Links): number[] {
  const after = behind.get(pid) ?? NONE;
  return after.has(pid) ? [...after].filter((other) => behind.get(other)?.has(pid)) : [];
}

function depthsOf(pids: ReadonlySet<number>, blockers: Links, behind: Links): ReadonlyMap<number, number> {
  const depths = new Map<number, number>();
  const depthOf = (pid: number): number => {
    const known = depths.get(pid);
    if (known !== undefined) return known;
    const ring = new Set([pid, ...ringOf(pid, behind)]);
    const outer = [...ring].flatMap((member) => [...(blockers.get(member) ?? NONE)].filter((one) => !ring.has(one)));
    const depth = outer.reduce((deepest, one) => Math.max(deepest, depthOf(one) + 1), 0);
    for (const member of ring) depths.set(member, depth);
    return depth;
  };
  for (const pid of pids) depthOf(pid);
  return depths;
}

function about(pid: number, session: Session | undefined, locks: readonly LockWait[]) {
  const waits = (session?.blockedBy.length ?? 0) > 0;
  const wait = locks.find((lock) => lock.blocked === pid)?.waitSeconds;
  return {
    waitSeconds: waits ? (wait ?? session?.querySeconds ?? null) : null,
    transactionSeconds: session?.transactionSeconds ?? null,
    state: session?.state ?? null,
    database: session?.database ?? null,
    role: session?.role ?? null,
    application: session?.application ?? null,
    queryId: session?.queryId ?? null,
    text: session?.text?.slice(0, MAX_TEXT) ?? null,
  };
}

/** A root as the history remembers it. */
export interface SeenIncident {
  /** Equal in two snapshots only for the same transaction of the same session. */
  key: string;
  root: BlockingSession;
  preparedTransaction: string | null;
  blocked: number;
  deepest: number;
  longestWaitSeconds: number;
}

/** `origins` tell by pid which session and transaction it is: the same pid may be somebody else in the next snapshot. */
export function incidentsOf(
  tree: BlockingTree,
  locks: readonly LockWait[],
  origins: ReadonlyMap<number, string>,
): SeenIncident[] {
  return tree.roots.map((root) => {
    const behind = tree.behind(root.pid);
    const names = locks.flatMap(({ blocker, preparedTransaction }) =>
      blocker === root.pid && preparedTransaction !== null ? [preparedTransaction] : [],
    );
    const preparedTransaction = names.length > 0 ? [...new Set(names)].sort().join(', ') : null;
    return {
      key: root.pid === 0 ? `prepared ${preparedTransaction ?? ''}` : `${root.pid} ${origins.get(root.pid) ?? ''}`,
      root,
      preparedTransaction,
      blocked: root.blockedBehind,
      deepest: Math.max(0, ...behind.map(({ depth }) => depth)),
      longestWaitSeconds: Math.max(0, ...behind.map(({ waitSeconds }) => waitSeconds ?? 0)),
    };
  });
}
