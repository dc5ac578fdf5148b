import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closing } from '@tidegate/testing/closing';
import { testDatabase } from '@tidegate/testing/database';
import { until } from '@tidegate/testing/until';
import pg from 'pg';
import { type MigrateOptions, migrate } from './migrate.ts';

/** A database without anything in it, and a folder of migrations to write. */
async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  closing(() => rmSync(folder, { recursive: true }));
  const database = await testDatabase({ schema: 'every', folders: [] });
  closing(() => database.drop());
  const plan = { schema: 'let_go', role: database.login.user, password: database.login.password, folders: [folder] };
  const write = (name: string, sql: string, phase = '-- phase: expand') =>
    writeFileSync(join(folder, name), phase ? `${phase}\n${sql}` : sql);
  const run = (options?: MigrateOptions) => migrate(database.admin, [plan], options);
  const connect = async () => {
    const client = new pg.Client({ ...database.admin, options: '-c search_path=let_go' });
    client.on('error', () => undefined);
    await client.connect();
    closing(() => client.end());
    return client;
  };
  return { write, run, connect };
}

test('a server that ends the connection fails the migration and not the process, and it can be retried', async () => {
  const { write, run } = await open();
  write('0000-x.sql', 'select pg_terminate_backend(pg_backend_pid())');
  await expect(run()).rejects.toMatchObject({ cause: { code: '57P01' } });
  write('0000-x.sql', 'create table x ()');
  expect(await run()).toEqual(['let_go/0000-x.sql']);
});

test('a file that does not say what it is does not run; what it says is not compared afterwards', async () => {
  const { write, run } = await open();
  write('0000-x.sql', 'create table x ()', '');
  await expect(run()).rejects.toThrow(/0000-x\.sql does not say in its first line what it is.*-- phase: expand/s);
  write('0000-x.sql', 'create table x ()');
  await run();
  write('0000-x.sql', 'create table x ()', '-- phase: contract, unused since 0.1.0');
  expect(await run()).toEqual([]);
  write('0000-x.sql', 'create table y ()');
  await expect(run()).rejects.toThrow('was changed after it ran');
});

test('before a database that is in use changes something is done about it, and its failure leaves all as it was', async () => {
  const { write, run, connect } = await open();
  const asked: string[][] = [];
  const beforeChanging = async (pending: string[]): Promise<void> => void asked.push(pending);
  write('0000-x.sql', 'create table x ()');
  await run({ beforeChanging });
  await run({ beforeChanging });
  expect(asked).toEqual([]);
  write('0001-y.sql', 'create table y ()');
  await expect(run({ beforeChanging: () => Promise.reject(new Error('No space')) })).rejects.toThrow('No space');
  const { rows } = await (await connect()).query("select to_regclass('y') as y");
  expect(rows).toEqual([{ y: null }]);
  expect(await run({ beforeChanging })).toEqual(['let_go/0001-y.sql']);
  expect(asked).toEqual([['let_go/0001-y.sql']]);
});

const RELEASES = ['0.1.0', '0.2.0', '0.3.0', '0.4.0'].map((version) => ({ version, commit: `c${version}` }));

test('a release upgrades the one before it, may be followed by it, and refuses every other one with what to do', async () => {
  const { write, run, connect } = await open();
  const as = (version: string) =>
    run({ releases: RELEASES.slice(0, RELEASES.findIndex((one) => one.version === version) + 1) });
  write('0000-x.sql', 'create table x ()');
  // As the first release left it, which knew nothing of releases.
  await run();
  await expect(as('0.3.0')).rejects.toThrow(
    /at release 0\.1\.0, and 0\.3\.0 upgrades the one before it only.*git checkout --detach c0\.2\.0 && npx tidegate migrate && git checkout -/s,
  );
  await expect(as('0.4.0')).rejects.toThrow(/checkout --detach c0\.2\.0 .* && git checkout --detach c0\.3\.0 /s);
  await as('0.2.0');
  await as('0.3.0');
  // The way back by one, however often, and forward again.
  await as('0.2.0');
  await as('0.3.0');
  await as('0.2.0');
  await as('0.3.0');
  await as('0.4.0');
  await expect(as('0.1.0')).rejects.toThrow(/at release \S+, which 0\.1\.0 does not know.*Fix: start .* again/s);
  const { rows } = await (await connect()).query('select version, before from tidegate.releases order by version');
  expect(rows).toMatchObject([
    { version: '0.2.0', before: '0.1.0' },
    { version: '0.3.0', before: '0.2.0' },
    { version: '0.4.0', before: '0.3.0' },
  ]);
});

test('a migration that waits for a table does not hold up those who only read it', async () => {
  const { write, run, connect } = await open();
  write('0000-x.sql', 'create table x ()');
  await run();
  const reader = await connect();
  await reader.query('begin; select from x');
  write('0001-y.sql', 'alter table x add column y int');
  const migrated = run();
  const admin = await connect();
  await until(
    async () => (await admin.query("select from pg_locks where not granted and locktype = 'relation'")).rowCount,
    { what: 'The migration to wait' },
  );
  // It gives its place up and comes back, so this is answered while the first reader goes on.
  expect((await admin.query('select from x')).rowCount).toBe(0);
  await reader.query('commit');
  expect(await migrated).toEqual(['let_go/0001-y.sql']);
});

test('an index is built beside writers, and what a failed attempt left of it is built again', async () => {
  const { write, run, connect } = await open();
  write('0000-x.sql', 'create table x (y int); insert into x values (1), (1)');
  await run();
  const alone = '-- phase: expand, outside a transaction';
  // Stands for an attempt that the server ended.
  write('0001-index.sql', 'create unique index concurrently if not exists x_y on x (y)', alone);
  await expect(run()).rejects.toThrow('could not create unique index');
  write('0001-index.sql', 'create index concurrently if not exists x_y on x (y)', alone);
  expect(await run()).toEqual(['let_go/0001-index.sql']);
  const { rows } = await (await connect()).query(
    "select indisvalid as valid, indisunique as unique from pg_index where indexrelid = 'x_y'::regclass",
  );
  expect(rows).toEqual([{ valid: true, unique: false }]);
});
