import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Programs } from './client-programs.ts';

/*
 * The database as statements (pg_dump's custom format) instead of files: needs no right to replicate, and goes into another
 * major version. One snapshot of all schemas; no moments in between, no streams.
 */
export interface DumpLogin {
  url: string;
  ssl: boolean;
}

/** What the system trusts, as Node does; libpq has to be told. */
const AUTHORITIES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/** The password stays out of the arguments, which everybody on a machine can read. */
function environmentOf({ url, ssl }: DumpLogin, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    PATH: env['PATH'],
    PGHOST: decodeURIComponent(hostname),
    PGPORT: port || '5432',
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    ...(ssl ? { PGSSLMODE: 'verify-full', PGSSLROOTCERT: AUTHORITIES.find((file) => existsSync(file)) } : {}),
    PGCONNECT_TIMEOUT: '20',
    PGAPPNAME: 'tidegate backup',
  };
}

/** The output of pg_dump; it throws what pg_dump says where that fails. */
export async function* dumpDatabase(
  programs: Programs,
  login: DumpLogin,
  schemas: readonly string[],
  env: NodeJS.ProcessEnv,
): AsyncGenerator<Uint8Array> {
  const args = ['--format=custom', '--compress=0', '--no-owner', '--lock-wait-timeout=30000'];
  const child = spawn(join(programs.folder, 'pg_dump'), [...args, ...schemas.map((schema) => `--schema=${schema}`)], {
    env: environmentOf(login, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = endOf(child, 'pg_dump');
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    await ended;
  } finally {
    child.kill('SIGKILL');
  }
}

/** All of it or nothing: one transaction. */
export async function loadDump(
  programs: Programs,
  login: DumpLogin,
  content: AsyncIterable<Uint8Array>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const args = [
    '--single-transaction',
    '--exit-on-error',
    '--no-owner',
    '--format=custom',
    `--dbname=${new URL(login.url).pathname.slice(1)}`,
  ];
  const child = spawn(join(programs.folder, 'pg_restore'), args, {
    env: environmentOf(login, env),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const ended = endOf(child, 'pg_restore');
  ended.catch(() => undefined);
  try {
    await pipeline(content, child.stdin as Writable);
  } catch (error) {
    // Why it takes no more is its own word; a fault of the content must not look like its end.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') child.kill('SIGKILL');
    else await ended;
    throw error;
  }
  await ended;
}

function endOf(child: ChildProcess, name: string): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk) => (said = (said + String(chunk)).slice(-4_000)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${name} ended with ${code ?? 'a signal'}: ${said.trim()}`));
    });
  });
}
