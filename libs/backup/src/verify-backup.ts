import { checkedParts, readFile } from './kernel/encrypted-files.ts';
import type { Keys } from './kernel/keys.ts';
import { parseLsn } from './kernel/lsn.rules.ts';
import { type Manifest, readManifest } from './kernel/manifest.ts';
import type { Store } from './store/store.ts';
import { checkPiece, listPieces, readPiece, unbroken, type WalPiece } from './wal/wal-archive.ts';

export interface Verified {
  manifest: Manifest;
  bytes: number;
  walPieces: number;
  /** Until when every moment after the backup can be restored. */
  until: string;
  /** Whether the contents were opened as well, not only their checksums compared. */
  opened: boolean;
}

/** Reads every byte of a backup and of the WAL after it. Throws at the first that is not as it was stored. */
export async function verifyBackup(
  { store, secretsStore, keys }: { store: Store; secretsStore: Store | undefined; keys: Keys | undefined },
  id: string,
): Promise<Verified> {
  const manifest = await readManifest(store, id);
  const opens = keys !== undefined && keys.identities.length > 0;
  let bytes = 0;
  const check = async (at: Store, file: Manifest['files'][number]): Promise<void> => {
    for (const part of file.parts) bytes += part.bytes;
    for await (const _ of opens ? readFile(at, file, keys) : checkedParts(at, file));
  };
  for (const file of manifest.files) await check(store, file);
  if (manifest.secrets && secretsStore) await check(secretsStore, manifest.secrets);
  const pieces = await walAfter(store, manifest);
  for (const piece of pieces) {
    bytes += piece.bytes;
    if (opens) await readPiece(store, piece, keys);
    else await checkPiece(store, piece);
  }
  return { manifest, bytes, walPieces: pieces.length, until: restorableUntil(manifest, pieces), opened: opens };
}

/** What was archived after it, without a gap. */
export async function walAfter(store: Store, { postgres }: Manifest): Promise<WalPiece[]> {
  if (postgres.chain === null) return [];
  const start = parseLsn(postgres.startLsn);
  const pieces = unbroken(await listPieces(store, postgres.chain), start - (start % BigInt(postgres.segmentBytes)));
  // What ends before the backup does is in it already.
  return (pieces.at(-1)?.end ?? 0n) > parseLsn(postgres.endLsn) ? pieces : [];
}

export const restorableUntil = (manifest: Manifest, pieces: readonly WalPiece[]): string =>
  pieces.length > 0 ? new Date(pieces.at(-1)?.at ?? 0).toISOString() : manifest.finishedAt;
