import { featureNotIncluded } from '@tidegate/contracts/kernel/problem';
import { listServers } from '@tidegate/contracts/monitor-agent/server-list';
import { showServerSeries } from '@tidegate/contracts/monitor-agent/server-series';
import { newId } from '@tidegate/database/ids';
import { addServer, everything } from '../../test/collector.ts';
import { useCollector, useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { ShowServerSeries } from '../overview/show-server-series.ts';
import { ListServers } from './list-servers.ts';

const store = useStore();
const server = useServer(FIRST_VERSION);

const list = (orgId: string, more: object = {}, plan = everything) =>
  store.call(new ListServers(plan), listServers, more, orgId);

/** A server with one minute of figures, taken so many minutes ago. */
async function addWithFigures(orgId: string, name: string, figures: Record<string, number> = {}, minutesAgo = 1) {
  const { serverId } = await addServer(store, server, { orgId, name });
  const columns = {
    span_us: 60_000_000,
    statement_span_us: 60_000_000,
    commits: 0,
    rollbacks: 0,
    rows_read: 0,
    rows_written: 0,
    blocks_hit: 0,
    blocks_read: 0,
    temp_files: 0,
    temp_bytes: 0,
    deadlocks: 0,
    calls: 0,
    call_us: 0,
    wal_bytes: 0,
    snapshots: 1,
    active_sum: 0,
    ...figures,
  };
  await store.tenants.run(orgId, async (tx) => {
    for (const table of ['server_minutes', 'server_hours'])
      await tx.query(
        `insert into ${table} (org_id, server_id, taken_at, ${Object.keys(columns).join(', ')})
         values ($1, $2, date_trunc('minute', now()) - make_interval(mins => $3), ${Object.values(columns).join(', ')})`,
        [orgId, serverId, minutesAgo],
      );
    await tx.query(
      `insert into activity_samples (org_id, server_id, taken_at, total, active, idle, idle_in_transaction, waiting,
         longest_transaction_us, busy, groups, sessions)
       values ($1, $2, now() - make_interval(mins => $3), 9, 2, 0, 0, $4, 0, 2, '[]', '[]')`,
      [orgId, serverId, minutesAgo, figures['waiting_max'] ?? 0],
    );
    await tx.query("update servers set state = 'ok', last_collected_at = now() where org_id = $1 and id = $2", [
      orgId,
      serverId,
    ]);
  });
  return serverId;
}
const names = async (orgId: string, more: object) => (await list(orgId, more)).items.map(({ name }) => name);

describe('the list of servers', () => {
  test('orders by what was figured out, whatever page it is', async () => {
    const orgId = newId();
    await addWithFigures(orgId, 'alpha', { commits: 60, calls: 10, call_us: 10_000 });
    await addWithFigures(orgId, 'beta', { commits: 600, waiting_max: 3, active_sum: 5 });
    await addWithFigures(orgId, 'gamma', { commits: 6, calls: 1, call_us: 90_000, blocks_hit: 1, blocks_read: 9 });
    await addServer(store, server, { orgId, name: 'never' });
    expect(await names(orgId, {})).toEqual(['alpha', 'beta', 'gamma', 'never']);
    expect(await names(orgId, { sort: 'commits' })).toEqual(['beta', 'alpha', 'gamma', 'never']);
    expect(await names(orgId, { sort: 'meanMs' })).toEqual(['gamma', 'alpha', 'beta', 'never']);
    expect((await names(orgId, { sort: 'cacheHit' }))[0]).toBe('gamma');
    expect(await names(orgId, { sort: 'worst' })).toEqual(['beta', 'never', 'alpha', 'gamma']);
    const first = await list(orgId, { sort: 'commits', limit: 3 });
    expect((await list(orgId, { sort: 'commits', limit: 3, cursor: first.nextCursor })).items[0]?.name).toBe('never');
  });

  test('searches, filters by state and counts the states on request', async () => {
    const orgId = newId();
    await addWithFigures(orgId, 'orders 100%');
    await addServer(store, server, { orgId, name: 'orders new' });
    await addServer(store, server, { orgId, name: 'other' });
    expect(await names(orgId, { search: 'ORDERS' })).toEqual(['orders 100%', 'orders new']);
    expect(await names(orgId, { search: '0%' })).toEqual(['orders 100%']);
    expect(await names(orgId, { state: 'ok' })).toEqual(['orders 100%']);
    expect((await list(orgId, { search: 'orders', count: true, state: 'ok' })).counts).toEqual({
      total: 2,
      pending: 1,
      ok: 1,
      unreachable: 0,
      paused: 0,
    });
    expect((await list(orgId)).counts).toBeNull();
  });

  test('a row has the last hour minute by minute, gaps as null, and what is wrong in words', async () => {
    const orgId = newId();
    await addWithFigures(orgId, 'busy', { active_sum: 4, snapshots: 2, waiting_max: 3, deadlocks: 2 }, 1);
    const [row] = (await list(orgId)).items;
    expect(row?.figures).toMatchObject({ active: 2, waiting: 3, connections: 9, commitsPerSecond: 0, meanMs: null });
    expect(row?.figures?.spark.filter((value) => value !== null)).toEqual([2]);
    expect(row?.findings.map(({ kind, severity, value }) => [kind, severity, value])).toEqual([
      ['blocked', 'critical', 3],
      ['deadlocks', 'info', 2],
    ]);
  });

  test('a plan without metrics shows none of them, and other organisations nothing', async () => {
    const orgId = newId();
    await addWithFigures(orgId, 'busy', { waiting_max: 3 });
    const none = {
      isDemo: async () => false,
      shows: async () => {
        throw featureNotIncluded({ feature: 'metrics', product: null, plan: 'free', upgradeTo: null });
      },
    } as never;
    const [row] = (await list(orgId, {}, none)).items;
    expect([row?.figures, row?.findings]).toEqual([null, []]);
    expect((await list(newId(), { count: true })).counts?.total).toBe(0);
  });
});

describe('figures of a server over time', () => {
  const series = (orgId: string, serverId: string, more: object = {}) =>
    store.call(new ShowServerSeries(), showServerSeries, { serverId, ...more }, orgId);
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

  test('rates count the time that was covered, and minutes without a snapshot are null', async () => {
    const orgId = newId();
    const serverId = await addWithFigures(orgId, 'one', { commits: 120, calls: 10, call_us: 50_000 }, 2);
    const { points, total, step, previous } = await series(orgId, serverId, { from: ago(10), to: ago(0) });
    expect([step, previous, points.filter(({ figures }) => figures !== null).length]).toEqual([60, null, 1]);
    expect(total).toMatchObject({ commitsPerSecond: 2, meanMs: 5, cacheHitRatio: null, deadlocks: 0 });
  });

  test('the period before has the same steps and ends where this one begins', async () => {
    const orgId = newId();
    const serverId = await addWithFigures(orgId, 'one', { commits: 60 }, 15);
    const { points, total, previous } = await series(orgId, serverId, {
      from: ago(10),
      to: ago(0),
      compare: 'previous',
    });
    expect(total.commitsPerSecond).toBeNull();
    expect(previous?.total.commitsPerSecond).toBe(1);
    expect(previous?.points.length).toBe(points.length);
    expect(previous?.range.to).toBe(points[0]?.at);
  });

  test('a year is read from hours, in at most 400 points', async () => {
    const orgId = newId();
    const serverId = await addWithFigures(orgId, 'one', { commits: 60 }, 2);
    const { points, step } = await series(orgId, serverId, { from: ago(365 * 24 * 60), to: ago(0) });
    expect(step % 3_600).toBe(0);
    expect(points.length).toBeLessThanOrEqual(400);
    expect(points.filter(({ figures }) => figures !== null)).toHaveLength(1);
  });
});

describe('what a collector stores', () => {
  beforeAll(() => store.releaseServers());
  const collecting = useCollector(store, server);

  test('is the sum of its samples, once for the minute and in its hour', async () => {
    const { serverId, orgId } = collecting.at;
    await collecting.takeSnapshot();
    for (let n = 0; n < 20; n += 1) await server.sql('select count(*) from pg_class');
    await collecting.takeSnapshot();
    const [sums] = await store.server.sql<Record<string, string>>(
      `select (select sum(c) from monitor_agent.database_samples s, unnest(s.commits) c where server_id = '${serverId}') as samples,
              (select sum(commits) from monitor_agent.server_minutes where server_id = '${serverId}') as minutes,
              (select sum(commits) from monitor_agent.server_hours where server_id = '${serverId}') as hours,
              (select sum(c.calls) from monitor_agent.statement_samples s, unnest(s.ids, s.calls) c(id, calls)
                 join monitor_agent.statements t on t.server_id = '${serverId}' and t.statement_id = c.id
                where s.server_id = '${serverId}' and t.toplevel) as calls,
              (select sum(calls) from monitor_agent.server_minutes where server_id = '${serverId}') as minute_calls`,
    );
    expect(Number(sums?.['minutes'])).toBeGreaterThan(0);
    expect([sums?.['minutes'], sums?.['hours']]).toEqual([sums?.['samples'], sums?.['samples']]);
    expect(Number(sums?.['minute_calls'])).toBeGreaterThanOrEqual(20);
    expect(sums?.['minute_calls']).toBe(sums?.['calls']);
    const [row] = (await list(orgId)).items;
    expect(row?.figures?.connections).toBeGreaterThanOrEqual(0);
  });
});
