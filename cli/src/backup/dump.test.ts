import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPrograms } from '@tidegate/backup/postgres/client-programs';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { hasEnded } from '@tidegate/runtime/embedded/processes';
import { unprivilegedIdentity } from '@tidegate/runtime/embedded/unprivileged';
import { closing } from '@tidegate/testing/closing';
import { Rest, startPlatform } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import pg from 'pg';
import { runTidegate } from '../../test/run-tidegate.ts';

const DEBIAN = '/usr/lib/postgresql';
const PASSWORD = 'external';

/** A server of Debian's with its own client programs; it need not be installed. */
const installed = (): string | undefined =>
  (existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
    .filter((version) =>
      ['initdb', 'postgres', 'pg_dump'].every((name) => existsSync(join(DEBIAN, version, 'bin', name))),
    )
    .map((version) => join(DEBIAN, version, 'bin'))
    .at(0);

test('programs are those of the server’s version or newer, and who has none is told what to install', () => {
  expect(() => findPrograms(98, { PATH: '/nowhere' })).toThrow(
    /pg_dump and pg_restore of PostgreSQL 98.*postgresql-client-98/s,
  );
});

test('an external PostgreSQL is dumped by its own pg_dump into a sealed file, and a new one has everything of it', async () => {
  const bin = installed();
  if (!bin) return void process.stderr.write('No PostgreSQL of Debian is installed: the test of dumps is left out.\n');
  const server = await startServer(bin);
  await sql(
    server,
    'postgres',
    'create database first',
    'create database second',
    "create role plain login password 'plain'",
  );
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-dump-'));
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  for (const dataDir of [first, second]) mkdirSync(dataDir, { mode: 0o700 });
  const passphraseFile = join(folder, 'passphrase');
  writeFileSync(passphraseFile, 'a passphrase that is long enough\n');
  const file = join(folder, 'dump.sealed');
  const url = (database: string, login = `postgres:${PASSWORD}`) =>
    `postgresql://${login}@127.0.0.1:${server}/${database}`;

  const platform = await startPlatform({ dataDir: first, env: { DATABASE_URL: url('first') } });
  const stop = closing(() => platform.stop());
  const account = {
    email: 'owner@example.com',
    password: 'correct horse battery',
    name: 'Owner',
    organisationName: 'Harbour',
  };
  expect((await new Rest(platform.url).post('/api/v1/accounts', account)).status).toBe(201);
  const run = (dataDir: string, database: string, args: string[], login?: string) =>
    runTidegate(dataDir, [...args, '--passphrase-file', passphraseFile], { DATABASE_URL: url(database, login) });

  const hidden = await run(first, 'first', ['backup', 'dump', file], 'plain:plain');
  expect(hidden.stderr).toMatch(/Row-level security hides rows from plain.*BYPASSRLS/s);
  const dumped = await run(first, 'first', ['backup', 'dump', file]);
  expect(dumped).toMatchObject({ failed: undefined, stdout: expect.stringContaining('secrets.json is not in it') });
  expect(readFileSync(file).includes('owner@example.com')).toBe(false);
  expect((await run(first, 'first', ['backup', 'load', file])).stderr).toMatch(
    /has the schemas .*Nothing was changed/s,
  );
  await stop();

  copyFileSync(join(first, 'secrets.json'), join(second, 'secrets.json'));
  const broken = join(folder, 'broken');
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  writeFileSync(broken, bytes);
  expect((await run(second, 'second', ['backup', 'load', broken])).stderr).toContain('is damaged');
  const schemas = "select from pg_namespace where nspname = 'identity'";
  expect(await sql(server, 'second', schemas)).toEqual([]);
  const loaded = await run(second, 'second', ['backup', 'load', file]);
  expect(loaded).toMatchObject({ failed: undefined, stdout: expect.stringContaining('by pg_restore') });

  const again = await startPlatform({ dataDir: second, env: { DATABASE_URL: url('second') } });
  closing(() => again.stop());
  const session = await new Rest(again.url).post<{ accessToken: string }>('/api/v1/sessions', {
    ...{ email: account.email, password: account.password },
  });
  expect(session.status).toBe(201);
  const owner = new Rest(again.url).as(session.body.accessToken);
  expect(await owner.get('/api/v1/organisation')).toMatchObject({ status: 200, body: { name: 'Harbour' } });
  expect((await owner.post('/api/v1/api-keys', { name: 'key', scopes: ['org:read'] })).status).toBe(201);
});

async function sql(port: number, database: string, ...statements: string[]): Promise<unknown[]> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: PASSWORD, database });
  client.on('error', () => undefined);
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

/** Returns its port. */
async function startServer(bin: string): Promise<number> {
  const base = mkdtempSync(join(tmpdir(), 'tidegate-external-'));
  const identity = unprivilegedIdentity();
  const [data, file] = [join(base, 'data'), join(base, 'password')];
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(file, PASSWORD, { mode: 0o600 });
  if (identity) for (const path of [base, data, file]) chownSync(path, identity.uid, identity.gid);
  const given = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${file}`,
    '--no-sync',
    '--locale=C',
    '-E',
    'UTF8',
  ];
  execFileSync(join(bin, 'initdb'), given, { stdio: 'pipe', cwd: base, ...(identity ?? {}) });
  const port = await freePort();
  const own = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  const child: ChildProcess = spawn(join(bin, 'postgres'), own, {
    cwd: dirname(data),
    stdio: 'ignore',
    ...(identity ?? {}),
  });
  closing(async () => {
    child.kill('SIGQUIT');
    await until(() => hasEnded(child));
  });
  await until(
    async () => {
      if (hasEnded(child)) throw new Error('The external PostgreSQL has ended.');
      return sql(port, 'postgres', 'select 1').catch(() => false);
    },
    { withinMs: 60_000, what: 'The external PostgreSQL' },
  );
  return port;
}
