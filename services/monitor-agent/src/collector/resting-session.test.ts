import { addServer, collectOnce, Replica } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';

const store = useStore();
const server = useServer(FIRST_VERSION);

const sessions = async () => {
  const [row] = await server.sql<{ open: number; all: number }>(
    `select (select count(*)::int from pg_stat_activity where usename = 'watcher' and datname = 'postgres') as open,
            (select sessions::int from pg_stat_database where datname = 'postgres') as all`,
  );
  return row as { open: number; all: number };
};
const stored = async (serverId: string) => {
  const [row] = await store.server.sql<{ state: string; gaps: number; events: number }>(
    `select (select state from monitor_agent.servers where id = '${serverId}') as state,
            (select count(*)::int from monitor_agent.statement_samples where server_id = '${serverId}' and gap) as gaps,
            (select count(*)::int from monitor_agent.outbox where subject like 'evt.monitor-agent.server.%') as events`,
  );
  return row;
};

test('a session without work for half a minute is closed, and goes on where it was', async () => {
  const replica = new Replica(store, { probe: 45, minute: 60 });
  const { serverId } = await addServer(store, server);
  // The first two come in quick succession, others and texts soon after them.
  await collectOnce(store, replica, serverId);
  await collectOnce(store, replica, serverId);
  await replica.turnUntil(async () => (await sessions()).open === 0);
  const before = await stored(serverId);
  expect(before).toMatchObject({ state: 'ok', gaps: 0 });
  await server.sql('select 1 as what_happened_meanwhile');
  await replica.turn();
  expect((await sessions()).open).toBe(0);
  await collectOnce(store, replica, serverId);
  expect(await stored(serverId)).toEqual(before);
  await replica.turnUntil(async () => (await sessions()).open === 0);
  await replica.stop();
});

test('one that is looked at every few seconds stays', async () => {
  const replica = new Replica(store, { probe: 10, minute: 60 });
  const { serverId } = await addServer(store, server);
  await collectOnce(store, replica, serverId);
  await collectOnce(store, replica, serverId);
  const pid = async () => {
    const [row] = await server.sql<{ pids: string }>(
      `select string_agg(pid::text, ',' order by pid) as pids from pg_stat_activity where usename = 'watcher' and datname = 'postgres'`,
    );
    return row?.pids;
  };
  const first = await pid();
  expect(first).toMatch(/^\d/);
  await collectOnce(store, replica, serverId);
  expect(await pid()).toBe(first);
  await replica.stop();
});
