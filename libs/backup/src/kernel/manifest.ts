import type { Store } from '../store/store.ts';
import { isBackupId } from './backup-id.rules.ts';
import { DamagedError, type StoredFile, sha256 } from './encrypted-files.ts';

/** What a backup is made of. It is written last: without it there is no backup. It has nothing secret. */
export interface Manifest {
  format: number;
  id: string;
  tidegate: string;
  beganAt: string;
  finishedAt: string;
  postgres: {
    version: string;
    major: number;
    systemId: string;
    timeline: number;
    startLsn: string;
    endLsn: string;
    segmentBytes: number;
    /** Whether it was the embedded one. */
    embedded: boolean;
    /** The unbroken WAL that follows it in the archive, if there is one. */
    chain: string | null;
    /** Of the data folder, not compressed. */
    bytes: number;
  };
  streams: StreamManifest[];
  files: StoredFile[];
  /** In the place of secrets; null when there was nothing to store there. */
  secrets: StoredFile | null;
}

export interface StreamManifest {
  name: string;
  config: Record<string, unknown>;
  state: { messages: number; bytes: number; first_seq: number; last_seq: number; consumer_count: number };
}

const FORMAT = 1;
const FOLDER = 'backups/';
export const folderOf = (id: string): string => `${FOLDER}${id}/`;
const keyOf = (id: string): string => `${folderOf(id)}manifest.json`;

/** Written so that every byte of it counts. */
const write = (manifest: Manifest): string => {
  const text = JSON.stringify(manifest, null, 1);
  return `{"sha256":"${sha256(text)}","manifest":${text}}\n`;
};

export const storeManifest = (store: Store, manifest: Manifest): Promise<void> =>
  store.put(keyOf(manifest.id), Buffer.from(write(manifest)));

export async function readManifest(store: Store, id: string): Promise<Manifest> {
  const key = keyOf(id);
  const content = isBackupId(id) ? await store.get(key) : undefined;
  if (!content) throw new Error(`There is no backup ${id} in ${store.name}.\n  Fix: npx tidegate backup list`);
  const text = Buffer.from(content).toString();
  let manifest: Manifest;
  try {
    manifest = (JSON.parse(text) as { manifest: Manifest }).manifest;
  } catch {
    throw new DamagedError(key, 'it is no JSON');
  }
  if (!manifest || write(manifest) !== text) throw new DamagedError(key, 'its checksum is another one');
  if (manifest.format !== FORMAT) {
    throw new Error(
      `Backup ${id} has format ${manifest.format}, and this version of Tidegate knows ${FORMAT} only.\n  Fix: restore it with the version that made it (${manifest.tidegate}).`,
    );
  }
  return manifest;
}

export const withFormat = (manifest: Omit<Manifest, 'format'>): Manifest => ({ format: FORMAT, ...manifest });

export interface Listed {
  id: string;
  /** Of everything that it stores, its secrets and the WAL after it not counted. */
  bytes: number;
  /** False while it is being made, and for what an interrupted one left behind. */
  finished: boolean;
}

/** The oldest first. */
export async function listBackups(store: Store): Promise<Listed[]> {
  const found = new Map<string, Listed>();
  for (const { key, bytes } of await store.list(FOLDER)) {
    const [, id = '', name] = key.split('/');
    if (!isBackupId(id)) continue;
    const one = found.get(id) ?? { id, bytes: 0, finished: false };
    found.set(id, { id, bytes: one.bytes + bytes, finished: one.finished || name === 'manifest.json' });
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Its manifest first: from then on it is no backup any more. */
export async function removeBackup(store: Store, secrets: Store | undefined, id: string): Promise<void> {
  await store.remove(keyOf(id));
  for (const { key } of await store.list(folderOf(id))) await store.remove(key);
  if (secrets) for (const { key } of await secrets.list(secretsPrefix(id))) await secrets.remove(key);
}

export const secretsPrefix = (id: string): string => `secrets/${id}.`;
