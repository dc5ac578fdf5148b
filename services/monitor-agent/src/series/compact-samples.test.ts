import { deleteServer } from '@tidegate/contracts/monitor-agent/server';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { showStatementSeries } from '@tidegate/contracts/monitor-agent/statement-series';
import { newId } from '@tidegate/database/ids';
import { purgeOrganisation } from '@tidegate/database/purge-organisation';
import { Log } from '@tidegate/telemetry/log';
import { addServer } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { STORE_VERSIONS } from '../../test/postgres-server.ts';
import {
  delta,
  type MadeSnapshot,
  makeStatements,
  quietSnapshot,
  storeSnapshot,
} from '../../test/statement-samples.ts';
import { byHand, summary } from '../../test/statement-truth.ts';
import { DeleteServer } from '../servers/delete-server.ts';
import { RemoveServers } from '../servers/remove-servers.loop.ts';
import { ShowStatementSeries } from '../statements/show-statement-series.ts';
import { TopStatements } from '../statements/top-statements.ts';
import { CompactSamples } from './compact-samples.loop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const today = () => Math.floor(Date.now() / DAY) * DAY;
const TABLES = [
  'statement_samples',
  'statement_rollups',
  'statement_chunks',
  'statement_hour_chunks',
  'statement_months',
];

