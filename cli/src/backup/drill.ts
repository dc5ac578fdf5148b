import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseLsn } from '@tidegate/backup/kernel/lsn.rules';
import type { Manifest } from '@tidegate/backup/kernel/manifest';
import { CannotTryHere, type Foreign } from '@tidegate/backup/postgres/take-over.queries';
import { TidegateClient } from '@tidegate/client';
import { backupFolder, readBackupState } from '@tidegate/runtime/backup-state';
import { EMBEDDED_MAJOR } from '@tidegate/runtime/embedded/postgres-binaries';
import { makePassword, readSecrets } from '@tidegate/runtime/secrets-file';
import { externalUrl } from '../external-servers.ts';
import { OWN_COMMAND, startSecondPlatform } from '../second-platform.ts';
import { chooseBackup } from './choose-backup.ts';
import type { Place } from './open-place.ts';
import { restoreInto } from './restore.ts';
import { scratchEnvironment } from './scratch-environment.ts';

export interface Drill {
  id: string;
  /** The last transaction that was there after the restore. */
  lastCommitAt: string | null;
  streams: number;
  /** Read from the first to the last page, whose checksums PostgreSQL verifies. */
  tables: number;
  rows: number;
  /** From the beginning of the restore until somebody had logged in. */
  recoverySeconds: number;
  /** How much of what was written before the drill began was not archived yet. */
  lossSeconds: number;
}

/**
 * Restores a backup and everything after it in a scratch place, starts the platform on it as after a disaster, and logs
 * in. Only identity and the gateway are started, with nothing but the restored secrets: nobody is mailed, charged,
 * watched or traded for.
 */
export async function drill(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  { place, id, say }: { place: Place; id: string | undefined; say(text: string): void },
): Promise<Drill> {
  const [began, beganAt] = [performance.now(), Date.now()];
  const complete = completeAt(dataDir);
  const scratch = makeScratch(dataDir, env);
  try {
    const chosen = await chooseBackup(place.store, id, undefined);
    const foreign = foreignOf(chosen.manifest, dataDir, env);
    const own: NodeJS.ProcessEnv = { ...scratchEnvironment(env), DATA_DIR: scratch };
    // What a server of somebody else's has for a superuser gets a password for this time.
    if (foreign) own['POSTGRES_PASSWORD'] = makePassword();
    const { manifest, recovered } = await restoreInto({
      dataDir: scratch,
      env: own,
      place,
      chosen,
      at: undefined,
      replace: false,
      readAll: true,
      // Of a backup that is to have none (BACKUP_SECRETS_TO=none) they lie here, or are in the environment.
      ownSecrets: readSecrets(dataDir),
      foreign,
      say,
    });
    const archived = chosen.pieces.at(-1);
    if (archived && parseLsn(recovered.lsn ?? '0/0') < archived.start) {
      throw new Error(
        `PostgreSQL recovered up to ${recovered.lsn} only, and the archive goes further.\n  Fix: npx tidegate backup verify ${manifest.id}`,
      );
    }
    say('Starting the restored platform …');
    await tryIt(scratch, own);
    const recoverySeconds = (performance.now() - began) / 1_000;
    // When all of it was archived, as this installation knows, or when the newest of it was stored.
    const known = complete?.chain === manifest.postgres.chain ? complete.at : 0;
    const until = Math.max(known, Date.parse(chosen.until));
    const lossSeconds = Math.max(0, (beganAt - until) / 1_000);
    const { lastCommitAt, tables, rows } = recovered;
    return {
      id: manifest.id,
      lastCommitAt,
      tables,
      rows,
      streams: manifest.streams.length,
      recoverySeconds,
      lossSeconds,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Of a backup of somebody else's server: as whom we log in to it, and where our tables are. */
function foreignOf({ postgres }: Manifest, dataDir: string, env: NodeJS.ProcessEnv): Foreign | undefined {
  if (postgres.embedded) return undefined;
  if (postgres.major !== EMBEDDED_MAJOR) {
    throw new CannotTryHere(`it is of PostgreSQL ${postgres.version}, and the one here is ${EMBEDDED_MAJOR}`);
  }
  const url = externalUrl('DATABASE_URL', dataDir, env);
  if (!url) throw new CannotTryHere('it is of a PostgreSQL of somebody else, and DATABASE_URL does not say which');
  const { username, pathname } = new URL(url);
  return { user: decodeURIComponent(username), database: decodeURIComponent(pathname.slice(1)) || 'tidegate' };
}

function completeAt(dataDir: string): { chain: string; at: number } | undefined {
  const wal = readBackupState(dataDir, 'wal');
  return wal?.completeAt ? { chain: wal.chain, at: Date.parse(wal.completeAt) } : undefined;
}

/** What a killed drill left goes first: only one runs at a time. */
function makeScratch(dataDir: string, env: NodeJS.ProcessEnv): string {
  const folder = env['BACKUP_SCRATCH'] || backupFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return mkdtempSync(join(folder, 'drill-'));
}

/** Starts it, logs in as a new operator, and stops it. */
async function tryIt(scratch: string, env: NodeJS.ProcessEnv): Promise<void> {
  const platform = await startSecondPlatform({ ...env, ROLES: 'identity,gateway' }, join(scratch, 'drill.log'));
  try {
    await logIn(platform.url, env);
  } finally {
    await platform.stop();
  }
}

async function logIn(url: string, env: NodeJS.ProcessEnv): Promise<void> {
  const email = `drill-${randomBytes(4).toString('hex')}@drill.invalid`;
  const { password } = JSON.parse(await outputOf([...OWN_COMMAND, 'users', 'create-admin', email], env)) as {
    password: string;
  };
  const { accessToken } = await new TidegateClient({ url }).sessionsLogin({ email, password });
  const client = new TidegateClient({ url, token: accessToken });
  const me = await client.accountsMe();
  if (me.user.email !== email) throw new Error(`${email} logged in and is answered as ${me.user.email}.`);
}

function outputOf(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let [out, said] = ['', ''];
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(out) : reject(new Error(said.trim().slice(-1_000)))));
  });
}
