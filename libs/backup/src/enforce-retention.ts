import { timeOfId } from './kernel/backup-id.rules.ts';
import { parseLsn } from './kernel/lsn.rules.ts';
import { listBackups, readManifest, removeBackup } from './kernel/manifest.ts';
import { chooseKept, type KeptBackup, neededFrom, type Retention } from './retention.rules.ts';
import type { Store } from './store/store.ts';
import { listPieces } from './wal/wal-archive.ts';

/** One that is being made is younger: no backup takes so long. */
const LEFT_BEHIND_MS = 24 * 3_600_000;

export interface Removed {
  backups: string[];
  walPieces: number;
  /** Whose manifests cannot be read: they stay, and so does all WAL, of which nobody can say what they need. */
  damaged: string[];
}

/** Removes the backups that nothing keeps, what interrupted ones left, and WAL that no backup needs. */
export async function enforceRetention(
  { store, secretsStore }: { store: Store; secretsStore: Store | undefined },
  retention: Retention,
  { now, chain }: { now: number; chain: string | undefined },
): Promise<Removed> {
  const all = await listBackups(store);
  const known: KeptBackup[] = [];
  const damaged: string[] = [];
  for (const { id } of all.filter((one) => one.finished)) {
    const read = await readManifest(store, id).catch(() => undefined);
    if (read) known.push({ id, chain: read.postgres.chain, startLsn: parseLsn(read.postgres.startLsn) });
    else damaged.push(id);
  }
  const kept = chooseKept(known, retention, now);
  const gone = [
    ...known.filter(({ id }) => !kept.has(id)),
    ...all.filter(({ id, finished }) => !finished && now - timeOfId(id) > LEFT_BEHIND_MS),
  ].map(({ id }) => id);
  for (const id of gone) await removeBackup(store, secretsStore, id);
  if (damaged.length > 0) return { backups: gone, walPieces: 0, damaged };
  const needed = neededFrom(
    known.filter(({ id }) => kept.has(id)),
    now,
    retention,
  );
  return { backups: gone, walPieces: await removeWal(store, needed, chain), damaged };
}

async function removeWal(store: Store, needed: Map<string, bigint>, chain: string | undefined): Promise<number> {
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
