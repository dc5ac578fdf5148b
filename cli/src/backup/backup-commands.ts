import { resolve } from 'node:path';
import { makePair } from '@tidegate/backup/kernel/keys';
import { listBackups, readManifest } from '@tidegate/backup/kernel/manifest';
import { CannotTryHere } from '@tidegate/backup/postgres/take-over.queries';
import { restorableUntil, verifyBackup, walAfter } from '@tidegate/backup/verify-backup';
import { type DrillState, readBackupState, writeBackupState } from '@tidegate/runtime/backup-state';
import type { Values } from '../arguments.ts';
import { startServers, stopServers } from '../embedded.ts';
import { dataDirOf, makeDataDir, say } from '../kernel/installation.ts';
import { openerOf, sealOf } from '../kernel/read-seal.ts';
import { claimFolder, readRun } from '../run-file.ts';
import { backUp } from './back-up.ts';
import { chooseBackup, isOlder, readInstant } from './choose-backup.ts';
import { type Drill, drill } from './drill.ts';
import { dumpInto, loadFrom } from './dump.ts';
import { openPlace, type PlaceOptions, readSettings } from './open-place.ts';
import { restoreInto } from './restore.ts';
import { restoreFiles } from './restore-files.ts';

interface Options extends PlaceOptions {
  json: boolean;
}

const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
const write = (text: string): void => void process.stdout.write(`${text}\n`);
const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MB`;

/** Of a running platform, or of a stopped one, whose servers are started for it. */
export async function takeNow({ json, ...options }: Options): Promise<void> {
  const dataDir = makeDataDir(process.env);
  const place = await openPlace(dataDir, process.env, { ...options, create: true });
  const release = readRun(dataDir) ? undefined : claimFolder(dataDir);
  try {
    if (release) await startServers();
    const { manifest, bytes, seconds, removed } = await backUp(dataDir, process.env, place);
    if (json) return print({ id: manifest.id, finishedAt: manifest.finishedAt, bytes, seconds, removed });
    write(`Backup ${manifest.id} in ${place.store.name}: ${megabytes(bytes)} in ${seconds.toFixed(1)} s`);
    for (const id of removed.backups) write(`Removed ${id}, which no day, week or month keeps`);
    for (const id of removed.damaged) say(`${id} is damaged: npx tidegate backup verify ${id}`);
  } finally {
    if (release) await stopServers(dataDir);
    release?.();
  }
}

export async function listAll({ json, ...options }: Options): Promise<void> {
  const { store } = readSettings(dataDirOf(process.env), process.env, options);
  const good = (await listBackups(store)).filter((one) => one.finished);
  const rows = [];
  for (const { id, bytes } of good) {
    // One that is damaged must not hide the others.
    const read = await readManifest(store, id).catch((error: Error) => error);
    if (read instanceof Error) rows.push({ id, bytes, damaged: read.message.split('\n')[0] });
    else {
      const until = restorableUntil(read, await walAfter(store, read));
      rows.push({
        id,
        bytes,
        finishedAt: read.finishedAt,
        until,
        tidegate: read.tidegate,
        postgres: read.postgres.version,
      });
    }
  }
  if (json) return print(rows);
  if (rows.length === 0) return void process.stderr.write(`There is no backup in ${store.name}.\n`);
  for (const row of rows) {
    const what = row.damaged ?? `any moment from ${row.finishedAt} to ${row.until}`;
    write(`${row.id}  ${megabytes(row.bytes).padStart(10)}  ${what}`);
  }
}

/** Without a key checksums are compared; with one everything is opened as well. */
export async function verify(id: string | undefined, { json, ...options }: Options): Promise<void> {
  const { store, secretsStore, keys: given } = readSettings(dataDirOf(process.env), process.env, options);
  const hasKey = given.passphrase !== undefined || given.identities.length > 0;
  const keys = hasKey ? (await openPlace(dataDirOf(process.env), process.env, options)).keys : undefined;
  const { manifest } = await chooseBackup(store, id, undefined);
  const { bytes, walPieces, until, opened } = await verifyBackup({ store, secretsStore, keys }, manifest.id);
  if (json) return print({ id: manifest.id, bytes, walPieces, until, opened });
  const how = opened ? 'every byte was opened' : 'every checksum is right (no key is here to open it)';
  write(`Backup ${manifest.id} is whole: ${megabytes(bytes)}, ${walPieces} pieces of WAL until ${until}; ${how}`);
}

export async function makeKey({ json }: { json: boolean }): Promise<void> {
  const { identity, recipient } = await makePair();
  if (json) return print({ identity, recipient });
  write(
    `# BACKUP_RECIPIENTS=${recipient}\n# Keep the next line elsewhere: it opens every backup, and nothing else does.\n${identity}`,
  );
}

