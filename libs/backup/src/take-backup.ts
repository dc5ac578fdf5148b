import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { NatsConnection } from '@nats-io/nats-core';
import { secretsFile } from '@tidegate/runtime/secrets-file';
import { makeBackupId } from './kernel/backup-id.rules.ts';
import { type StoredFile, storeFile } from './kernel/encrypted-files.ts';
import type { Keys } from './kernel/keys.ts';
import {
  folderOf,
  type Manifest,
  removeBackup,
  type StreamManifest,
  secretsPrefix,
  storeManifest,
  withFormat,
} from './kernel/manifest.ts';
import { AsyncSink, type BaseBackup, takeBaseBackup } from './postgres/base-backup.ts';
import { CopyCommand, connected, type ServerLogin, wireOf } from './postgres/replication.ts';
import { askServer } from './postgres/server.queries.ts';
import type { Store } from './store/store.ts';
import { listStreams, snapshotStream } from './streams/snapshot-streams.ts';

export interface BackupSource {
  login: ServerLogin;
  nc: NatsConnection;
  dataDir: string;
  embedded: boolean;
  /** Of Tidegate. */
  version: string;
  /** The chain of WAL in which this backup lies, for this system and timeline. */
  chainOf(systemId: string, timeline: number): string | null;
}

export interface BackupTarget {
  store: Store;
  secretsStore: Store | undefined;
  keys: Keys;
}

/**
 * Streams first: of what they are older than the database, it says itself that it was handled; were they newer, numbers
 * would be given twice. The manifest last: what was interrupted has none, and is never listed.
 */
export async function takeBackup(source: BackupSource, target: BackupTarget): Promise<Manifest> {
  const began = new Date();
  const id = makeBackupId(began, randomBytes(2).toString('hex'));
  try {
    const streams = await storeStreams(source.nc, target, id);
    const postgres = await storePostgres(source, target, id);
    const secrets = await storeSecrets(source.dataDir, target, id);
    const manifest = withFormat({
      id,
      tidegate: source.version,
      beganAt: began.toISOString(),
      finishedAt: new Date().toISOString(),
      postgres: postgres.facts,
      streams: streams.manifests,
      files: [...postgres.files, ...streams.files],
      secrets,
    });
    await storeManifest(target.store, manifest);
    return manifest;
  } catch (error) {
    await removeBackup(target.store, target.secretsStore, id).catch(() => undefined);
    throw error;
  }
}

async function storeStreams(nc: NatsConnection, { store, keys }: BackupTarget, id: string) {
  const manifests: StreamManifest[] = [];
  const files: StoredFile[] = [];
  for (const name of await listStreams(nc)) {
    const { manifest, content } = await snapshotStream(nc, name);
    files.push(await storeFile(store, { keys, prefix: folderOf(id), name: streamFile(name) }, content));
    manifests.push(manifest);
  }
  return { manifests, files };
}

export const streamFile = (name: string): string => `stream-${name}.tar.s2`;
export const DATA_FILE = 'postgres.tar';
export const LIST_FILE = 'postgres-manifest.json';

async function storePostgres(source: BackupSource, { store, keys }: BackupTarget, id: string) {
  const facts = await connected(source.login, false, askServer);
  if (facts.major < 13)
    throw new Error(
      `PostgreSQL ${facts.version} is older than 13 and cannot be backed up by this.\n  Fix: upgrade it.`,
    );
  if (facts.tablespaces > 0) {
    throw new Error(
      'The database has tablespaces, which these backups do not know.\n  Fix: move its tables to pg_default, or use pg_basebackup.',
    );
  }
  return connected(source.login, true, async (client) => {
    const identified = new CopyCommand('IDENTIFY_SYSTEM', { data: () => undefined });
    client.query(identified as never);
    await identified.done;
    const systemId = identified.rows[0]?.[0] ?? '';
    const sinks = { data: new AsyncSink(), list: new AsyncSink() };
    const prefix = folderOf(id);
    const storing = Promise.all([
      storeFile(store, { keys, prefix, name: DATA_FILE }, sinks.data),
      storeFile(store, { keys, prefix, name: LIST_FILE }, sinks.list),
    ]);
    // A server that waits for a store that failed would wait without end.
    storing.catch(() => wireOf(client).stream.destroy());
    const [base, files] = await settle(takeBaseBackup(client, facts.major, sinks), storing);
    return {
      files,
      facts: {
        version: facts.version,
        major: facts.major,
        systemId,
        timeline: base.timeline,
        startLsn: base.startLsn,
        endLsn: base.endLsn,
        segmentBytes: facts.segmentBytes,
        embedded: source.embedded,
        chain: source.chainOf(systemId, base.timeline),
        bytes: base.bytes,
      },
    };
  });
}

/** The reason of the store comes before the end of the connection that follows from it, and the server's before both. */
async function settle<T>(taking: Promise<BaseBackup>, storing: Promise<T>): Promise<[BaseBackup, T]> {
  const [base, files] = await Promise.allSettled([taking, storing]);
  if (files.status === 'rejected') throw files.reason;
  if (base.status === 'rejected') throw base.reason;
  return [base.value, files.value];
}

async function storeSecrets(
  dataDir: string,
  { secretsStore, keys }: BackupTarget,
  id: string,
): Promise<StoredFile | null> {
  const file = secretsFile(dataDir);
  if (!secretsStore || !existsSync(file)) return null;
  return storeFile(secretsStore, { keys, prefix: secretsPrefix(id), name: 'secrets.json' }, [readFileSync(file)]);
}
