import { addServer, Replica, type WatchedServer } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { ALL_VERSIONS } from '../../test/postgres-server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const store = useStore();

describe.each(ALL_VERSIONS)('sizes of the tables of a real server ($name)', (binaries) => {
  const server = useServer(binaries, { settings: { autovacuum: 'off' } });
  let replica: Replica;
  let at: WatchedServer;

  beforeAll(async () => {
    await server.sql(`create table written (id int);
      create table secret (id int);
      create table shapely (id int, other int);
      create index shapely_id on shapely (id)`);
    at = await addServer(store, server);
    replica = new Replica(store, { minute: 60, probe: 60 });
    server.beforeStop(() => replica.stop());
  });

  const sizes = async () => {
    const rows = await store.server.sql<{ name: string; bytes: string | null }>(
      `select name, heap_bytes as bytes from monitor_agent.tables where server_id = '${at.serverId}'`,
    );
    return Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes === null ? null : Number(bytes)]));
  };
  const databaseBytes = async () => {
    const [row] = await store.server.sql<{ bytes: string | null }>(
      `select bytes from monitor_agent.databases where server_id = '${at.serverId}' and name = 'postgres'`,
    );
    return Number(row?.bytes ?? 0);
  };
  const columns = async () => {
    const rows = await store.server.sql<{ columns: string[] }>(
      `select columns from monitor_agent.indexes where server_id = '${at.serverId}' and columns is not null order by oid`,
    );
    return rows.map((row) => row.columns.join());
  };

  test('what was written to is measured again, what only grew unseen within six hours', async () => {
    await replica.turnUntil(async () => (await sizes())['shapely'] === 0);
    const before = await databaseBytes();
    // Nothing is counted of what this session does.
    await server.sql('set track_counts = off;\n insert into secret select generate_series(1, 1000)');
    await server.sql('insert into written select generate_series(1, 1000)');
    replica.putForward(16 * MINUTE);
    await replica.turnUntil(async () => Number((await sizes())['written']) > 30_000, { stepMs: MINUTE });
    expect((await sizes())['secret']).toBe(0);
    expect(await databaseBytes()).toBeGreaterThan(before);
    replica.putForward(6 * HOUR);
    await replica.turnUntil(async () => Number((await sizes())['secret']) > 30_000, { stepMs: MINUTE });
  });

  test('shapes of new indexes are read with the next sizes, renamed columns within the hour', async () => {
    await server.sql('create index shapely_other on shapely (other)');
    replica.putForward(16 * MINUTE);
    await replica.turnUntil(async () => (await columns()).join(' ') === 'id other', { stepMs: MINUTE });
    await server.sql('alter table shapely rename column other to another');
    replica.putForward(61 * MINUTE);
    await replica.turnUntil(async () => (await columns()).join(' ') === 'id another', { stepMs: MINUTE });
  });
});
