import { createServer, deleteServer } from '@tidegate/contracts/monitor-agent/server';
import { newId } from '@tidegate/database/ids';
import { Log } from '@tidegate/telemetry/log';
import { guard, secrets } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { CreateServer } from './create-server.ts';
import { DeleteServer } from './delete-server.ts';
import { tablesOfServers } from './removal.rows.ts';
import { REMOVE_SERVERS, RemoveServers } from './remove-servers.loop.ts';

const store = useStore({ daysBack: 31 });
const orgId = newId();
const unlimited = { claim: async () => {}, removing: (_tx: unknown, remove: () => unknown) => remove() };

const create = (name: string) =>
  store.call(
    new CreateServer(
      guard as never,
      secrets,
      unlimited as never,
      store.wakes as never,
      { require: async () => {} } as never,
    ),
    createServer,
    { name, host: '127.0.0.1', user: 'watcher', password: 'x' },
    orgId,
  );
const remove = (serverId: string) =>
  store.call(new DeleteServer(store.wakes as never, unlimited as never), deleteServer, { serverId }, orgId);
const turn = (signal = new AbortController().signal) => new RemoveServers(store.tenants, new Log()).turn({ signal });
const samples = (serverId: string, days: number) =>
  store.tenants.run(orgId, (tx) =>
    tx.query(
      `insert into activity_samples (org_id, server_id, taken_at, total, active, idle, idle_in_transaction, waiting,
         longest_transaction_us, busy, groups, sessions)
       select $1, $2, now() - make_interval(days => day), 1, 1, 0, 0, 0, 0, 0, '[]', '[]' from generate_series(1, $3) day`,
      [orgId, serverId, days],
    ),
  );
const rowsOf = async (serverId: string): Promise<number> => {
  const [row] = await store.server.sql<{ count: number }>(
    `select (select count(*) from monitor_agent.activity_samples where server_id = '${serverId}')::int
          + (select count(*) from monitor_agent.servers where id = '${serverId}')::int
          + (select count(*) from monitor_agent.server_removals where server_id = '${serverId}')::int as count`,
  );
  return row?.count ?? 0;
};

test('the request hides the server and wakes the deletion; its name is free at once', async () => {
  let woken = 0;
  store.wakes.on(REMOVE_SERVERS, () => {
    woken += 1;
  });
  const { id } = await create('Main');
  await samples(id, 5);
  await remove(id);
  expect(woken).toBe(1);
  expect(await rowsOf(id)).toBe(7);
  const { id: next } = await create('Main');
  await turn();
  expect(await rowsOf(id)).toBe(0);
  expect(await rowsOf(next)).toBe(1);
});

test('an interrupted turn is continued by the next; one server that fails does not stop the others', async () => {
  const [first, second] = [await create('First'), await create('Second')];
  for (const { id } of [first, second]) await samples(id, 3);
  for (const { id } of [first, second]) await remove(id);
  await turn(AbortSignal.abort());
  expect(await rowsOf(first.id)).toBe(5);
  // Refuses to let go of one row.
  await store.server.sql(
    `create function monitor_agent.keep() returns trigger language plpgsql as $$ begin raise 'kept'; end $$;
     create trigger keep before delete on monitor_agent.servers for each row
       when (old.id = '${first.id}') execute function monitor_agent.keep()`,
  );
  await turn();
  expect(await rowsOf(second.id)).toBe(0);
  expect(await rowsOf(first.id)).toBe(2);
  await store.server.sql('drop trigger keep on monitor_agent.servers');
  await turn();
  expect(await rowsOf(first.id)).toBe(0);
});

test('every table that has rows of a server is known', async () => {
  const tables = await store.tenants.system('retention', tablesOfServers);
  const names = tables.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['statement_chunks', 'statements', 'indexes', 'server_annotations']));
  expect(names.indexOf('statement_counters')).toBeLessThan(names.indexOf('statements'));
  expect(tables.find(({ name }) => name === 'statement_rollups')?.key).toBe('day');
  expect(tables.find(({ name }) => name === 'activity_samples')?.key).toBe('taken_at');
});
