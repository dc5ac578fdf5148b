import { setTimeout } from 'node:timers/promises';
import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { metricsText } from '@tidegate/telemetry/metrics';
import { droppingProxy } from '@tidegate/testing/dropping-proxy';
import { type TestSchema, testSchema } from '@tidegate/testing/schema';
import { until } from '@tidegate/testing/until';

/** How long nothing gets through; the long form is like a real outage. */
const OUTAGE_MS = Number(process.env['DATABASE_OUTAGE_MS'] ?? 4_000);

let schema: TestSchema;
let proxy: Awaited<ReturnType<typeof droppingProxy>>;
let tenants: TenantDatabase;
let close: () => Promise<void>;
beforeAll(async () => {
  schema = await testSchema(`
    create table counters (org_id uuid primary key, n int not null);
    select tidegate.protect('counters');`);
  proxy = await droppingProxy(schema.login.port);
  const dataSource = await connectDatabase({ ...schema.login, port: proxy.port });
  tenants = new TenantDatabase(dataSource);
  close = () => dataSource.destroy();
});
afterAll(async () => {
  proxy.drop();
  await close();
  await proxy.close();
  await schema.close();
});

const orgs = Array.from({ length: 24 }, () => newId());
const count = (org: string) =>
  tenants.run(org, async (tx) => {
    await tx.query('select 1');
    await tx.query(
      'insert into counters values ($1, 1) on conflict (org_id) do update set n = counters.n + 1 where counters.org_id = $1',
      [org],
    );
  });
const nap = () => tenants.reader({}).query('select pg_sleep(0.2)');

/** Like a loop: again and again, whatever happens. Returns how to stop and how many have succeeded since. */
function keepCounting() {
  let stopped = false;
  const done = new Map<string, number>();
  const running = orgs.map(async (org) => {
    while (!stopped) {
      const ok = await count(org).then(
        () => true,
        () => false,
      );
      if (ok) done.set(org, (done.get(org) ?? 0) + 1);
      await setTimeout(20);
    }
  });
  return {
    done,
    stop: async () => {
      stopped = true;
      await Promise.all(running);
    },
  };
}

test('silently dropped connections are noticed, and work continues over new ones', async () => {
  const counting = keepCounting();
  await until(() => counting.done.size === orgs.length, { withinMs: 10_000, what: 'all counted once' });
  expect(proxy.drop()).toBeGreaterThan(4);
  counting.done.clear();
  await until(() => counting.done.size === orgs.length, { withinMs: 10_000, what: 'all counted after the drop' });

  // Nothing gets through for a while, on old connections and on new ones.
  proxy.swallow(true);
  proxy.drop();
  await setTimeout(OUTAGE_MS);
  proxy.swallow(false);
  counting.done.clear();
  await until(() => counting.done.size === orgs.length, { withinMs: 10_000, what: 'all counted after the outage' });
  await counting.stop();
});

test('locks of a dropped connection are free as soon as it is known to be dead', async () => {
  const org = orgs[0] as string;
  const holding = tenants.run(org, async (tx) => {
    await tx.query('select * from counters where org_id = $1 for update', [org]);
    proxy.drop();
    await tx.query('select 1');
  });
  await expect(holding).rejects.toThrow(/dropped/);
  await until(() => count(org).then(() => true), { withinMs: 10_000, what: 'the lock' });
});

test('a slow query is not mistaken for a dead connection', async () => {
  const dataSource = await connectDatabase({ ...schema.login, silenceMs: 300 });
  const impatient = new TenantDatabase(dataSource);
  expect(await impatient.reader({}).query('select 1 as one from pg_sleep(2)')).toEqual([{ one: 1 }]);
  await impatient.as({}, (tx) => tx.query('select pg_sleep(2)'));
  await dataSource.destroy();
});

test('work that waits too long for a connection fails with a reason, and the pool is intact afterwards', async () => {
  const dataSource = await connectDatabase({ ...schema.login, poolSize: 2, waitMs: 400 });
  const small = new TenantDatabase(dataSource);
  const slow = [1, 2].map(() => small.reader({}).query('select pg_sleep(2)'));
  await expect(small.reader({}).query('select 1')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  await Promise.all(slow);
  await Promise.all(Array.from({ length: 6 }, () => small.reader({}).query('select 1')));
  expect(await metricsText()).toMatch(/tidegate_database_wait_seconds_count\{service="every"\} [1-9]/);
  await dataSource.destroy();
});

test('a connection that is being opened when the pool closes does not delay it', async () => {
  const dataSource = await connectDatabase({ ...schema.login });
  const late = new TenantDatabase(dataSource)
    .reader({})
    .query('select 1')
    .catch(() => undefined);
  await dataSource.destroy();
  await late;
});

test('a busy event loop is no reason to drop a connection', async () => {
  const dataSource = await connectDatabase({ ...schema.login, waitMs: 500 });
  const busy = new TenantDatabase(dataSource);
  await Promise.all(Array.from({ length: 4 }, nap));
  const asked = Promise.all(Array.from({ length: 6 }, () => busy.reader({}).query('select 1')));
  await setTimeout(0);
  const until = Date.now() + 1_500;
  while (Date.now() < until);
  await asked;
  await dataSource.destroy();
});
