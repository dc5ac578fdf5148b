import type { Session } from '@tidegate/contracts/monitor-agent/activity';
import type { LockWait } from '@tidegate/contracts/monitor-agent/blocking';
import fc from 'fast-check';
import { blockingTree, incidentsOf } from './blocking.rules.ts';
import { conflict, inTheWay } from './lock-modes.rules.ts';
import { type HeldLock, lockWaits } from './lock-waits.rules.ts';
import { CALM, nextPace } from './pace.rules.ts';

const session = (pid: number, ...blockedBy: number[]): Session => ({
  pid,
  database: 'shop',
  role: 'app',
  application: '',
  client: null,
  backend: 'client backend',
  state: blockedBy.length > 0 ? 'active' : 'idle in transaction',
  waitType: blockedBy.length > 0 ? 'Lock' : 'Client',
  waitEvent: null,
  blockedBy,
  querySeconds: blockedBy.length > 0 ? pid : null,
  stateSeconds: 1,
  transactionSeconds: 1,
  queryId: null,
  text: null,
});
const lock = (blocked: number, blocker: number, more: Partial<LockWait> = {}): LockWait => ({
  blocked,
  blocker,
  lockType: 'relation',
  relation: 'public.t',
  wantedMode: 'AccessShareLock',
  blockerMode: 'AccessExclusiveLock',
  held: true,
  waitSeconds: null,
  preparedTransaction: null,
  ...more,
});
const depths = (...sessions: Session[]) =>
  Object.fromEntries(blockingTree(sessions, []).sessions.map(({ pid, depth }) => [pid, depth]));

