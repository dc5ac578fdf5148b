import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrograms } from '@tidegate/backup/postgres/client-programs';
import { closing } from '@tidegate/testing/closing';
import { runStatements } from '@tidegate/testing/database';
import { findExternalPostgres, initialiseExternal, startExternal } from '@tidegate/testing/external-postgres';
import { Rest, startPlatform } from '@tidegate/testing/platform';
import { runTidegate } from '../../test/run-tidegate.ts';

test('programs are those of the server’s version or newer, and who has none is told what to install', () => {
  expect(() => findPrograms(98, { PATH: '/nowhere' })).toThrow(
    /pg_dump and pg_restore of PostgreSQL 98.*postgresql-client-98/s,
  );
});

test('an external PostgreSQL is dumped by its own pg_dump into a sealed file, and a new one has everything of it', async () => {
  const bin = findExternalPostgres('pg_dump');
  if (!bin) return void process.stderr.write('No PostgreSQL of Debian is installed: the test of dumps is left out.\n');
  const server = await startExternal(bin, initialiseExternal(bin));
  await runStatements(
    server('postgres').login,
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
  const url = (database: string, login?: string) =>
    login ? server(database).url.replace(/\/\/[^@]+@/, `//${login}@`) : server(database).url;

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
  expect(await runStatements(server('second').login, schemas)).toEqual([]);
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
