import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readFile } from '@tidegate/backup/kernel/encrypted-files';
import type { Manifest } from '@tidegate/backup/kernel/manifest';
import type { Recovered } from '@tidegate/backup/postgres/server.queries';
import type { Foreign } from '@tidegate/backup/postgres/take-over.queries';
import { restoreCluster, restoreStreams } from '@tidegate/backup/restore-servers';
import { backupFolder } from '@tidegate/runtime/backup-state';
import { readVariable } from '@tidegate/runtime/config';
import { EMBEDDED_MAJOR } from '@tidegate/runtime/embedded/postgres-binaries';
import {
  encryptionKeyName,
  readSecrets,
  SEALING_SERVICES,
  type Secrets,
  secretsFile,
  writeSecrets,
} from '@tidegate/runtime/secrets-file';
import { startTimeoutMs } from '@tidegate/runtime/settings';
import { externalUrl } from '../external-servers.ts';
import { remember } from '../kernel/installation.ts';
import { ensureNatsServer } from '../nats-tool.ts';
import { type Chosen, refuseNewer } from './choose-backup.ts';
import type { Place } from './open-place.ts';
import { UNFINISHED_RESTORE } from './unfinished-restore.ts';

export interface RestoreOptions {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  place: Place;
  chosen: Chosen;
  /** The last moment that is to be there; all of it without. */
  at: string | undefined;
  /** Moves what is there aside. */
  replace: boolean;
  /** Reads every table to its end. */
  readAll?: boolean;
  /** For a backup that has no secrets, instead of those that lie in the data folder. */
  ownSecrets?: Secrets;
  /** Only to be tried: a backup of this server of somebody else's is started by the embedded PostgreSQL. */
  foreign?: Foreign | undefined;
  say(text: string): void;
}

export interface Restored {
  manifest: Manifest;
  recovered: Recovered;
  /** Where what was there before is now. */
  aside: string | undefined;
}

/** What a restore writes anew. secrets.json is none of them: it is kept, because it may be the only copy. */
const PARTS = ['postgres', 'nats', 'installation.json', 'api-calls'];
/** Replaying a day of writing takes longer than any start. */
const WITHIN_MS = 6 * 3_600_000;

/** Puts the servers and secrets of a backup into a data folder on which nothing runs; the next start goes on from there. */
export async function restoreInto(options: RestoreOptions): Promise<Restored> {
  const { dataDir, env, place, chosen, at, say } = options;
  const { manifest, pieces } = chosen;
  refuseNewer(manifest);
  refuseOtherServers(manifest, dataDir, env, options.foreign);
  const secrets = (await fetchSecrets(place, manifest)) ?? options.ownSecrets;
  // Before anything is changed: what is missing is fetched by somebody, who then begins again.
  const password = passwordOf(manifest, secrets ?? readSecrets(dataDir), dataDir, env);
  const aside = clear(dataDir, { replace: options.replace, secrets });
  writeFileSync(join(dataDir, UNFINISHED_RESTORE), `${manifest.id}\n`, { mode: 0o600 });
  if (secrets) writeSecrets(dataDir, secrets);
  const source = { store: place.store, keys: place.keys, manifest, pieces };
  say(`Restoring the database (${megabytes(manifest.postgres.bytes)} MB, and ${pieces.length} pieces of WAL) …`);
  const recovered = await restoreCluster(source, {
    dir: join(dataDir, 'postgres'),
    password,
    until: at,
    withinMs: WITHIN_MS,
    readAll: options.readAll === true,
    foreign: options.foreign,
  });
  say(`Restoring ${manifest.streams.length} streams …`);
  await ensureNatsServer(dataDir);
  const toolsDir = join(dataDir, 'tools');
  await restoreStreams(source, { dir: join(dataDir, 'nats'), toolsDir, withinMs: startTimeoutMs(env) });
  // Nobody is shown a first password that is not the one of this database; ports are chosen anew.
  remember(dataDir, { ports: {}, adminPasswordWritten: true, adminPasswordShown: true });
  // What is written from now on is another chain.
  rmSync(join(backupFolder(dataDir), 'wal.json'), { force: true });
  rmSync(join(dataDir, UNFINISHED_RESTORE), { force: true });
  return { manifest, recovered, aside };
}

const megabytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(0);

function refuseOtherServers(
  { id, postgres }: Manifest,
  dataDir: string,
  env: NodeJS.ProcessEnv,
  foreign: Foreign | undefined,
): void {
  const external = (['DATABASE_URL', 'NATS_URL'] as const).find(
    (name) => externalUrl(name, dataDir, env) !== undefined,
  );
  if (external) {
    throw new Error(
      `${external} names a server of your own, whose files are not here.\n  Fix: npx tidegate restore --into FOLDER, and start that server on what it writes (docs/runbooks/restore.md).`,
    );
  }
  if ((postgres.embedded || foreign) && postgres.major === EMBEDDED_MAJOR) return;
  throw new Error(
    `Backup ${id} is of ${postgres.embedded ? 'an embedded' : 'an external'} PostgreSQL ${postgres.version}; the embedded one here is ${EMBEDDED_MAJOR}.\n  Fix: npx tidegate restore --into FOLDER, and start PostgreSQL ${postgres.major} on what it writes (docs/runbooks/restore.md).`,
  );
}

async function fetchSecrets({ secretsStore, keys }: Place, manifest: Manifest): Promise<Secrets | undefined> {
  if (!manifest.secrets || !secretsStore) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of readFile(secretsStore, manifest.secrets, keys)) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as Secrets;
}

/** The next start would make new secrets in place of those that are missing, and what the old ones sealed would be lost. */
function passwordOf({ id }: Manifest, secrets: Secrets, dataDir: string, env: NodeJS.ProcessEnv): string {
  const has = (name: string): string | undefined => readVariable(env, name) ?? secrets[name];
  const password = has('POSTGRES_PASSWORD');
  if (password && SEALING_SERVICES.some((service) => has(encryptionKeyName(service)))) return password;
  const what = password ? 'no encryption keys' : 'none';
  throw new Error(
    `Backup ${id} has no secrets, and ${dataDir} has ${what} either.\n  Fix: put its secrets.json there (docs/secrets.md), then restore again.`,
  );
}

/** False of a damaged file as well. */
function holds(file: string, secrets: Secrets): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(readFileSync(file, 'utf8')), secrets);
  } catch {
    return false;
  }
}

/** What is there stays, under another name; what an interrupted restore left is removed, but no secrets. */
function clear(
  dataDir: string,
  { replace, secrets }: { replace: boolean; secrets: Secrets | undefined },
): string | undefined {
  const unfinished = existsSync(join(dataDir, UNFINISHED_RESTORE));
  const occupied = existsSync(join(dataDir, 'postgres')) && readdirSync(join(dataDir, 'postgres')).length > 0;
  if (occupied && !unfinished && !replace) {
    throw new Error(
      `${dataDir} has a database already.\n  Fix: --replace moves it aside; or restore into another DATA_DIR.`,
    );
  }
  const there = PARTS.filter((name) => existsSync(join(dataDir, name)));
  const moved = occupied && !unfinished ? there : [];
  const file = secretsFile(dataDir);
  // A copy: a backup that brings none needs those that are here.
  const replaced = secrets !== undefined && !holds(file, secrets);
  const copied = existsSync(file) && (moved.length > 0 || replaced);
  const aside = join(dataDir, `before-restore-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`);
  if (moved.length > 0 || copied) mkdirSync(aside, { mode: 0o700 });
  if (copied) copyFileSync(file, join(aside, 'secrets.json'));
  for (const name of moved) renameSync(join(dataDir, name), join(aside, name));
  if (unfinished) for (const name of there) rmSync(join(dataDir, name), { recursive: true, force: true });
  return existsSync(aside) ? aside : undefined;
}
