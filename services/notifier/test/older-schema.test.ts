import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { closing } from '@tidegate/testing/closing';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from './fixture.ts';

const CLI = join(process.cwd(), 'cli/dist/main.js');

/* A process as a cluster starts it: beside the migrations of its version, or before them. */

test('a new version waits until its migrations are done, says so, and is not ready before', async () => {
  const world = await NotifierWorld.start();
  const [newest] = await world.sql<{ name: string; checksum: string }>(
    'delete from migrations where name = (select max(name) from migrations) returning name, checksum',
  );
  const { DATA_DIR: dataDir = '' } = world.env;
  const env = { ...world.env, PATH: process.env['PATH'], ROLES: 'notifier', HEALTH_PORT: '0' };
  const child = spawn(process.execPath, ['--no-warnings', join(process.cwd(), 'dist/main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: dataDir,
  });
  closing(async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  });
  let log = '';
  child.stdout.on('data', (part) => {
    log += part;
  });
  await until(() => log.includes(`the schema notifier lacks ${newest?.name}; tidegate migrate brings it up to date`), {
    withinMs: 60_000,
    what: 'it to say what it waits for',
  });
  expect(log).not.toContain('"Ready"');
  await world.sql('insert into migrations (name, checksum) values ($1, $2)', [newest?.name, newest?.checksum]);
  await until(() => log.includes('"Ready"'), { withinMs: 60_000, what: 'it to be ready' });
});

test('of a schema that nobody has brought up to date since then, it is not even allowed to know', async () => {
  const world = await NotifierWorld.start();
  await world.sql('revoke select on migrations from notifier');
  await expect(world.boot()).rejects.toThrow(/its migrations are older than this version/);
});

test('tidegate migrate with ROLES leaves a database to the services that are named', async () => {
  const world = await NotifierWorld.start();
  const schemas = async () => {
    const rows = await world.sql<{ name: string }>(
      "select nspname as name from pg_namespace where nspname not like 'pg\\_%' and nspname <> 'information_schema'",
    );
    return rows.map(({ name }) => name).sort();
  };
  const before = await schemas();
  const env = { ...world.env, PATH: process.env['PATH'], ROLES: 'notifier', TIDEGATE_EMBEDDED: undefined };
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', CLI, 'migrate'], { env });
  expect(stdout).toContain('Everything is up to date');
  expect(await schemas()).toEqual(before);
  expect(before).toContain('notifier');
  expect(before).not.toContain('billing');
});
