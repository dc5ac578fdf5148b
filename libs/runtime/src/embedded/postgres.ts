import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { portLike } from './free-port.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { endOf, hasEnded, isRunning, spawnDetached, stopProcess, tail, waitFor } from './processes.ts';
import { homeOf, type Identity, unprivilegedIdentity } from './unprivileged.ts';

export interface RunningServer {
  host: string;
  port: number;
  pid: number;
  /** True when it was already running. */
  adopted: boolean;
  logFile: string;
  /** Resolves when it ends; absent when it was already running and is not our child. */
  ended?: Promise<void>;
  stop(): Promise<void>;
}

export interface RunningPostgres extends RunningServer {
  user: string;
  password: string;
  /** Of the database `postgres`. */
  url: string;
}

export interface PostgresOptions {
  /** Where the cluster lives; as root, possibly only a note of where that is (see unprivileged.ts). */
  dir: string;
  /** Of the superuser `postgres`, fixed when the cluster is created. Generated when absent: for throw-away clusters. */
  password?: string | undefined;
  /** Wanted; another is chosen when it is taken. */
  port?: number | undefined;
  settings?: Record<string, string | number>;
  /** Added to its environment: a benchmark that sets its clock. */
  env?: Record<string, string> | undefined;
  /** Only the wanted port: clients expect it there (a server that is restarted). */
  samePort?: boolean | undefined;
  /** How long it may take to be ready, recovery after a crash included. */
  withinMs?: number | undefined;
  /** Aborts the wait, and stops what was started. */
  signal?: AbortSignal | undefined;
}

/*
 * Small-memory settings: everything together is meant for a server of 4 GB, of which this idles at about 60 MB:
 * shared buffers take memory once they are used. 128 MB hold what is written again and again while events of ten thousand
 * organisations come: the newest page of each one's hours (80 MB) and the index of the open identities (30 MB). With 64 MB
 * every event read and wrote pages, which cost half as much again (bench `growth`).
 * pg_stat_statements is on, because the platform's own database is the first server that is watched.
 */
const SETTINGS: Record<string, string | number> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  shared_buffers: '128MB',
  max_connections: 120,
  max_wal_size: '2GB',
  // Full pages are written after each checkpoint: rare and compressed, so that an idle installation writes next to
  // nothing. The WAL to replay after a crash is still bounded by max_wal_size.
  checkpoint_timeout: '1h',
  wal_compression: 'on',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': 5_000,
  track_activity_query_size: 4_096,
  io_method: 'sync',
  jit: 'off',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  autovacuum_max_workers: 2,
  max_worker_processes: 4,
  max_logical_replication_workers: 0,
  // Tables that PostgreSQL fills at its start, for reads in the background and for serializable transactions: we have neither.
  io_max_concurrency: 8,
  max_pred_locks_per_transaction: 10,
  // Backups that cannot be stored lose their place rather than fill the disk (docs/runbooks/restore.md).
  max_slot_wal_keep_size: '2GB',
};

const START_MS = 60_000;
/** A shutdown writes every dirty page: on a slow disk that takes a while, and cutting it short saves nothing. */
const STOP_MS = 60_000;

/**
 * Starts the embedded PostgreSQL, or adopts the one that is running on this folder. It is detached: the death of this
 * process leaves it running, and the next start finds it by its postmaster.pid.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { identity, base, data } = place(options.dir);
  const password = options.password ?? randomBytes(18).toString('base64url');
  const login = (server: RunningServer): RunningPostgres => {
    const url = `postgresql://postgres:${encodeURIComponent(password)}@${server.host}:${server.port}/postgres`;
    return { ...server, user: 'postgres', password, url };
  };
  const withinMs = options.withinMs ?? START_MS;
  const running = await waitForRunning(data, withinMs, options.signal);
  if (running) return login(running);
  await clearDeadLock(data);
  const bin = postgresBinaries(identity);
  if (!existsSync(join(data, 'PG_VERSION'))) initialise({ bin, base, data, identity, password });
  // A free port may be taken before PostgreSQL has it: then another is tried.
  for (let attempt = 1; ; attempt += 1) {
    const port = await portLike(attempt === 1 || options.samePort ? options.port : undefined, options.samePort);
    const started = await launch({ bin, base, data, identity, port, withinMs }, options);
    if (started) return login(started);
    const reason = tail(join(base, 'postgres.log'));
    if (attempt === 3 || options.samePort || !reason.includes('could not bind')) {
      throw new Error(`PostgreSQL did not start. The last lines of ${join(base, 'postgres.log')}:\n${reason}`);
    }
  }
}

/** The one that runs on this folder, if any. */
export async function findPostgres(dir: string): Promise<RunningServer | undefined> {
  return existsSync(dir) ? adopt(place(dir).data) : undefined;
}

/** Whether one runs on this folder, ready or not. */
export const isPostgresOn = (dir: string): boolean => pidOn(dir) !== undefined;

/** Stops it, healthy or not. */
export async function stopPostgres(dir: string): Promise<void> {
  const pid = pidOn(dir);
  if (pid !== undefined) await stopProcess(pid, 'SIGINT', 'SIGQUIT', STOP_MS);
}

