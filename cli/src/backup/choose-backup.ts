import { listBackups, type Manifest, readManifest } from '@tidegate/backup/kernel/manifest';
import type { Store } from '@tidegate/backup/store/store';
import { restorableUntil, walAfter } from '@tidegate/backup/verify-backup';
import type { WalPiece } from '@tidegate/backup/wal/wal-archive';
import { VERSION } from '../kernel/installation.ts';

export interface Chosen {
  manifest: Manifest;
  pieces: WalPiece[];
  /** The last moment that can be restored from it. */
  until: string;
}

/** The named backup, or the newest that was finished before the moment which is asked for. */
export async function chooseBackup(store: Store, id: string | undefined, at: string | undefined): Promise<Chosen> {
  const manifest = id === undefined ? await newestBefore(store, at) : await readManifest(store, id);
  const pieces = await walAfter(store, manifest);
  const until = restorableUntil(manifest, pieces);
  if (at !== undefined && at < manifest.finishedAt) {
    throw new Error(
      `Backup ${manifest.id} was finished at ${manifest.finishedAt}, after ${at}.\n  Fix: leave the backup out, and the one before that moment is used.`,
    );
  }
  if (at !== undefined && at > until) {
    throw new Error(
      `Nothing later than ${until} can be restored from backup ${manifest.id}, so not ${at}.\n  Fix: --at ${until}, or leave it out for the latest.`,
    );
  }
  return { manifest, pieces, until };
}

async function newestBefore(store: Store, at: string | undefined): Promise<Manifest> {
  const good = (await listBackups(store)).filter((one) => one.finished).reverse();
  for (const { id } of good) {
    const manifest = await readManifest(store, id);
    if (at === undefined || manifest.finishedAt <= at) return manifest;
  }
  const none =
    good.length === 0 ? `There is no backup in ${store.name}` : `No backup in ${store.name} was finished before ${at}`;
  throw new Error(`${none}.\n  Fix: npx tidegate backup list`);
}

/** An instant as people write it, in UTC unless it says otherwise. */
export function readInstant(text: string): string {
  const written = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text);
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text.slice(10)) ? text : `${text.length === 10 ? `${text}T00:00` : text}Z`;
  const at = written ? new Date(zoned.replace(' ', 'T')) : undefined;
  if (!at || Number.isNaN(at.getTime()))
    throw new Error(`--at "${text}" is no instant.\n  Fix: write it as 2026-11-29T06:30:00Z.`);
  return at.toISOString();
}

/** Restoring what a newer version wrote would give this one tables that it does not know. */
export function refuseNewer({ id, tidegate }: Manifest): void {
  if (compare(tidegate, VERSION) <= 0) return;
  throw new Error(
    `Backup ${id} was made by Tidegate ${tidegate}, and this is ${VERSION}.\n  Fix: git checkout the version that made it, restore, then go on from there.`,
  );
}

export const isOlder = ({ tidegate }: Manifest): boolean => compare(tidegate, VERSION) < 0;

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let index = 0; index < 3; index += 1) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
