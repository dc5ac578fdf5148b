import { ServerSession } from '@tidegate/monitor-agent/collector/server-session';
import { claimLeases } from '@tidegate/monitor-agent/kernel/schedule/lease.rows';
import { waitFor } from '@tidegate/runtime/embedded/processes';
import pg from 'pg';
import type { Result } from './main.ts';
import { type Fixture, startFixture, WATCHER, watcher, watcherSession } from './monitor-fixture.ts';
import { MONITOR_MIGRATIONS, openMonitorStore } from './monitor-store.ts';
import { exporterDefaults, pgwatchExhaustive, type Reading } from './other-monitors.ts';
import { cpuMs, endedChildrenMs } from './process-cpu.ts';
import { benchDatabase, median } from './servers.ts';

/*
 * What watching costs the watched server: CPU of the sessions that watch, in milliseconds per second of wall time
 * (monitoring.md 7).
 *
 * Ours is not added up from parts: the collector's own session runs an hour of its plan in fast motion, with a clock
 * that is put forward ten seconds at a time, and the CPU that its sessions used is divided by that hour. Others'
 * questions are asked again and again, and the CPU of each is divided by how often they ask it; of the times that a
 * question was asked the median counts, because neighbours on the same cores make some of them dearer. Ours is the mean
 * of as many hours as it takes until everything in the plan was done at least once.
 */
const HOURS = 6;
const HOUR_S = 3_600;
const STEP_S = 10;
const WARM_UP_S = 1_200;
const TIMES = 15;

interface Cost {
  name: string;
  msPerSecond: number;
  statements: string;
  tables: string;
  indexes: string;
}

/** `npm run -s bench -- monitor-server [15]`: against the embedded PostgreSQL 18, or Debian's 15. */
export async function monitorServer([which]: string[]): Promise<Result> {
  const fixture = await startFixture(which, { 'pg_stat_statements.track_planning': 'on' });
  const ours = await costOfOurs(fixture);
  const exporter = await costOf('exporter, default collectors', fixture, exporterDefaults());
  const pgwatch = await costOf('pgwatch, exhaustive', fixture, pgwatchExhaustive(fixture.version));
  await fixture.stop();
  process.stdout.write(
    `\n${fixture.version}             ms/s   ours is        statements        tables            indexes\n`,
  );
  for (const cost of [ours, exporter, pgwatch]) {
    const ratio = cost === ours ? '' : `1/${(cost.msPerSecond / ours.msPerSecond).toFixed(1)}`;
    const cells = [cost.name, cost.msPerSecond.toFixed(3), ratio, cost.statements, cost.tables, cost.indexes];
    process.stdout.write(`${cells.map((cell, index) => cell.padEnd([30, 7, 9, 18, 18, 0][index] ?? 0)).join('')}\n`);
  }
  return {
    name: 'monitor-server',
    value: Number(ours.msPerSecond.toFixed(3)),
    unit: 'ms/s',
    ratio: Number((ours.msPerSecond / pgwatch.msPerSecond).toFixed(3)),
    against: `pgwatch exhaustive; ${(ours.msPerSecond / exporter.msPerSecond).toFixed(4)} of postgres_exporter at 15 s`,
  };
}

