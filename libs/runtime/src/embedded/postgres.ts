import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { portLike } from './free-port.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { isAlive, spawnDetached, stopProcess, waitFor } from './processes.ts';
import { giveTo, type Identity, ownedFolder, unprivilegedIdentity } from './unprivileged.ts';

export interface RunningServer {
  host: string;
  port: number;
  pid: number;
  /** True when it was running already. */
  adopted: boolean;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Where the cluster lives; as root, possibly a stand-in of it that an unprivileged user can reach. */
  dir: string;
  /** Of the superuser `postgres`; fixed when the cluster is made. */
  password: string;
  port?: number | undefined;
  settings?: Record<string, string | number>;
}

/*
 * Small-memory settings: everything together is meant for a server of 4 GB, of which this idles at about 60 MB.
 * pg_stat_statements is on, because the platform's own database is the first server that is watched.
 */
const SETTINGS: Record<string, string | number> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  shared_buffers: '64MB',
  max_connections: 120,
  max_wal_size: '2GB',
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
};

/**
 * Starts the embedded PostgreSQL, or adopts the one that is running on this folder. It is detached: the death of this
 * process leaves it running, and the next start finds it by its postmaster.pid.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningServer> {
  const identity = unprivilegedIdentity();
  const base = ownedFolder(options.dir, identity);
  const data = join(base, 'data');
  const running = adopt(data);
  if (running) return running;
  const bin = postgresBinaries(identity);
  if (!existsSync(join(data, 'PG_VERSION'))) initialise({ bin, base, data, identity, password: options.password });
  const port = await portLike(options.port);
  const settings = Object.entries({ ...SETTINGS, ...options.settings, port });
  const logFile = join(base, 'postgres.log');
  const child = spawnDetached(
    join(bin, 'postgres'),
    ['-D', data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { logFile, identity, env: environment(), cwd: base },
  );
  const up = await waitFor(() => child.exitCode !== null || (isReady(data) && answers(port)), 30_000);
  const started = adopt(data);
  if (!up || child.exitCode !== null || !started) {
    throw new Error(`PostgreSQL did not start. The last lines of ${logFile}:\n${tail(logFile)}`);
  }
  return { ...started, adopted: false };
}

/** The one that runs on this folder, if any. */
export function findPostgres(dir: string): RunningServer | undefined {
  return adopt(join(ownedFolder(dir, unprivilegedIdentity()), 'data'));
}

function initialise(at: {
  bin: string;
  base: string;
  data: string;
  identity: Identity | undefined;
  password: string;
}): void {
  // A folder without PG_VERSION is what an interrupted first start left behind.
  rmSync(at.data, { recursive: true, force: true });
  mkdirSync(at.data, { mode: 0o700 });
  giveTo(at.data, at.identity);
  const passwordFile = join(at.base, '.password');
  writeFileSync(passwordFile, at.password, { mode: 0o600 });
  giveTo(passwordFile, at.identity);
  try {
    execFileSync(
      join(at.bin, 'initdb'),
      [
        '-D',
        at.data,
        '-U',
        'postgres',
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale=C',
        '-N',
      ],
      { stdio: 'pipe', env: environment(), cwd: at.base, ...(at.identity ?? {}) },
    );
  } catch (error) {
    rmSync(at.data, { recursive: true, force: true });
    const { stderr } = error as { stderr?: Buffer };
    throw new Error(`initdb failed: ${stderr?.toString().trim() ?? (error as Error).message}`);
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

const isReady = (data: string): boolean => pidFile(data)?.status === 'ready';

function adopt(data: string): RunningServer | undefined {
  const file = pidFile(data);
  if (file?.status !== 'ready' || !isAlive(file.pid) || !isPostgres(file.pid)) return undefined;
  const { pid, port } = file;
  return { host: '127.0.0.1', port, pid, adopted: true, stop: () => stopProcess(pid, 'SIGINT') };
}

/** After a reboot the number may belong to another program. */
function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    return process.platform !== 'linux';
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.end());
  });
}

/** Nothing of our own environment: no secrets, no PG* variables. */
const environment = (): NodeJS.ProcessEnv => ({ PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' });

export function tail(file: string, lines = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}
