import { timeOfId } from './kernel/backup-id.rules.ts';
import { parseLsn } from './kernel/lsn.rules.ts';
import { listBackups, readManifest, removeBackup } from './kernel/manifest.ts';
import { chooseKept, neededFrom, type Retention } from './retention.rules.ts';
import type { Store } from './store/store.ts';
import { listPieces } from './wal/wal-archive.ts';

/** One that is being made is younger: no backup takes so long. */
const LEFT_BEHIND_MS = 24 * 3_600_000;

export interface Removed {
  backups: string[];
  walPieces: number;
}

/** Removes the backups that no day, week or month keeps, what interrupted ones left, and WAL that nothing needs. */
export async function enforceRetention(
  { store, secretsStore }: { store: Store; secretsStore: Store | undefined },
  retention: Retention,
  { now, chain }: { now: number; chain: string | undefined },
): Promise<Removed> {
  const all = await listBackups(store);
  const finished = all.filter((one) => one.finished).map(({ id }) => id);
  const kept = chooseKept(finished, retention);
  const gone = all.filter(({ id, finished: good }) => (good ? !kept.has(id) : now - timeOfId(id) > LEFT_BEHIND_MS));
  for (const { id } of gone) await removeBackup(store, secretsStore, id);
  return { backups: gone.map(({ id }) => id), walPieces: await removeWal(store, [...kept], retention, { now, chain }) };
}

async function removeWal(
  store: Store,
  kept: string[],
  retention: Retention,
  { now, chain }: { now: number; chain: string | undefined },
): Promise<number> {
  // Damaged or not: without knowing where one begins nothing may be removed.
  const manifests = await Promise.all(kept.map((id) => readManifest(store, id)));
  const needed = neededFrom(
    manifests.map(({ id, postgres }) => ({ id, chain: postgres.chain, startLsn: parseLsn(postgres.startLsn) })),
    now,
    retention,
  );
  let removed = 0;
  for (const piece of await listPieces(store)) {
    const from = needed.get(piece.chain);
    // The present chain has no backup until its first one is finished.
    if (from === undefined ? piece.chain === chain : piece.end > from) continue;
    await store.remove(piece.key);
    removed += 1;
  }
  return removed;
}