async function costOfOurs(fixture: Fixture): Promise<Cost> {
  const database = await benchDatabase(MONITOR_MIGRATIONS);
  const store = await openMonitorStore(database.dataSource);
  await store.addServers(fixture.admin);
  const [lease] = await store.tenants.system('collect', (tx) => claimLeases(tx, 'bench', 1, 15));
  if (!lease) throw new Error('Nobody else should have the lease.');
  const owner = new pg.Client({ ...database.admin });
  await owner.connect();
  await owner.query("update bench.server_leases set expires_at = now() + interval '1 day'");
  await owner.end();
  let now = Date.now();
  store.tools.now = () => now;
  const session = new ServerSession(lease, store.tools);
  const step = async () => {
    now += STEP_S * 1_000;
    while (session.isDue(now)) {
      session.start();
      await waitFor(() => !session.busy, 60_000);
    }
  };
  // The first minutes number all statements and read all texts.
  for (let second = 0; second < WARM_UP_S; second += STEP_S) await step();
  const watching = await watcherSession(fixture);
  const used = () => cpuMs(watching) + endedChildrenMs(fixture.pid);
  const endedBefore = endedChildrenMs(fixture.pid);
  const askedBefore = await queriesOf(fixture);
  const hours: number[] = [];
  for (let hour = 0; hour < HOURS; hour += 1) {
    const before = used();
    for (let second = STEP_S; second <= HOUR_S; second += STEP_S) {
      if (second % 60 === 0) {
        await fixture.keepBusy();
        await fixture.runNew();
      }
      await step();
    }
    hours.push((used() - before) / HOUR_S);
  }
  const each = hours.map((ms) => ms.toFixed(3)).join(', ');
  const visits = ((endedChildrenMs(fixture.pid) - endedBefore) / HOURS / HOUR_S).toFixed(3);
  process.stdout.write(
    `${fixture.version}, ours, ${HOURS} hours in fast motion (${each} ms/s, ${visits} of it in visits to other databases)\n`,
  );
  for (const [text, { calls, ms }] of await queriesOf(fixture)) {
    const before = askedBefore.get(text) ?? { calls: 0, ms: 0 };
    const times = calls - before.calls;
    if (times === 0) continue;
    const cells = [`${times} times`.padStart(10), `${((ms - before.ms) / times).toFixed(2)} ms`.padStart(10)];
    process.stdout.write(`  ${text.padEnd(80)} ${cells.join('')}\n`);
  }
  await session.stop();
  await database.stop();
  return {
    name: 'ours',
    msPerSecond: hours.reduce((sum, one) => sum + one, 0) / HOURS,
    statements: 'all each 60 s',
    tables: 'all each 60 s',
    indexes: 'all each 60 s',
  };
}

/** What the watcher asked so far, as pg_stat_statements has it; by the beginning of its text. */
async function queriesOf(fixture: Fixture): Promise<Map<string, { calls: number; ms: number }>> {
  const client = new pg.Client(fixture.shop);
  await client.connect();
  const { rows } = await client.query<{ text: string; calls: number; ms: number }>(
    `select left(regexp_replace(query, '\\s+', ' ', 'g'), 80) as text, sum(calls)::int as calls,
            sum(total_exec_time + total_plan_time) as ms
       from pg_stat_statements where userid = $1::regrole group by 1 order by ms desc`,
    [watcher(0)],
  );
  await client.end();
  return new Map(rows.map(({ text, calls, ms }) => [text, { calls, ms }]));
}

async function costOf(name: string, fixture: Fixture, readings: readonly Reading[]): Promise<Cost> {
  const client = new pg.Client({ ...fixture.shop, user: watcher(0), password: WATCHER.password });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = rows[0]?.pid ?? 0;
  process.stdout.write(`${fixture.version}, ${name}\n`);
  let msPerSecond = 0;
  for (const { name: what, sql, everySeconds } of readings) {
    // Prepared, as good drivers do.
    const ask = () => client.query({ name: what, text: sql });
    for (let warm = 0; warm < 3; warm += 1) await ask();
    const times: number[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      await fixture.keepBusy();
      const before = cpuMs(pid);
      await ask();
      times.push(cpuMs(pid) - before);
    }
    const ms = median(times);
    msPerSecond += ms / everySeconds;
    process.stdout.write(`  ${what.padEnd(48)} ${ms.toFixed(2).padStart(7)} ms each ${everySeconds} s\n`);
  }
  await client.end();
  return { name, msPerSecond, ...completeness(readings) };
}

function completeness(readings: readonly Reading[]): Pick<Cost, 'statements' | 'tables' | 'indexes'> {
  const of = (what: 'statements' | 'tables' | 'indexes'): string => {
    const reported = readings.filter((reading) => reading.reports?.[what] !== undefined);
    const [first] = reported.sort((a, b) => a.everySeconds - b.everySeconds);
    return first ? `${first.reports?.[what]} each ${first.everySeconds} s` : 'none';
  };
  return { statements: of('statements'), tables: of('tables'), indexes: of('indexes') };
}