function pidOn(dir: string): number | undefined {
  if (!existsSync(dir)) return undefined;
  const { data } = place(dir);
  const pid = pidFile(data)?.pid;
  return pid && isRunning(pid, data) ? pid : undefined;
}

/** Where a cluster lies, or will: its user, the folder of its log, its data folder. */
export interface Place {
  identity: Identity | undefined;
  base: string;
  data: string;
}

export function place(dir: string): Place {
  const base = homeOf(dir, unprivilegedIdentity());
  const data = join(base, 'data');
  return { identity: unprivilegedIdentity(data), base, data };
}

async function launch(
  at: Place & { bin: string; port: number; withinMs: number },
  { settings, env, signal }: PostgresOptions,
): Promise<RunningServer | undefined> {
  signal?.throwIfAborted();
  const all = Object.entries({ ...SETTINGS, ...settings, port: at.port });
  const child = spawnDetached(
    join(at.bin, 'postgres'),
    ['-D', at.data, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { logFile: join(at.base, 'postgres.log'), identity: at.identity, env: { ...environment(), ...env }, cwd: at.base },
  );
  const ended = () => hasEnded(child) || signal?.aborted === true;
  await waitFor(async () => ended() || (await adopt(at.data)) !== undefined, at.withinMs);
  const started = ended() ? undefined : await adopt(at.data);
  // One that is late must not be left behind on the folder.
  if (!started && child.pid !== undefined && !hasEnded(child)) await stopProcess(child.pid, 'SIGINT', 'SIGQUIT');
  return started && { ...started, adopted: false, ended: endOf(child) };
}

function initialise(at: Place & { bin: string; password: string }): void {
  const { identity } = at;
  const give = (path: string) => identity && chownSync(path, identity.uid, identity.gid);
  // A folder without PG_VERSION is what an interrupted first start left behind.
  rmSync(at.data, { recursive: true, force: true });
  mkdirSync(at.data, { mode: 0o700 });
  give(at.data);
  const passwordFile = join(at.base, '.password');
  writeFileSync(passwordFile, at.password, { mode: 0o600 });
  give(passwordFile);
  const args = ['-D', at.data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  try {
    execFileSync(join(at.bin, 'initdb'), [...args, '-E', 'UTF8', '--locale=C', '--no-sync'], {
      stdio: 'pipe',
      env: environment(),
      cwd: at.base,
      ...(identity ?? {}),
    });
  } catch (error) {
    rmSync(at.data, { recursive: true, force: true });
    const { stderr, message } = error as { stderr?: Buffer; message: string };
    throw new Error(`initdb failed in ${at.base}: ${stderr?.toString().trim() || message}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Lines of postmaster.pid: 1 pid, 4 port, 8 status. */
function pidFile(data: string): { pid: number; port: number; status: string } | undefined {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? '').trim() };
  } catch {
    return undefined;
  }
}

async function adopt(data: string): Promise<RunningServer | undefined> {
  const file = pidFile(data);
  if (file?.status !== 'ready' || !isRunning(file.pid, data)) return undefined;
  const { pid, port } = file;
  if (!(await postgresAnswers(port))) return undefined;
  const logFile = join(dirname(data), 'postgres.log');
  return {
    host: '127.0.0.1',
    port,
    pid,
    adopted: true,
    logFile,
    stop: () => stopProcess(pid, 'SIGINT', 'SIGQUIT', STOP_MS),
  };
}

/** Adopts; one that is starting or recovering after a crash is waited for. */
async function waitForRunning(
  data: string,
  withinMs: number,
  signal?: AbortSignal,
): Promise<RunningServer | undefined> {
  const pid = pidFile(data)?.pid;
  if (!pid || !isRunning(pid, data)) return undefined;
  let server: RunningServer | undefined;
  await waitFor(async () => {
    server = await adopt(data);
    return server !== undefined || signal?.aborted || !isRunning(pid, data);
  }, withinMs);
  if (!server && isRunning(pid, data)) {
    throw new Error(
      `PostgreSQL (process ${pid}) runs on ${data} and does not become ready.\n  Fix: read ${join(data, '../postgres.log')}; kill -INT ${pid} stops it.`,
    );
  }
  return server;
}

/**
 * PostgreSQL takes any process with the pid in postmaster.pid for a live postmaster: a killed one that nobody reaps (a
 * container without an init), or an unrelated process after a reboot. When it is not a postmaster of this folder, and
 * no process works in the folder any more (orphaned backends end by themselves), the file is removed.
 */
async function clearDeadLock(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = pidFile(data)?.pid;
  if (process.platform !== 'linux' || !pid || !existsSync(`/proc/${pid}`) || isRunning(pid, data)) return;
  if (await waitFor(() => !anybodyIn(data), 10_000)) rmSync(file, { force: true });
}

function anybodyIn(folder: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === folder;
      } catch {
        return false;
      }
    });
}

const ANSWER_MS = 5_000;
/** Length 8, code 80877103: whether it speaks TLS. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Whether PostgreSQL itself answers: the kernel accepts connections for a stopped postmaster too. */
export function postgresAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(SSL_REQUEST));
    const late = setTimeout(() => setTimeout(() => done(false), 50), ANSWER_MS);
    const done = (answered: boolean): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(answered);
    };
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}

/** Nothing of our own environment: no secrets, no PG* variables. */
const environment = (): NodeJS.ProcessEnv => ({ PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' });
