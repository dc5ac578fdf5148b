/*
 * Which modes of table locks keep each other out, as in PostgreSQL's documentation, "Conflicting Lock Modes". Locks on
 * other things (transactions, tuples, advisory ones) use the same modes by the same table.
 */
const MODES = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;

/** By mode, in the order of MODES: `x` where the two conflict. */
const CONFLICTS = ['.......x', '......xx', '....xxxx', '...xxxxx', '..xx.xxx', '..xxxxxx', '.xxxxxxx', 'xxxxxxxx'];

const rank = (mode: string): number => (MODES as readonly string[]).indexOf(mode);

export function conflict(one: string, other: string): boolean {
  return CONFLICTS[rank(one)]?.[rank(other)] === 'x';
}

export interface LockOnSame {
  mode: string;
  granted: boolean;
}

/**
 * Of all that the blocker has or wants on the same thing, what keeps the other one waiting: what it holds before what
 * it waits for, the stronger one first. A session may hold a weak mode and wait for a strong one at the same time; who
 * is behind it waits for the second.
 */
export function inTheWay<Lock extends LockOnSame>(wanted: string, locks: readonly Lock[]): Lock | undefined {
  const strongestFirst = [...locks].sort((a, b) => rank(b.mode) - rank(a.mode));
  const conflicting = strongestFirst.filter(({ mode }) => conflict(wanted, mode));
  return conflicting.find(({ granted }) => granted) ?? conflicting[0] ?? strongestFirst[0];
}
