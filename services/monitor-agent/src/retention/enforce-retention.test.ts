import { featureNotIncluded } from '@tidegate/contracts/kernel/problem';
import { uncoveredTables } from '@tidegate/database/catalogue';
import { newId } from '@tidegate/database/ids';
import { dropMonth, ensureDays, ensureMonths } from '@tidegate/database/partitions';
import { Log } from '@tidegate/telemetry/log';
import { until } from '@tidegate/testing/until';
import { addServer } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { createLease } from '../kernel/schedule/lease.rows.ts';
import { HOUR_CHUNKS, SERIES_TABLES } from '../series/rollup.rows.ts';
import { numberStatements, storeTexts } from '../statements/statement.rows.ts';
import { EnforceRetention } from './enforce-retention.loop.ts';
import { SAMPLE_TABLES } from './retention.rows.ts';

const store = useStore({ daysBack: 31 });

const turn = { signal: new AbortController().signal };
const keeper = (days: (orgId: string) => number, mostDays = 400) =>
  new EnforceRetention(
    store.tenants,
    { number: async (tx: { orgId: string }) => days(tx.orgId) } as never,
    { MONITOR_MAX_RETENTION_DAYS: mostDays } as never,
    new Log(),
  );

async function sampleDaysAgo(orgId: string, days: number): Promise<void> {
  const at = new Date(Date.now() - days * 86_400_000);
  await store.tenants.run(orgId, (tx) =>
    tx.query(
      `insert into activity_samples (org_id, server_id, taken_at, total, active, idle, idle_in_transaction, waiting,
         longest_transaction_us, busy, groups, sessions) values ($1, $1, $2, 1, 1, 0, 0, 0, 0, 0, '[]', '[]')`,
      [orgId, at],
    ),
  );
}
const agesOf = async (orgId: string): Promise<number[]> => {
  const rows = await store.server.sql<{ days: number }>(
    `select (extract(epoch from now() - taken_at) / 86400)::int as days from monitor_agent.activity_samples
      where org_id = '${orgId}' order by 1`,
  );
  return rows.map(({ days }) => days);
};

test('each organisation keeps what its plan says', async () => {
  const [short, long, none] = [newId(), newId(), newId()];
  for (const orgId of [short, long, none]) {
    await store.tenants.run(orgId, (tx) => createLease(tx, newId()));
    for (const days of [0, 3, 10, 30]) await sampleDaysAgo(orgId, days);
  }
  await keeper((orgId) => {
    if (orgId === none)
      throw featureNotIncluded({ feature: 'monitoring', product: null, plan: 'free', upgradeTo: null });
    return orgId === short ? 7 : 365;
  }).turn(turn);
  expect(await agesOf(short)).toEqual([0, 3]);
  expect(await agesOf(long)).toEqual([0, 3, 10, 30]);
  expect(await agesOf(none)).toEqual([0]);
});

test('old incidents expire like samples', async () => {
  const orgId = newId();
  const serverId = newId();
  await store.tenants.run(orgId, async (tx) => {
    await createLease(tx, serverId);
    await tx.query(
      `insert into servers (org_id, id, name, host, port, database_name, user_name, password, tls_mode)
       values ($1, $2, 'db', 'h', 1, 'd', 'u', 'p', 'disable')`,
      [orgId, serverId],
    );
    for (const days of [0, 10])
      await tx.query(
        `insert into blocking_incidents (org_id, server_id, root_key, started_at, last_seen_at, ongoing, root_pid,
           most_blocked, deepest, longest_wait_seconds)
         values ($1, $2, $3, $4, $4, false, 1, 1, 1, 1)`,
        [orgId, serverId, `key ${days}`, new Date(Date.now() - days * 86_400_000)],
      );
  });
  await keeper(() => 7).turn(turn);
  const left = await store.server.sql<{ root_key: string }>(
    `select root_key from monitor_agent.blocking_incidents where org_id = '${orgId}'`,
  );
  expect(left.map(({ root_key }) => root_key)).toEqual(['key 0']);
});

test('dropped databases, tables and indexes are deleted when no figures of them are left', async () => {
  const { orgId, serverId } = await addServer(store, store.server);
  const gone = [null, new Date(), new Date(Date.now() - 10 * 86_400_000)];
  await store.tenants.run(orgId, async (tx) => {
    for (const [oid, at] of gone.entries()) {
      const row = [orgId, serverId, oid, at];
      await tx.query(
        `insert into databases (org_id, server_id, oid, gone_at, name, connections, transaction_age, counters)
         values ($1, $2, $3, $4, 'd', 0, 0, '{1}')`,
        row,
      );
      await tx.query(
        `insert into tables (org_id, server_id, database_oid, oid, gone_at, database_name, schema_name, name, kind,
           live_rows, dead_rows, counters) values ($1, $2, 5, $3, $4, 'd', 's', 't', 'table', 0, 0, '{1}')`,
        row,
      );
      await tx.query(
        `insert into indexes (org_id, server_id, database_oid, oid, gone_at, table_oid, database_name, schema_name,
           table_name, name, is_unique, is_primary, is_valid, counters)
         values ($1, $2, 5, $3, $4, 1, 'd', 's', 't', 'i', false, false, true, '{1}')`,
        row,
      );
    }
  });
  await keeper(() => 7).turn(turn);
  for (const table of ['databases', 'tables', 'indexes']) {
    const left = await store.server.sql<{ oid: string }>(
      `select oid from monitor_agent.${table} where org_id = '${orgId}' order by oid`,
    );
    expect([table, ...left.map(({ oid }) => Number(oid))]).toEqual([table, 0, 1]);
  }
});

