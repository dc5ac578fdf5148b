import { timeOfId } from './kernel/backup-id.rules.ts';

/** How many days, weeks and months keep a backup, and for how many days every moment can be restored. */
export interface Retention {
  daily: number;
  weekly: number;
  monthly: number;
  walDays: number;
}

const DAY_MS = 86_400_000;

/**
 * The newest backup of each of the last so many days, weeks and months that have one, in UTC, and the newest of all. Besides
 * those from which the moments of the last days are restored: the last before these days began, and the first of each
 * chain within them, without which what was written until the next one would be lost.
 */
export function chooseKept(
  backups: readonly Pick<KeptBackup, 'id' | 'chain'>[],
  { daily, weekly, monthly, walDays }: Retention,
  now: number,
): Set<string> {
  const newestFirst = backups
    .map(({ id }) => id)
    .sort()
    .reverse();
  const kept = new Set(newestFirst.slice(0, 1));
  const periods: [number, (at: number) => string][] = [
    [daily, (at) => new Date(at).toISOString().slice(0, 10)],
    [weekly, (at) => String(Math.floor((at / DAY_MS + 3) / 7))],
    [monthly, (at) => new Date(at).toISOString().slice(0, 7)],
  ];
  for (const [most, periodOf] of periods) {
    const seen = new Set<string>();
    for (const id of newestFirst) {
      const period = periodOf(timeOfId(id));
      if (seen.has(period) || seen.size >= most) continue;
      seen.add(period);
      kept.add(id);
    }
  }
  const since = now - walDays * DAY_MS;
  const before = newestFirst.find((id) => timeOfId(id) <= since);
  if (before !== undefined) kept.add(before);
  const firsts = new Map<string, string>();
  for (const { id, chain } of backups) {
    if (chain === null || timeOfId(id) <= since) continue;
    const first = firsts.get(chain);
    if (first === undefined || id < first) firsts.set(chain, id);
  }
  for (const id of firsts.values()) kept.add(id);
  return kept;
}

export interface KeptBackup {
  id: string;
  chain: string | null;
  startLsn: bigint;
}

/**
 * From which place of each chain the WAL is still needed: from the newest backup that was there before the time began in
 * which every moment can be restored, or from the oldest one in it. Chains without such a backup are not in the answer.
 */
export function neededFrom(backups: readonly KeptBackup[], now: number, { walDays }: Retention): Map<string, bigint> {
  const since = now - walDays * DAY_MS;
  const needed = new Map<string, bigint>();
  const oldestFirst = [...backups].sort((a, b) => (a.id < b.id ? -1 : 1));
  const base = oldestFirst.findLastIndex(({ id }) => timeOfId(id) <= since);
  for (const { chain, startLsn } of oldestFirst.slice(Math.max(base, 0))) {
    if (chain === null) continue;
    const before = needed.get(chain);
    if (before === undefined || startLsn < before) needed.set(chain, startLsn);
  }
  return needed;
}
