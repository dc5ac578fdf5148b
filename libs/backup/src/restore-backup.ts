import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, createReadStream, existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Place, place } from '@tidegate/runtime/embedded/postgres';
import { DamagedError, readFile, type StoredFile } from './kernel/encrypted-files.ts';
import type { Keys } from './kernel/keys.ts';
import { segmentName, segmentStart } from './kernel/lsn.rules.ts';
import type { Manifest } from './kernel/manifest.ts';
import type { Store } from './store/store.ts';
import { DATA_FILE, LIST_FILE } from './take-backup.ts';
import { readPiece, type WalPiece } from './wal/wal-archive.ts';

export interface RestoreSource {
  store: Store;
  keys: Keys;
  manifest: Manifest;
  /** What was archived after the backup, without a gap. */
  pieces: readonly WalPiece[];
}

export const fileOf = (manifest: Manifest, name: string): StoredFile => {
  const found = manifest.files.find((file) => file.name === name);
  if (!found) throw new Error(`Backup ${manifest.id} has no ${name}.`);
  return found;
};

/** The data folder as it was while it was copied, each file compared with PostgreSQL's own list of checksums. */
export async function unpackCluster(source: RestoreSource, dir: string): Promise<Place> {
  const at = place(dir);
  const { manifest, store, keys } = source;
  const segments = BigInt(source.pieces.length) * BigInt(manifest.postgres.segmentBytes);
  refuseSmallDisk(at.base, manifest.postgres.bytes + Number(segments));
  mkdirSync(at.data, { mode: 0o700 });
  if (at.identity) chownSync(at.data, at.identity.uid, at.identity.gid);
  await untar(readFile(store, fileOf(manifest, DATA_FILE), keys), at);
  await compareWithList(at.data, await readList(source));
  return at;
}

function refuseSmallDisk(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const [needed, free] = [bytes * 1.1, bavail * bsize].map((size) => Math.ceil(size / 1024 ** 2));
  if ((free ?? 0) >= (needed ?? 0)) return;
  throw new Error(
    `The restore needs ${needed} MB in ${folder}, and ${free} MB are free.\n  Fix: free some space, or set DATA_DIR (for drills BACKUP_SCRATCH) to a larger disk.`,
  );
}

/** By the system's tar, as the user who is to own the files. */
async function untar(content: AsyncIterable<Uint8Array>, { data, identity }: Place): Promise<void> {
  const child = spawn('tar', ['-x', '-p', '-f', '-'], {
    cwd: data,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    ...(identity ?? {}),
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk).slice(0, 1_000)));
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(
            new Error(
              `The data folder could not be unpacked into ${data}: ${said.trim().slice(0, 500) || `tar ended with ${code}`}`,
            ),
          ),
    );
  });
  ended.catch(() => undefined);
  try {
    await pipeline(content, child.stdin);
  } catch (error) {
    child.kill();
    // When tar ended first, its reason is the cause.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') await ended;
    throw error;
  }
  await ended;
}

interface ListedFile {
  Path?: string;
  Size: number;
  Checksum: string;
}

async function readList({ store, keys, manifest }: RestoreSource): Promise<ListedFile[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readFile(store, fileOf(manifest, LIST_FILE), keys)) chunks.push(chunk);
  return (JSON.parse(Buffer.concat(chunks).toString()) as { Files: ListedFile[] }).Files;
}

async function compareWithList(data: string, files: readonly ListedFile[]): Promise<void> {
  for (const { Path: path, Checksum: checksum } of files) {
    // One whose name is no UTF-8 is listed in another way; it is none of ours.
    if (path === undefined) continue;
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(join(data, path))) hash.update(chunk as Buffer);
    } catch (error) {
      throw new DamagedError(path, (error as Error).message);
    }
    if (hash.digest('hex') !== checksum) throw new DamagedError(path, 'it is not as PostgreSQL copied it');
  }
}

export const WAL_FOLDER = 'restored-wal';

/** The archived WAL as the files that PostgreSQL asks for; the last one is filled up with zeros, where it ends by itself. */
export async function layOutWal(
  { store, keys, manifest, pieces }: RestoreSource,
  { base, identity }: Place,
): Promise<string> {
  const folder = join(base, WAL_FOLDER);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  const { timeline, segmentBytes } = manifest.postgres;
  const size = BigInt(segmentBytes);
  const names = new Set<string>();
  for (const piece of pieces) {
    const content = await readPiece(store, piece, keys);
    for (let at = piece.start; at < piece.end; ) {
      const begin = segmentStart(at, size);
      const end = piece.end < begin + size ? piece.end : begin + size;
      const path = join(folder, segmentName(timeline, at, size));
      names.add(path);
      const file = await open(path, existsSync(path) ? 'r+' : 'w+', 0o600);
      const part = content.subarray(Number(at - piece.start), Number(end - piece.start));
      await file.write(part, 0, part.length, Number(at - begin));
      await file.truncate(segmentBytes);
      await file.close();
      at = end;
    }
  }
  if (identity) for (const path of [folder, ...names]) chownSync(path, identity.uid, identity.gid);
  return folder;
}

export interface Recovery {
  folder: string;
  /** The last moment that is to be there; all of it without. */
  until?: string | undefined;
}

/** What PostgreSQL is started with to recover from the archive, and then to become a server of its own. */
export const recoverySettings = ({ folder, until }: Recovery): Record<string, string> => ({
  restore_command: `cp "${folder}/%f" "%p"`,
  recovery_target_timeline: 'current',
  recovery_target_action: 'promote',
  hot_standby: 'off',
  ...(until === undefined ? {} : { recovery_target_time: until.replace('T', ' ').replace('Z', '+00') }),
});

export function requestRecovery({ data, identity }: Place): void {
  const file = join(data, 'recovery.signal');
  writeFileSync(file, '', { mode: 0o600 });
  if (identity) chownSync(file, identity.uid, identity.gid);
  // Where the distribution keeps the configuration elsewhere, the copy has none.
  for (const [name, content] of [
    ['postgresql.conf', ''],
    ['pg_hba.conf', 'host all all 127.0.0.1/32 scram-sha-256\n'],
    ['pg_ident.conf', ''],
  ] as const) {
    const path = join(data, name);
    if (existsSync(path)) continue;
    writeFileSync(path, content, { mode: 0o600 });
    if (identity) chownSync(path, identity.uid, identity.gid);
  }
}
