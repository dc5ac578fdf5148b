import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { postgresBinaries } from '@tidegate/runtime/embedded/postgres-binaries';
import { waitFor } from '@tidegate/runtime/embedded/processes';
import { unprivilegedIdentity } from '@tidegate/runtime/embedded/unprivileged';
import type pg from 'pg';

/*
 * The PostgreSQL that is watched: of any version and with settings of its own, so not the platform's embedded one.
 * Autovacuum is off: what it happens to do would be taken for the monitoring's.
 */
const DEBIAN_15 = '/usr/lib/postgresql/15/bin';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': 10_000,
  shared_buffers: '256MB',
  max_connections: 100,
  max_locks_per_transaction: 256,
  synchronous_commit: 'off',
  max_wal_size: '4GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
  log_min_messages: 'fatal',
};

export interface WatchedPostgres {
  /** The superuser's, of the database `postgres`. */
  admin: pg.ClientConfig & { host: string; port: number };
  version: 'embedded 18' | 'Debian 15';
  /** Process number of the postmaster. */
  pid: number;
  stop(): Promise<void>;
}

/** `15` stands for Debian's, anything else for the embedded 18. */
export async function startWatched(
  which: string | undefined,
  settings: Record<string, string | number> = {},
): Promise<WatchedPostgres> {
  const identity = unprivilegedIdentity();
  const bin = which === '15' ? DEBIAN_15 : postgresBinaries(identity);
  if (!existsSync(join(bin, 'postgres'))) throw new Error(`There is no PostgreSQL in ${bin}.`);
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-watched-'));
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, 'bench');
  if (identity) for (const path of [folder, passwordFile]) chownSync(path, identity.uid, identity.gid);
  const environment = { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }, cwd: folder, ...identity };
  const initial = ['-D', data, '-U', 'postgres', `--pwfile=${passwordFile}`, '-A', 'scram-sha-256'];
  execFileSync(join(bin, 'initdb'), [...initial, '-E', 'UTF8', '--no-sync', '--locale=C'], {
    stdio: 'pipe',
    ...environment,
  });
  const port = await freePort();
  const all = Object.entries({ ...SETTINGS, ...settings, port });
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', data, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      stdio: 'ignore',
      ...environment,
    },
  );
  const pid = child.pid ?? 0;
  process.once('exit', () => child.kill('SIGQUIT'));
  const isReady = () => {
    const file = join(data, 'postmaster.pid');
    return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
  };
  if (!(await waitFor(() => isReady() || child.exitCode !== null, 30_000)) || child.exitCode !== null)
    throw new Error(`PostgreSQL of ${bin} did not start.`);
  return {
    admin: { host: '127.0.0.1', port, user: 'postgres', password: 'bench', database: 'postgres' },
    version: which === '15' ? 'Debian 15' : 'embedded 18',
    pid,
    stop: async () => {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await gone;
}
