import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { enforceRetention, type Removed } from '@tidegate/backup/enforce-retention';
import type { Manifest } from '@tidegate/backup/kernel/manifest';
import type { ServerLogin } from '@tidegate/backup/postgres/replication';
import { takeBackup } from '@tidegate/backup/take-backup';
import { connectNats, natsTrouble } from '@tidegate/messaging/nats';
import { backupFolder, readBackupState, writeBackupState } from '@tidegate/runtime/backup-state';
import { findPostgres } from '@tidegate/runtime/embedded/postgres';
import { commandOf, takeTurn } from '../../../scripts/turns.mjs';
import { VERSION } from '../kernel/installation.ts';
import { operatorSettings } from '../operator.ts';
import { adminUrl } from '../versions.ts';
import type { Place } from './open-place.ts';

const ANSWER_MS = 20_000;

export interface Taken {
  manifest: Manifest;
  removed: Removed;
  bytes: number;
  seconds: number;
}

/** The database of this installation as its administrator, embedded or not. */
export async function databaseOf(
  dataDir: string,
  env: NodeJS.ProcessEnv,
): Promise<ServerLogin & { embedded: boolean }> {
  const running = await findPostgres(join(dataDir, 'postgres'));
  const url = adminUrl(dataDir, env, running?.port);
  if (!url) throw new Error(`Tidegate does not run on ${dataDir}.\n  Fix: npm start, or set DATA_DIR.`);
  const embedded = running !== undefined && Number(new URL(url).port) === running.port;
  return { url, ssl: env['DATABASE_SSL'] === 'true', embedded };
}

/** One at a time; what is older than the retention is removed afterwards. */
export async function backUp(dataDir: string, env: NodeJS.ProcessEnv, place: Place): Promise<Taken> {
  const release = takeBackupTurn(dataDir);
  const before = readBackupState(dataDir, 'backup');
  const began = performance.now();
  try {
    const manifest = await take(dataDir, env, place);
    const seconds = (performance.now() - began) / 1_000;
    const bytes = [...manifest.files, ...(manifest.secrets ? [manifest.secrets] : [])]
      .flatMap(({ parts }) => parts)
      .reduce((sum, part) => sum + part.bytes, 0);
    const { id, finishedAt, postgres } = manifest;
    writeBackupState(dataDir, 'backup', { id, finishedAt, chain: postgres.chain, bytes, seconds, failure: null });
    const chain = readBackupState(dataDir, 'wal')?.chain;
    const removed = await enforceRetention(place, place.retention, { now: Date.now(), chain });
    return { manifest, removed, bytes, seconds };
  } catch (error) {
    const failure = (error as Error).message;
    const none = { id: null, finishedAt: null, chain: null, bytes: 0, seconds: 0 };
    const known = readBackupState(dataDir, 'backup') ?? before ?? none;
    writeBackupState(dataDir, 'backup', { ...known, failure });
    throw error;
  } finally {
    release();
  }
}

async function take(dataDir: string, env: NodeJS.ProcessEnv, place: Place): Promise<Manifest> {
  const database = await databaseOf(dataDir, env);
  const { nats } = await operatorSettings(env);
  const login = { servers: nats.servers, ...nats.users.platform };
  const trouble = await natsTrouble(login, ANSWER_MS);
  if (trouble)
    throw new Error(`NATS at ${nats.servers.join(', ')} cannot be used: ${trouble}\n  Fix: npx tidegate doctor`);
  const nc = await connectNats(login, 'backup');
  try {
    const wal = readBackupState(dataDir, 'wal');
    return await takeBackup(
      {
        login: database,
        embedded: database.embedded,
        nc,
        dataDir,
        version: VERSION,
        chainOf: (systemId, timeline) => (wal?.systemId === systemId && wal.timeline === timeline ? wal.chain : null),
      },
      place,
    );
  } finally {
    await nc.close();
  }
}

function takeBackupTurn(dataDir: string): () => void {
  const folder = backupFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { release, holder } = takeTurn(folder, '.backup');
  if (!release) {
    throw new Error(`Process ${holder} (${commandOf(holder)}) is making a backup.\n  Fix: wait until it has ended.`);
  }
  return release;
}