describe('the blocking tree', () => {
  test('nobody waits: nothing', () => {
    expect(blockingTree([session(1), session(2)], [])).toMatchObject({ sessions: [], roots: [], blocked: 0, depth: 0 });
  });

  test('the longest way counts: a SELECT behind an ALTER that three hold up is two deep, and three are roots', () => {
    const tree = blockingTree([session(1), session(2), session(3), session(4, 1, 2, 3), session(5, 4, 1)], []);
    expect(tree.roots.map(({ pid }) => pid)).toEqual([1, 2, 3]);
    expect(tree.sessions.map(({ pid, depth }) => [pid, depth])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 1],
      [5, 2],
    ]);
    expect(tree.depth).toBe(2);
    expect(tree.roots[0]).toMatchObject({ blockedBehind: 2, blocks: [4, 5] });
  });

  test('the root with most waiting sessions comes first', () => {
    const tree = blockingTree([session(1), session(2), session(3, 1), session(4, 2), session(5, 2)], []);
    expect(tree.roots.map(({ pid }) => pid)).toEqual([2, 1]);
  });

  test('a blocker that is not in the list is a root all the same', () => {
    const tree = blockingTree([session(5, 9)], []);
    expect(tree.roots).toMatchObject([{ pid: 9, state: null, waitSeconds: null }]);
  });

  test('prepared transactions are one root with pid 0, however often they are told', () => {
    const tree = blockingTree([session(5, 0, 0)], []);
    expect(tree.roots).toMatchObject([{ pid: 0, blocks: [5], blockedBehind: 1 }]);
    expect(tree.sessions[1]?.blockedBy).toEqual([0]);
  });

  test('a deadlock that is seen for an instant ends: its lowest pid stands for the root', () => {
    const tree = blockingTree([session(3, 4), session(4, 3), session(5, 4)], []);
    expect(tree.roots).toMatchObject([{ pid: 3, deadlock: true, blockedBehind: 2 }]);
    expect(tree.sessions).toMatchObject([
      { pid: 3, depth: 0, root: true },
      { pid: 4, depth: 0, root: false, deadlock: true },
      { pid: 5, depth: 1, deadlock: false },
    ]);
  });

  test('a deadlock behind a root is not a root', () => {
    expect(depths(session(1), session(2, 3, 1), session(3, 2), session(4, 3))).toEqual({ 1: 0, 2: 1, 3: 1, 4: 2 });
  });

  test('a session listed twice, and one that waits for itself, count once', () => {
    const tree = blockingTree([session(1), session(2, 1), session(2, 1, 2), session(3, 3)], []);
    expect(tree.sessions.map(({ pid }) => pid)).toEqual([1, 2]);
    expect(tree.blocked).toBe(1);
  });

  test('who holds others up only by waiting is a queue blocker; who holds what they want is not', () => {
    const sessions = [session(1), session(2, 1), session(3, 2), session(4, 3)];
    const tree = blockingTree(sessions, [lock(2, 1), lock(3, 2, { held: false, waitSeconds: 7 }), lock(4, 3)]);
    expect(tree.sessions.map(({ queueBlocker }) => queueBlocker)).toEqual([false, true, false, false]);
    expect(tree.sessions.map(({ waitSeconds }) => waitSeconds)).toEqual([null, 2, 7, 4]);
  });

  test('a place in the queue blocks nobody whom a held lock keeps waiting anyway', () => {
    const sessions = [session(1), session(2, 1), session(3, 1, 2)];
    const tree = blockingTree(sessions, [lock(2, 1), lock(3, 1), lock(3, 2, { held: false })]);
    expect(tree.sessions.some(({ queueBlocker }) => queueBlocker)).toBe(false);
  });

  test('any graph at all ends, with everybody deeper than those in their way, or in a ring with them', () => {
    const graph = fc.array(fc.tuple(fc.nat(12), fc.array(fc.nat(12), { maxLength: 5 })), { maxLength: 13 });
    fc.assert(
      fc.property(graph, (links) => {
        const tree = blockingTree(
          links.map(([pid, blockedBy]) => session(pid, ...blockedBy)),
          [],
        );
        const byPid = new Map(tree.sessions.map((one) => [one.pid, one]));
        expect(byPid.size).toBe(tree.sessions.length);
        if (tree.blocked > 0) expect(tree.roots.length).toBeGreaterThan(0);
        for (const one of tree.sessions) {
          for (const blocker of one.blockedBy) {
            const inRing = tree.behind(one.pid).some(({ pid }) => pid === blocker);
            const difference = one.depth - (byPid.get(blocker)?.depth ?? Number.NaN);
            if (inRing) expect(difference).toBe(0);
            else expect(difference).toBeGreaterThanOrEqual(1);
          }
          expect(one.blockedBehind).toBe(tree.behind(one.pid).length);
        }
      }),
    );
  });

  test('two hundred in one queue are told', () => {
    const queue = Array.from({ length: 200 }, (_, n) => session(n + 1, ...Array.from({ length: n }, (__, k) => k + 1)));
    expect(blockingTree(queue, []).depth).toBe(199);
  });
});

describe('incidents', () => {
  const keys = (origin: string) => {
    const sessions = [session(1), session(2, 1)];
    return incidentsOf(blockingTree(sessions, []), [], new Map([[1, origin]])).map(({ key }) => key);
  };

  test('a reused pid, or another transaction of the session, is another incident', () => {
    expect(keys('1000 2000')).toEqual(keys('1000 2000'));
    expect(keys('1000 2000')).not.toEqual(keys('3000 4000'));
    expect(keys('1000 2000')).not.toEqual(keys('1000 5000'));
  });

  test('carry the depth and the longest wait of those behind this root alone', () => {
    const sessions = [session(1), session(2, 1), session(3, 2), session(10), session(11, 10)];
    const found = incidentsOf(blockingTree(sessions, []), [], new Map());
    expect(found).toMatchObject([
      { root: { pid: 1 }, blocked: 2, deepest: 2, longestWaitSeconds: 3 },
      { root: { pid: 10 }, blocked: 1, deepest: 1, longestWaitSeconds: 11 },
    ]);
  });
});

