import type { Session } from '@tidegate/contracts/monitor-agent/activity';
import type { LockWait } from '@tidegate/contracts/monitor-agent/blocking';
import { inTheWay } from './lock-modes.rules.ts';

export interface HeldLock {
  /** 0: a prepared transaction. */
  pid: number;
  /** Equal for locks of the same thing. */
  thing: string;
  lockType: string;
  mode: string;
  granted: boolean;
  waitSeconds: number | null;
  relation: string | null;
  preparedTransaction: string | null;
}

const MAX_WAITS = 500;

/**
 * For every session that waits and everyone in its way: what the first wants, and what of the second keeps it waiting.
 * Waits for a lock that somebody holds come first: a long queue has more pairs than anybody wants to see. Sessions and
 * locks are looked at one after the other, so a pair may have no lock any more.
 */
export function lockWaits(waiting: readonly Session[], locks: readonly HeldLock[]): LockWait[] {
  const byThing = new Map<string, HeldLock[]>();
  for (const lock of locks) {
    const key = `${lock.pid} ${lock.thing}`;
    byThing.set(key, [...(byThing.get(key) ?? []), lock]);
  }
  const wantedBy = new Map(locks.filter(({ granted }) => !granted).map((lock) => [lock.pid, lock] as const));
  const rowsOf = new Map(locks.filter(({ lockType }) => lockType === 'tuple').map((lock) => [lock.pid, lock] as const));
  const waits = waiting.flatMap(({ pid, blockedBy }) => {
    const wanted = wantedBy.get(pid);
    if (!wanted) return [];
    const relation = wanted.relation ?? rowsOf.get(pid)?.relation ?? null;
    return blockedBy.flatMap((blocker): LockWait[] => {
      const same = byThing.get(`${blocker} ${wanted.thing}`) ?? [];
      const lock = inTheWay(wanted.mode, same);
      if (!lock) return [];
      const { lockType, mode: wantedMode, waitSeconds } = wanted;
      const { mode: blockerMode, granted: held, preparedTransaction } = lock;
      return [
        { blocked: pid, blocker, lockType, relation, wantedMode, blockerMode, held, waitSeconds, preparedTransaction },
      ];
    });
  });
  return waits.sort((a, b) => Number(b.held) - Number(a.held)).slice(0, MAX_WAITS);
}