describe.each(STORE_VERSIONS)('compacting samples ($name)', (binaries) => {
  const store = useStore({ binaries, daysBack: 4 });
  afterEach(() => store.releaseServers());

  const replica = (now: number) => {
    const loop = new CompactSamples(store.tenants, new Log());
    loop.now = () => now;
    return async () => {
      while ((await loop.turn({ signal: new AbortController().signal })) === 'again');
    };
  };
  const rows = async (table: string, serverId: string) => {
    const [row] = await store.server.sql<{ count: number }>(
      `select count(*)::int as count from monitor_agent.${table} where server_id = '${serverId}'`,
    );
    return row?.count ?? 0;
  };
  const stored = async (serverId: string) => {
    const [row] = await store.server.sql<{ snapshots: number; points: number; samples: number }>(
      `select (select coalesce(sum(snapshots), 0)::int from monitor_agent.statement_rollups where server_id = '${serverId}') as snapshots,
              (select coalesce(sum(points), 0)::int
                 from (select server_id, points from monitor_agent.statement_chunks
                       union all select server_id, points from monitor_agent.statement_hour_chunks) p
                where server_id = '${serverId}') as points,
              (select count(*)::int from monitor_agent.statement_samples where server_id = '${serverId}') as samples`,
    );
    return row;
  };

  /** A snapshot every ten minutes for so many hours, two days and a half ago. */
  async function history(hours: number) {
    const at = await addServer(store, store.server);
    const ids = await makeStatements(store, at.orgId, at.serverId, 6);
    const begin = today() - 2 * DAY - 12 * HOUR;
    const snapshots: MadeSnapshot[] = [];
    for (let now = begin; now < begin + hours * HOUR; now += 10 * MINUTE) {
      const minute = Math.floor((now - begin) / MINUTE);
      const busy = ids.filter((_, index) => minute % (index + 1) === 0);
      snapshots.push({
        ...quietSnapshot(new Date(now)),
        deltas: busy.map((id) => delta(id, 1 + (minute % 7), 1_000 + minute)),
      });
    }
    for (const snapshot of snapshots) await storeSnapshot(store, at.orgId, at.serverId, snapshot);
    const points = snapshots.reduce((sum, snapshot) => sum + snapshot.deltas.length, 0);
    return { ...at, ids, begin, snapshots, points };
  }

  test('two replicas at once store every snapshot once, in rollups of hours and then of days', async () => {
    const { serverId, snapshots, points, begin } = await history(20);
    await Promise.all([replica(begin + 10 * HOUR)(), replica(begin + 10 * HOUR)()]);
    // Nine hours ended an hour ago or earlier.
    expect(await stored(serverId)).toEqual({
      snapshots: 54,
      points: expect.any(Number),
      samples: snapshots.length - 54,
    });
    expect(await rows('statement_rollups', serverId)).toBe(9);
    await Promise.all([replica(begin + 6 * DAY)(), replica(begin + 6 * DAY)(), replica(begin + 6 * DAY)()]);
    expect(await stored(serverId)).toEqual({ snapshots: snapshots.length, points, samples: 0 });
    expect(await rows('statement_hour_chunks', serverId)).toBe(0);
    expect(await rows('statement_rollups', serverId)).toBe(2);
  });

  test('a day says how long sessions were active also when the samples that it was counted from are gone', async () => {
    const { serverId, begin } = await history(5);
    await replica(begin + 7 * HOUR)();
    await store.server.sql(
      `update monitor_agent.statement_rollups set active_us = array_fill(hour * 1000::bigint, '{24}') where server_id = '${serverId}'`,
    );
    const [hours] = await store.server.sql<{ us: number }>(
      `select sum(hour * 1000)::int as us from monitor_agent.statement_rollups where server_id = '${serverId}'`,
    );
    await replica(begin + 6 * DAY)();
    const days = await store.server.sql<{ hour: number | null; active_us: string[] }>(
      `select hour, active_us from monitor_agent.statement_rollups where server_id = '${serverId}'`,
    );
    expect(days).toEqual([{ hour: null, active_us: new Array(24).fill(String(hours?.us)) }]);
  });

  test('a concurrent reader sees every call once', async () => {
    const { orgId, serverId, snapshots, ids, begin } = await history(24);
    const [from, to] = [begin + 25 * MINUTE, begin + 23 * HOUR + 35 * MINUTE];
    const input = { serverId, from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: 500 };
    const truth = byHand(snapshots, from, to, ids);
    let moving = true;
    const done = replica(begin + 6 * DAY)().finally(() => {
      moving = false;
    });
    let reads = 0;
    const reader = async () => {
      while (moving) {
        expect(
          summary(await store.call(new TopStatements(store.tenants, store.kept), topStatements, input, orgId)),
        ).toEqual(truth);
        reads += 1;
      }
    };
    await Promise.all([done, reader(), reader()]);
    expect(reads).toBeGreaterThan(4);
    expect((await stored(serverId))?.samples).toBe(0);
  });

  test('a move that fails changes nothing, holds up no other server, and is made up for', async () => {
    const broken = await history(3);
    const whole = await history(3);
    await store.server.sql(
      `create function monitor_agent.refuse() returns trigger language plpgsql as 'begin raise exception ''full''; end'`,
    );
    await store.server.sql(
      `create trigger refuse before insert on monitor_agent.statement_hour_chunks for each row
         when (new.server_id = '${broken.serverId}') execute function monitor_agent.refuse()`,
    );
    await replica(broken.begin + 8 * HOUR)();
    expect(await stored(broken.serverId)).toEqual({ snapshots: 0, points: 0, samples: broken.snapshots.length });
    expect(await stored(whole.serverId)).toEqual({
      snapshots: whole.snapshots.length,
      points: whole.points,
      samples: 0,
    });
    await store.server.sql(
      'drop trigger refuse on monitor_agent.statement_hour_chunks;\n drop function monitor_agent.refuse()',
    );
    await replica(broken.begin + 8 * HOUR)();
    expect(await stored(broken.serverId)).toEqual({
      snapshots: broken.snapshots.length,
      points: broken.points,
      samples: 0,
    });
  });

  test('a deleted server leaves nothing, nor does a deleted organisation, and what is late is not moved', async () => {
    const gone = await history(20);
    const forgotten = await history(20);
    await replica(gone.begin + 3 * DAY - 6 * HOUR)();
    for (const { serverId } of [gone, forgotten])
      for (const table of TABLES.slice(1)) expect(await rows(table, serverId)).toBeGreaterThan(0);
    const unlimited = { removing: (_tx: unknown, remove: () => unknown) => remove() } as never;
    await store.call(
      new DeleteServer(store.wakes as never, unlimited),
      deleteServer,
      { serverId: gone.serverId },
      gone.orgId,
    );
    await new RemoveServers(store.tenants, new Log()).turn({ signal: new AbortController().signal });
    await purgeOrganisation(store.tenants, forgotten.orgId);
    for (const { serverId } of [gone, forgotten])
      for (const table of TABLES) expect([table, await rows(table, serverId)]).toEqual([table, 0]);
    await storeSnapshot(store, gone.orgId, gone.serverId, quietSnapshot(new Date(gone.begin), [delta(1, 1, 1)]));
    await replica(gone.begin + 6 * DAY)();
    expect(await rows('statement_rollups', gone.serverId)).toBe(0);
  });

  test('a series of what does not exist, or is not ours, is not found; what is no number is refused', async () => {
    const { orgId, serverId, ids } = await history(1);
    const statementId = String(ids[0]);
    const ask = (more: object, org = orgId) =>
      store.call(new ShowStatementSeries(store.tenants), showStatementSeries, { serverId, statementId, ...more }, org);
    await expect(ask({ statementId: '999999999999999' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(ask({}, newId())).rejects.toMatchObject({ code: 'not_found' });
    await expect(ask({ serverId: newId() })).rejects.toMatchObject({ code: 'not_found' });
    for (const wrong of ['-1', '1.5', 'x', '', '9223372036854775808'])
      await expect(ask({ statementId: wrong })).rejects.toMatchObject({ code: 'validation_failed' });
    await expect(ask({ step: 0 })).rejects.toMatchObject({ code: 'validation_failed' });
    await expect(ask({ from: '2027-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'validation_failed',
    });
    expect((await ask({})).points).toHaveLength(61);
  });
});
