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
