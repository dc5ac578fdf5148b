import { ensureMonths } from '@tidegate/database/partitions';
import { Log } from '@tidegate/telemetry/log';
import { ageByADay, bytesOf } from '@tidegate/testing/age-rows';
import type pg from 'pg';
import { useCollector, useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { RollUpWaits } from '../activity/roll-up-waits.loop.ts';
import { RollUpRelations } from '../relations/roll-up-relations.loop.ts';
import { CompactSamples } from '../series/compact-samples.loop.ts';
import { HOUR_CHUNKS, SERIES_TABLES } from '../series/rollup.rows.ts';
import { RollUpDays } from '../server-figures/roll-up-days.loop.ts';
import { EnforceRetention } from './enforce-retention.loop.ts';
import { SAMPLE_TABLES } from './retention.rows.ts';

/*
 * What is measured of a server in fast motion: a real server under the real collector, whose statements, tables and indexes
 * change every day.
 */
const RETENTION_DAYS = 3;
const MOST_DAYS = 5;
const FULL_AFTER_DAYS = 8;
const DAYS = 28;
const DAY_MS = 86_400_000;

const store = useStore({ daysBack: MOST_DAYS + 3 });
const server = useServer(FIRST_VERSION);
const collecting = useCollector(store, server);

test('once what is kept of a watched server is full, three weeks more take no more room', async () => {
  const { signal } = new AbortController();
  const [log, admin] = [new Log(), await store.server.client()];
  const run = async (text: string) => (await admin.query<pg.QueryResultRow>(text)).rows;
  await run('set search_path = monitor_agent');
  const compact = new CompactSamples(store.tenants, log);
  const rollUps = [RollUpWaits, RollUpRelations, RollUpDays].map((one) => new one(store.tenants, log));
  const retention = new EnforceRetention(
    store.tenants,
    { number: async () => RETENTION_DAYS } as never,
    { MONITOR_MAX_RETENTION_DAYS: MOST_DAYS } as never,
    log,
  );
  const upkeep = async () => {
    while ((await compact.turn({ signal })) === 'again');
    for (const one of rollUps) await one.turn({ signal });
    await retention.turn({ signal });
  };
  const work = async (day: number) => {
    await server.sql(`select pg_stat_statements_reset();
      create table of_day_${day} (id int primary key, text text);
      insert into of_day_${day} select n, n::text from generate_series(1, 100) n`);
    if (day > 3) await server.sql(`drop table of_day_${day - 3}`);
    for (const end of ['', ' order by 1', ' limit 1', ' order by 1 limit 1', ' order by 1 desc'])
      await server.sql(`select id from of_day_${day}${end}`);
  };
  const sizes = new Map<number, number>();
  for (let day = 1; day <= DAYS; day += 1) {
    await work(day);
    await collecting.takeSnapshot();
    await upkeep();
    if (day % 4 === 0) sizes.set(day, await bytesOf(run, 'monitor_agent'));
    // As far back as the oldest goes before it is deleted.
    for (const table of [...SAMPLE_TABLES, HOUR_CHUNKS])
      await run(`select ensure_day_partitions('${table}', ${MOST_DAYS + 5}, 3)`);
    const from = new Date(Date.now() - 40 * DAY_MS);
    for (const table of SERIES_TABLES)
      await store.tenants.system('partitions', (tx) => ensureMonths(tx, table, { from, to: new Date() }));
    await ageByADay(run, 'monitor_agent');
  }
  const [first = 0, full = 0, last = 0] = [4, FULL_AFTER_DAYS, DAYS].map((day) => sizes.get(day));
  expect({ sizes: [...sizes], grew: last / full, filled: full / first }).toMatchObject({ grew: expect.closeTo(1, 1) });
});