test('sums expire like what they are sums of; a month goes with the first of its days', async () => {
  const { orgId, serverId } = await addServer(store, store.server);
  const day = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000);
  const daysAgo = (days: number) => new Date(day.getTime() - days * 86_400_000);
  await store.tenants.run(orgId, async (tx) => {
    for (const days of [1, 10]) {
      const zeros = (
        await tx.query<{ name: string }>(
          `select attname as name from pg_attribute where attrelid = 'server_days'::regclass and attnum > 0 and attnotnull
            and attname not in ('org_id', 'server_id', 'taken_at') and not attisdropped`,
        )
      ).map(({ name }) => name);
      await tx.query(
        `insert into server_days (org_id, server_id, taken_at, ${zeros.join(', ')})
         values ($1, $2, $3, ${zeros.map(() => '0').join(', ')})`,
        [orgId, serverId, daysAgo(days)],
      );
      await tx.query(
        `insert into statement_months (org_id, server_id, month, first_at, last_at, span_us, gaps, resets, lost_us, evictions,
           active_us, hour_blob, sum_blob, day_blob) values ($1, $2, ($3::timestamptz at time zone 'utc')::date, $3, $3, 0, 0, 0, 0, 0, '{}', '', '', '')`,
        [orgId, serverId, daysAgo(days)],
      );
      for (const unit of ['hour', 'day', 'month'])
        await tx.query(
          `insert into index_rollups (org_id, server_id, unit, begins_at, database_oid, span_us, ids, partial, scans, rows_read,
             rows_fetched, blocks_read, blocks_hit) values ($1, $2, $3, $4, 5, 0, '{}', '{}', '{}', '{}', '{}', '{}', '{}')`,
          [orgId, serverId, unit, daysAgo(days)],
        );
    }
  });
  await keeper(() => 7).turn(turn);
  const left = async (table: string, time: string) =>
    store.server.sql(
      `select 1 from monitor_agent.${table} where server_id = '${serverId}' and ${time} >= now() - interval '3 days'`,
    );
  const all = (table: string) =>
    store.server.sql(`select 1 from monitor_agent.${table} where server_id = '${serverId}'`);
  for (const [table, time, count] of [
    ['server_days', 'taken_at', 1],
    ['statement_months', 'month', 1],
    ['index_rollups', 'begins_at', 3],
  ] as const) {
    expect([table, (await all(table)).length]).toEqual([table, count]);
    expect([table, (await left(table, time)).length]).toEqual([table, count]);
  }
});

test('statements that disappeared long ago are deleted with the keys that no other statement has', async () => {
  const { orgId, serverId } = await addServer(store, store.server);
  await store.tenants.run(orgId, async (tx) => {
    const keys = ['5/10/1/t', '5/10/2/t', '5/11/2/t'];
    const { ids } = await numberStatements(tx, serverId, keys, { database: () => 'd', role: () => 'r' });
    const texts = [...ids.values()].map((id, index) => ({
      id,
      text: { text: `select ${index}`, truncated: false, fingerprint: index === 0 ? 'alone' : 'shared' },
    }));
    await storeTexts(tx, serverId, texts);
    await tx.query(`update statements set gone_at = now() - interval '8 days' where org_id = $1 and role_oid = 10`, [
      orgId,
    ]);
  });
  await keeper(() => 7).turn(turn);
  const left = await store.server.sql<{ role_oid: string; fingerprint: string }>(
    `select role_oid, fingerprint from monitor_agent.query_keys
       left join monitor_agent.statements using (server_id, query_key) where server_id = '${serverId}'`,
  );
  expect(left).toEqual([{ role_oid: '11', fingerprint: 'shared' }]);
});

test('whole days past the longest plan are dropped; tomorrow has a partition in every table', async () => {
  const orgId = newId();
  await sampleDaysAgo(orgId, 30);
  await keeper(() => 365, 20).turn(turn);
  expect(await agesOf(orgId)).toEqual([]);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  for (const table of SAMPLE_TABLES) {
    const [found] = await store.server.sql<{ name: string | null }>(
      `select to_regclass('monitor_agent.${table}_${tomorrow}')::text as name`,
    );
    expect(found?.name).not.toBeNull();
  }
});

const exists = async (table: string): Promise<boolean> => {
  const [found] = await store.server.sql<{ name: string | null }>(
    `select to_regclass('monitor_agent.${table}')::text as name`,
  );
  return found?.name !== null;
};
const dayName = (daysAgo: number) =>
  new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