/** Of a database that cannot be backed up as files, or for another major version. */
export async function dumpTo(file: string, values: Values): Promise<void> {
  const { server, programs, bytes } = await dumpInto(
    dataDirOf(process.env),
    process.env,
    resolve(file),
    sealOf(values),
  );
  if (values['json'] === true) return print({ file: resolve(file), server, program: programs.major, bytes });
  write(`The database (PostgreSQL ${server}, ${megabytes(bytes)}) is in ${file}, by pg_dump ${programs.major}`);
  write('secrets.json is not in it: keep a copy of it elsewhere. Streams are not either.');
}

export async function loadDumpOf(file: string, values: Values): Promise<void> {
  const { server, programs, bytes } = await loadFrom(process.env, resolve(file), openerOf(values));
  if (values['json'] === true) return print({ server, program: programs.major, bytes });
  write(`${file} is in the database (PostgreSQL ${server}, ${megabytes(bytes)}), by pg_restore ${programs.major}`);
  write('Put its secrets.json into DATA_DIR, and start Tidegate on it.');
}

export interface RestoreCommand extends Options {
  at: string | undefined;
  into: string | undefined;
  replace: boolean;
}

export async function restore(
  id: string | undefined,
  { json, at: asked, into, replace, ...options }: RestoreCommand,
): Promise<void> {
  const at = asked === undefined ? undefined : readInstant(asked);
  const dataDir = into === undefined ? makeDataDir(process.env) : dataDirOf(process.env);
  const release = into === undefined ? claimFolder(dataDir) : undefined;
  try {
    const place = await openPlace(dataDir, process.env, options);
    const chosen = await chooseBackup(place.store, id, at);
    if (into !== undefined) {
      const data = await restoreFiles(into, place, chosen, at);
      if (json) return print({ id: chosen.manifest.id, data });
      return write(
        `Backup ${chosen.manifest.id} is in ${data}.\nStart PostgreSQL ${chosen.manifest.postgres.major} on it: it recovers by itself, and is ready when it accepts writes.`,
      );
    }
    const began = performance.now();
    const { manifest, recovered, aside } = await restoreInto({
      dataDir,
      env: process.env,
      place,
      chosen,
      at,
      replace,
      say,
    });
    const seconds = (performance.now() - began) / 1_000;
    if (json) return print({ id: manifest.id, lastCommitAt: recovered.lastCommitAt, aside: aside ?? null, seconds });
    write(
      `Restored backup ${manifest.id} in ${seconds.toFixed(1)} s; the last transaction in it is of ${recovered.lastCommitAt ?? 'before it'}`,
    );
    if (aside) write(`What was there before is in ${aside}`);
    if (isOlder(manifest))
      write(`It was made by Tidegate ${manifest.tidegate}: the next start brings it to this version`);
    write('Start it with npm start');
  } finally {
    release?.();
  }
}

/** The alert limits that were asked for; what is promised is less (docs/operations.md). */
const LIMITS = { recoverySeconds: 3_600, lossSeconds: 86_400 };

export async function runDrill(id: string | undefined, { json, ...options }: Options): Promise<void> {
  const dataDir = makeDataDir(process.env);
  const note = (state: Omit<DrillState, 'at'>): void =>
    writeBackupState(dataDir, 'drill', { at: new Date().toISOString(), ...state });
  let done: Drill;
  try {
    const place = await openPlace(dataDir, process.env, options);
    done = await drill(dataDir, process.env, { place, id, say });
    refuseSlow(done);
  } catch (error) {
    const before = readBackupState(dataDir, 'drill');
    const none = { id: id ?? before?.id ?? null, ok: false, recoverySeconds: null, lossSeconds: null };
    const { message } = error as Error;
    if (!(error instanceof CannotTryHere)) {
      note({ ...none, failure: message });
      throw error;
    }
    note({ ...none, untried: message, failure: null });
    throw new Error(
      `The backup cannot be tried here: ${message}.\n  Fix: try it where its PostgreSQL is: npx tidegate restore --into FOLDER (docs/runbooks/restore.md#a-postgresql-of-your-own).`,
      { cause: error },
    );
  }
  const { recoverySeconds, lossSeconds } = done;
  note({ id: done.id, ok: true, recoverySeconds, lossSeconds, failure: null });
  if (json) return print(done);
  write(
    `Backup ${done.id} was restored and works: ${done.tables} tables with ${done.rows} rows, ${done.streams} streams, and somebody logged in`,
  );
  write(
    `RTO ${recoverySeconds.toFixed(1)} s from nothing to a log-in; RPO ${lossSeconds.toFixed(1)} s of writing would have been lost`,
  );
}

function refuseSlow({ recoverySeconds, lossSeconds }: Drill): void {
  if (recoverySeconds <= LIMITS.recoverySeconds && lossSeconds <= LIMITS.lossSeconds) return;
  throw new Error(
    `The restore took ${recoverySeconds.toFixed(0)} s, and ${lossSeconds.toFixed(0)} s of writing were lost; at most ${LIMITS.recoverySeconds} and ${LIMITS.lossSeconds} are allowed.\n  Fix: docs/runbooks/restore.md`,
  );
}
