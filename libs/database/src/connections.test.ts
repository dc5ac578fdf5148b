import { connectDatabase } from '@tidegate/database/data-source';
import { DEFAULT_LIMITS } from '@tidegate/database/limits';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { droppingProxy } from '@tidegate/testing/dropping-proxy';
import { testSchema } from '@tidegate/testing/schema';
import { until } from '@tidegate/testing/until';

test('a session stays while it is busy, and makes room for a new one when loops only poll', async () => {
  const { tenants, close } = await testSchema('', { idleMs: 2_000 });
  const session = async () => {
    const [row] = await tenants.reader({}).query<{ pid: number }>('select pg_backend_pid() as pid');
    return row?.pid;
  };
  const busy = new Set<number | undefined>();
  const end = Date.now() + 6_000;
  while (Date.now() < end) busy.add(await session());
  expect([...busy]).toHaveLength(1);
  // So often that it is never idle for long.
  await until(async () => !busy.has(await session()), { withinMs: 40_000, everyMs: 350, what: 'another session' });
  await close();
});

const ALL = Array.from({ length: DEFAULT_LIMITS.poolSize });

test('whoever asks at once is served by fewer connections than would be opened for all, and each gets one who keeps it', async () => {
  const { tenants, close } = await testSchema('', { openingMs: 60_000 });
  const sessions = await Promise.all(
    ALL.map(async () => (await tenants.reader({}).query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid),
  );
  expect(new Set(sessions).size).toBeLessThan(ALL.length);
  let held = 0;
  const everybody = Promise.withResolvers<void>();
  await Promise.all(
    ALL.map(() =>
      tenants.system('test', async (tx) => {
        await tx.query('select 1');
        held += 1;
        if (held === ALL.length) everybody.resolve();
        await everybody.promise;
      }),
    ),
  );
  await close();
});

test('a connection that hangs while it is opened keeps nobody waiting', async () => {
  const schema = await testSchema();
  const proxy = await droppingProxy(schema.login.port);
  const dataSource = await connectDatabase({ ...schema.login, port: proxy.port, waitMs: 30_000 });
  const tenants = new TenantDatabase(dataSource);
  const ask = () => tenants.reader({}).query<{ n: number }>('select 1 as n');
  const [taken, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const held = tenants.system('test', async (tx) => {
    await tx.query('select 1');
    taken.resolve();
    await release.promise;
  });
  await taken.promise;
  proxy.swallow(true);
  const lost = ask().catch(() => 'lost');
  await until(() => proxy.dead() > 0, { withinMs: 10_000, what: 'A connection that hangs' });
  proxy.swallow(false);
  expect(await ask()).toEqual([{ n: 1 }]);
  release.resolve();
  await held;
  proxy.bury();
  await lost;
  await dataSource.destroy();
  await proxy.close();
  await schema.close();
});