const chunksDaysAgo = (orgId: string, ...daysAgo: number[]) =>
  store.tenants.run(orgId, async (tx) => {
    for (const days of daysAgo) {
      await tx.query(
        `insert into statement_chunks (org_id, server_id, day, part, chunk, points, blob)
         values ($1, $1, (now() at time zone 'utc')::date - $2::int, 1, 1, 1, '')`,
        [orgId, days],
      );
    }
  });
const chunkAges = async (orgId: string) => {
  const rows = await store.server.sql<{ age: number }>(
    `select (now() at time zone 'utc')::date - day as age from monitor_agent.statement_chunks
      where org_id = '${orgId}' order by 1`,
  );
  return rows.map(({ age }) => age);
};

describe('series', () => {
  beforeAll(async () => {
    for (const table of SERIES_TABLES) {
      await store.tenants.system('partitions', (tx) =>
        ensureMonths(tx, table, { from: new Date(Date.now() - 130 * 86_400_000), to: new Date() }),
      );
    }
  });

  test('months lie ready, in both tables, closed like their parent', async () => {
    await keeper(() => 365).onApplicationBootstrap();
    const nextMonth = new Date(Date.now() + 31 * 86_400_000).toISOString().slice(0, 7).replace('-', '');
    for (const table of SERIES_TABLES) expect(await exists(`${table}_${nextMonth}`)).toBe(true);
    const open = await store.server.sql(
      `select relname from pg_class where relname ~ '^statement_(rollups|chunks|hour_chunks)' and relkind in ('r', 'p')
          and not (relrowsecurity and relforcerowsecurity)`,
    );
    expect(open).toEqual([]);
  });

  test('days past the plan go, and whole months past the longest', async () => {
    const [short, long] = [newId(), newId()];
    for (const orgId of [short, long]) {
      await store.tenants.run(orgId, (tx) => createLease(tx, newId()));
      await chunksDaysAgo(orgId, 0, 6, 7, 8, 60, 120);
    }
    const oldest = new Date(Date.now() - 120 * 86_400_000).toISOString().slice(0, 7).replace('-', '');
    expect(await exists(`statement_chunks_${oldest}`)).toBe(true);
    await keeper((orgId) => (orgId === short ? 7 : 365), 80).turn(turn);
    expect(await chunkAges(short)).toEqual([0, 6, 7]);
    expect(await chunkAges(long)).toEqual([0, 6, 7, 8, 60]);
    expect(await exists(`statement_chunks_${oldest}`)).toBe(false);
  });

  test('a month that is being read is dropped later, and writers do not wait for that', async () => {
    const orgId = newId();
    await store.tenants.run(orgId, (tx) => createLease(tx, newId()));
    await chunksDaysAgo(orgId, 60);
    const reader = await store.server.client();
    await reader.query('begin; select count(*) from monitor_agent.statement_chunks');
    const dropping = store.tenants.system('partitions', (tx) => dropMonth(tx, 'statement_chunks', 10));
    await Promise.all([expect(dropping).rejects.toMatchObject({ code: '55P03' }), chunksDaysAgo(orgId, 1)]);
    const kept = keeper(() => 365, 10).turn(turn);
    await until(async () => {
      const [waiting] = await store.server.sql<{ count: number }>(
        "select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      );
      return waiting?.count;
    });
    await reader.query('commit');
    await kept;
    expect(await chunkAges(orgId)).toEqual([1]);
  });

  test('a day is dropped early only when everything has moved away from it', async () => {
    const orgId = newId();
    const insert = `insert into statement_hour_chunks (org_id, server_id, hour, part, chunk, points, blob)
                    values ($1, $1, now() - interval '5 days', 1, -1, 1, '')`;
    await store.tenants.system('partitions', (tx) => ensureDays(tx, HOUR_CHUNKS, { back: 6, ahead: 0 }));
    await store.tenants.run(orgId, (tx) => tx.query(insert, [orgId]));
    await keeper(() => 365).turn(turn);
    expect(await exists(`${HOUR_CHUNKS}_${dayName(4)}`)).toBe(false);
    expect(await exists(`${HOUR_CHUNKS}_${dayName(5)}`)).toBe(true);
    expect(await exists(`${HOUR_CHUNKS}_${dayName(2)}`)).toBe(true);
    await store.tenants.run(orgId, (tx) => tx.query(`delete from ${HOUR_CHUNKS} where org_id = $1`, [orgId]));
    await keeper(() => 365).turn(turn);
    expect(await exists(`${HOUR_CHUNKS}_${dayName(5)}`)).toBe(false);
  });
});

test('every table is closed with row-level security, or says why not', async () => {
  const client = await store.server.client();
  expect(await uncoveredTables(client, 'monitor_agent')).toEqual([]);
  await client.end();
});

test('replicas that create the same months at the same time do not conflict', async () => {
  const make = () =>
    store.tenants.run(newId(), (tx) =>
      ensureMonths(tx, 'statement_rollups', { from: new Date('2091-01-01'), to: new Date('2092-12-31') }),
    );
  await Promise.all(Array.from({ length: 6 }, make));
  const [made] = await store.server.sql<{ months: string }>(
    "select count(*) as months from pg_class where relname ~ '^statement_rollups_209[12]..$'",
  );
  expect(made?.months).toBe('24');
});
