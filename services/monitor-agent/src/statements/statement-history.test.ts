import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { LONG } from '@tidegate/testing/long';
import type { WatchedServer } from '../../test/collector.ts';
import {
  ExecutedStatements,
  pick,
  type Random,
  REPEAT,
  randomOf,
  SERIES_KEY,
  statement,
} from '../../test/executed-statements.ts';
import { useCollector, useServer, useStore } from '../../test/fixture.ts';
import { Load } from '../../test/load.ts';
import { VERSIONS } from '../../test/postgres-server.ts';
import { callsBySnapshot } from '../../test/snapshot-check.ts';
import { WatchedHistory } from '../../test/watched-history.ts';
import { SAMPLE_TABLES } from '../retention/retention.rows.ts';
import { TopStatements } from './top-statements.ts';

/*
 * Random histories on real servers (monitoring.md 3.1). A failure says its seed; MONITOR_HISTORY_SEED runs it again, and
 * MONITOR_HISTORY_ROUNDS makes the histories that many times as long. In the short form each kind of step comes once or more.
 */
const SEED = Number(process.env['MONITOR_HISTORY_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = Number(process.env['MONITOR_HISTORY_ROUNDS'] ?? (LONG ? 1 : 0.4));

type Plan = Partial<Record<keyof WatchedHistory['steps'], number>>;

/** Nothing is lost but by resets and crashes, and that is known to the last call. */
const EXACT: Plan = {
  run: 50,
  snapshot: 10,
  resetOne: 4,
  regrow: 6,
  resetDatabase: 2,
  resetAll: 2,
  resetExtremes: 2,
  replace: 2,
  freeze: 1,
  storeFails: 1,
  create: 1,
  drop: 1,
  restart: 1,
  crash: 1,
};
/** PostgreSQL has room for a hundred statements. */
const CROWDED: Plan = { run: 20, snapshot: 6, evict: 2, regrow: 3, resetAll: 1, replace: 1 };

function shuffled(plan: Plan, random: Random): (keyof WatchedHistory['steps'])[] {
  const left = Object.entries(plan).flatMap(([step, times]) =>
    Array.from({ length: Math.ceil(times * ROUNDS) }, () => step),
  );
  const order: string[] = [];
  while (left.length > 0) {
    const step = pick(random, left);
    left.splice(left.indexOf(step), 1);
    order.push(step);
  }
  return order as (keyof WatchedHistory['steps'])[];
}

const store = useStore();

describe.each(VERSIONS)('statements of a real server ($name)', (binaries) => {
  const server = useServer(binaries, { settings: { 'pg_stat_statements.track': 'all' } });
  const collecting = useCollector(store, server);
  const { takeSnapshot } = collecting;
  // When all statements were reset and how often room was made is told from 14 on, and so are levels.
  const reportsLosses = binaries.major >= 14;

  test('behaviour 5: two roles, two databases, top-level and from within: a series each, equal to PostgreSQL’s own', async () => {
    const { at } = collecting;
    for (const name of ['west', 'east']) {
      await server.sql(`create database ${name}`);
      await server.sql(REPEAT, name);
    }
    for (const name of ['anna', 'bert']) await server.sql(`create role ${name} login password 'app'`);
    const executed = new ExecutedStatements(server);
    const text = statement(1);
    for (const database of ['west', 'east'])
      for (const role of ['anna', 'bert'])
        for (const nested of [false, true]) await executed.run({ place: { database, role }, text, nested }, 3);
    await takeSnapshot();
    const queryId = await executed.queryId({ database: 'west', role: 'anna' }, text);
    const truth = await server.sql<{ name: string; calls: number; rows: number; us: number }>(
      `select concat_ws(' ', d.datname, r.rolname, right(${SERIES_KEY}, 1)) as name, s.calls::int, s.rows::int,
              s.total_exec_time * 1000 as us
         from pg_stat_statements s join pg_database d on d.oid = s.dbid join pg_roles r on r.oid = s.userid
        where s.queryid = ${queryId}`,
    );
    const shown = (await top(at)).items.filter((item) => item.queryId === queryId);
    const reported = Object.fromEntries(
      shown.map(({ database, role, toplevel, calls, rows, totalMs }) => [
        [database, role, toplevel ? 't' : 'f'].join(' '),
        { calls, rows, us: Math.round(totalMs * 1_000) },
      ]),
    );
    expect(reported).toEqual(
      Object.fromEntries(truth.map(({ name, calls, rows, us }) => [name, { calls, rows, us: Math.round(us) }])),
    );
    const [series, calls] = reportsLosses ? [8, 3] : [4, 6];
    expect(Object.values(reported).map((one) => one.calls)).toEqual(Array.from({ length: series }, () => calls));
    await executed.leave();
  });

  test('behaviour 6: a collector that was away under load stores one long interval with every call of it', async () => {
    const { at } = collecting;
    const text = statement(2);
    const queryId = await new ExecutedStatements(server).queryId({ database: 'postgres', role: server.user }, text);
    const load = await Load.start(server, text, 2);
    await load.reached(200);
    await takeSnapshot();
    await collecting.replica.stop();
    const leftAt = performance.now();
    await load.reached(load.executed + 500);
    collecting.replica = collecting.replica.successor();
    collecting.replica.putForward(180_000);
    await load.stop();
    const away = (performance.now() - leftAt) / 1_000;
    await takeSnapshot();
    const snapshots = await callsBySnapshot(store, at.serverId, queryId);
    expect(snapshots).toMatchObject([{ whole: true }, { whole: true }]);
    expect(snapshots.reduce((sum, { calls }) => sum + calls, 0)).toBe(load.executed);
    expect(snapshots[1]?.calls).toBeGreaterThanOrEqual(500);
    expect(snapshots[1]?.seconds).toBeGreaterThanOrEqual(away);
  });

  test('what is stored equals what was executed, less what PostgreSQL itself lost and the snapshot says so', async () => {
    const { at } = collecting;
    const random = randomOf(SEED);
    const history = await WatchedHistory.begin(store, server, random, collecting);
    const log: string[] = [];
    const follow = async (plan: Plan) => {
      for (const step of [...shuffled(plan, random), 'run', 'snapshot'] as const) {
        log.push(step);
        await history.steps[step]();
        if (history.faults.length > 0)
          throw new Error(`seed ${SEED}, after ${log.join(' ')}:\n${history.faults.join('\n')}`);
      }
    };
    try {
      await follow(EXACT);
      expect(history.resets).toBeGreaterThan(0);
      expect(history.evictions).toBe(0);
      await history.steps.crowd();
      await follow(CROWDED);
      // All that were evicted before may have been lost by a reset without a snapshot in between.
      await history.steps.evict();
      await history.steps.snapshot();
      expect(history.faults).toEqual([]);
      if (reportsLosses) expect(history.evictions).toBeGreaterThan(0);
      expect(await stored(history)).toEqual(Object.fromEntries([...history.expected].filter(([, calls]) => calls > 0)));
      expect(await negatives()).toEqual([]);
      expect((await top(at)).completeness).toMatchObject({
        resets: history.resets,
        evictions: history.evictions,
        gaps: 0,
      });
    } finally {
      await history.end();
    }
  });
});

/** Calls by series over the whole history. */
async function stored(history: WatchedHistory): Promise<Record<string, number>> {
  const rows = await store.server.sql<{ key: string; calls: number }>(
    `select concat_ws('/', st.database_oid, st.role_oid, st.query_id, left(st.toplevel::text, 1)) as key,
            sum(u.calls)::int as calls
       from monitor_agent.statement_samples s, unnest(s.ids, s.calls) as u(id, calls)
       join monitor_agent.statements st on st.statement_id = u.id
      where s.server_id = '${history.serverId}' and st.server_id = s.server_id group by 1`,
  );
  return Object.fromEntries(rows.filter(({ key }) => history.expected.has(key)).map(({ key, calls }) => [key, calls]));
}

function top({ serverId, orgId }: WatchedServer) {
  const range = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 86_400_000) };
  const input = { serverId, from: range.from.toISOString(), to: range.to.toISOString(), limit: 500 };
  return store.call(new TopStatements(store.tenants, store.kept), topStatements, input, orgId);
}

/** Columns of any sample that hold a number below zero. */
async function negatives(): Promise<string[]> {
  const columns = await store.server.sql<{ name: string; test: string }>(
    `select c.relname || '.' || a.attname as name,
            case when a.atttypid = 'bigint[]'::regtype
                 then format('exists (select from monitor_agent.%I t, unnest(t.%I) as u(v) where v < 0)', c.relname, a.attname)
                 else format('exists (select from monitor_agent.%I t where t.%I < 0)', c.relname, a.attname) end as test
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      where c.relnamespace = 'monitor_agent'::regnamespace and c.relname in (${SAMPLE_TABLES.map((name) => `'${name}'`).join(', ')})
        and a.atttypid in ('bigint[]'::regtype, 'bigint'::regtype, 'int'::regtype)`,
  );
  const [row] = await store.server.sql<Record<string, boolean>>(
    `select ${columns.map(({ name, test }) => `${test} as "${name}"`).join(', ')}`,
  );
  return Object.entries(row ?? {}).flatMap(([name, negative]) => (negative ? [name] : []));
}