describe('what is in the way', () => {
  test('modes keep each other out as PostgreSQL says, both ways round', () => {
    expect(conflict('AccessShareLock', 'RowExclusiveLock')).toBe(false);
    expect(conflict('AccessShareLock', 'AccessExclusiveLock')).toBe(true);
    expect(conflict('ShareLock', 'ShareLock')).toBe(false);
    expect(conflict('ShareUpdateExclusiveLock', 'ShareUpdateExclusiveLock')).toBe(true);
    const modes = ['AccessShare', 'RowShare', 'RowExclusive', 'ShareUpdateExclusive', 'Share', 'ShareRowExclusive'];
    for (const one of [...modes, 'Exclusive', 'AccessExclusive'].map((mode) => `${mode}Lock`))
      for (const other of modes.map((mode) => `${mode}Lock`)) expect(conflict(one, other)).toBe(conflict(other, one));
  });

  test('a weak lock that is held is not in the way when the strong one that is waited for is', () => {
    const held = { mode: 'AccessShareLock', granted: true };
    const wanted = { mode: 'AccessExclusiveLock', granted: false };
    expect(inTheWay('AccessShareLock', [held, wanted])).toEqual(wanted);
    expect(inTheWay('AccessExclusiveLock', [held, wanted])).toEqual(held);
  });
});

describe('the pace of snapshots', () => {
  const load = (blocked: number, active = 0) => ({ blocked, active, parallelWorkers: 8 });

  test('three that wait, or more active than processors can be, bring snapshots near for five minutes', () => {
    expect(nextPace(CALM, load(2, 16), 1_000, 300_000)).toEqual(CALM);
    expect(nextPace(CALM, load(3), 1_000, 300_000)).toEqual({ troubled: true, fastUntil: 301_000 });
    expect(nextPace(CALM, load(0, 17), 1_000, 300_000)).toEqual({ troubled: true, fastUntil: 301_000 });
  });

  test('lasting trouble is not followed closely without end; new trouble is', () => {
    const troubled = nextPace(CALM, load(3), 1_000, 300_000);
    const later = nextPace(troubled, load(3), 400_000, 300_000);
    expect(later.fastUntil).toBe(301_000);
    const calm = nextPace(later, load(0), 410_000, 300_000);
    expect(nextPace(calm, load(5), 420_000, 300_000).fastUntil).toBe(720_000);
  });
});

describe('pairs of a waiting session and one that blocks it', () => {
  const held = (
    pid: number,
    thing: string,
    mode: string,
    granted: boolean,
    more: Partial<HeldLock> = {},
  ): HeldLock => ({
    pid,
    thing,
    lockType: 'relation',
    mode,
    granted,
    waitSeconds: null,
    relation: 'public.t',
    preparedTransaction: null,
    ...more,
  });

  test('take the lock on the same thing, in the mode that is in the way', () => {
    const locks = [
      held(2, 't', 'AccessExclusiveLock', false),
      held(3, 't', 'AccessShareLock', false, { waitSeconds: 4 }),
      held(1, 't', 'RowExclusiveLock', true),
      held(2, 't', 'AccessShareLock', true),
      held(2, 'other', 'ExclusiveLock', true),
    ];
    expect(lockWaits([session(3, 2), session(2, 1)], locks)).toMatchObject([
      { blocked: 2, blocker: 1, wantedMode: 'AccessExclusiveLock', blockerMode: 'RowExclusiveLock', held: true },
      { blocked: 3, blocker: 2, blockerMode: 'AccessExclusiveLock', held: false, waitSeconds: 4 },
    ]);
  });

  test('a wait for a transaction is a wait for the table of the row that is locked meanwhile', () => {
    const transaction = { lockType: 'transactionid', relation: null };
    const locks = [
      held(2, 'x', 'ShareLock', false, transaction),
      held(1, 'x', 'ExclusiveLock', true, transaction),
      held(2, 'row', 'ExclusiveLock', true, { lockType: 'tuple', relation: 'public.orders' }),
    ];
    expect(lockWaits([session(2, 1)], locks)).toMatchObject([{ lockType: 'transactionid', relation: 'public.orders' }]);
  });

  test('a lock that was released in between is no pair', () => {
    expect(lockWaits([session(2, 1)], [])).toEqual([]);
    expect(lockWaits([session(2, 1)], [held(2, 't', 'ShareLock', false)])).toEqual([]);
  });
});
