import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { hasEnded } from '@tidegate/runtime/embedded/processes';
import { unprivilegedIdentity } from '@tidegate/runtime/embedded/unprivileged';
import { closing } from './closing.ts';
import { runStatements } from './database.ts';
import { Hopeless, until } from './until.ts';

/* A PostgreSQL as somebody else runs it: Debian's, of any version from 13 on. It need not be installed. */
const DEBIAN = '/usr/lib/postgresql';
const PASSWORD = 'external';
const SUPERUSER = { host: '127.0.0.1', user: 'postgres', password: PASSWORD };

/** The folder of a version that has all of these programs; undefined where none is installed. */
export const findExternalPostgres = (...programs: string[]): string | undefined =>
  (existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
    .filter((version) => Number(version) >= 13)
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((bin) => ['initdb', 'postgres', ...programs].every((name) => existsSync(join(bin, name))));

/** A new cluster; answers its folder. */
export function initialiseExternal(bin: string): string {
  const base = mkdtempSync(join(tmpdir(), 'tidegate-external-'));
  const identity = unprivilegedIdentity();
  const [data, file] = [join(base, 'data'), join(base, 'password')];
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(file, PASSWORD, { mode: 0o600 });
  if (identity) for (const path of [base, data, file]) chownSync(path, identity.uid, identity.gid);
  const login = ['-U', SUPERUSER.user, '-A', 'scram-sha-256', `--pwfile=${file}`];
  const args = ['-D', data, ...login, '--no-sync', '--locale=C', '-E', 'UTF8'];
  execFileSync(join(bin, 'initdb'), args, { stdio: 'pipe', cwd: base, ...(identity ?? {}) });
  return data;
}

/** Started in this folder, and ended after the file; how its superuser connects to a database. */
export async function startExternal(
  bin: string,
  data: string,
  args: string[] = [],
): Promise<(database: string) => { url: string; login: typeof SUPERUSER & { port: number; database: string } }> {
  const port = await freePort();
  const own = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  const child: ChildProcess = spawn(join(bin, 'postgres'), [...own, ...args], {
    cwd: dirname(data),
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(unprivilegedIdentity() ?? {}),
  });
  let said = '';
  child.stderr?.on('data', (chunk) => (said = (said + String(chunk)).slice(-2_000)));
  closing(async () => {
    child.kill('SIGQUIT');
    await until(() => hasEnded(child));
  });
  await until(
    async () => {
      if (hasEnded(child)) throw new Hopeless(`It ended: ${said}`);
      return runStatements({ ...SUPERUSER, port, database: 'postgres' }, 'select 1');
    },
    { withinMs: 60_000, what: 'The external PostgreSQL' },
  );
  return (database) => ({
    url: `postgresql://${SUPERUSER.user}:${PASSWORD}@${SUPERUSER.host}:${port}/${database}`,
    login: { ...SUPERUSER, port, database },
  });
}
