import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Result } from './main.ts';
import type { Used } from './monitor-collector-worker.ts';
import { startFixture } from './monitor-fixture.ts';
import { MONITOR_MIGRATIONS, openMonitorStore } from './monitor-store.ts';
import { type BenchDatabase, benchDatabase } from './servers.ts';

/*
 * What one collector needs for many servers (monitoring.md 7, G2): 300 of 5,000 statements, 1,000 tables and 3,000
 * indexes each, at the default plan, in real time.
 *
 * One PostgreSQL plays all of them: its address is registered 300 times. Collecting everything for the first time would
 * take the machine half an hour, so one server is collected from, and what is stored of it is copied to the others;
 * the collector takes them over as after a restart.
 */
const SERVERS = 300;
const MINUTES = 3;
const SETTLE_S = 100;
const BUSY_EVERY_MS = 20_000;
/** As services have in a process of their own, which is started with the settings of `tidegate start`. */
const SERVICE_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=512', '--liftoff-only'];

/** `npm run -s bench -- monitor-collector [SERVERS] [MINUTES]` */
export async function monitorCollector([servers = '', minutes = '']: string[]): Promise<Result> {
  const count = Number(servers) || SERVERS;
  const fixture = await startFixture(undefined, { max_connections: count + 50 }, count);
  const database = await benchDatabase(MONITOR_MIGRATIONS);
  const store = await openMonitorStore(database.dataSource);
  const busy = setInterval(() => void fixture.keepBusy(), BUSY_EVERY_MS);
  await store.addServers(fixture.admin);
  const first = await startWorker(database);
  await whenCollected(database);
  await endWorker(first);
  await store.addServers(fixture.admin, count - 1, 1);
  await copyCollected(database);
  const worker = await startWorker(database);
  await pause(SETTLE_S * 1_000);
  const figures = await measure(worker, count, Number(minutes) || MINUTES);
  await endWorker(worker);
  clearInterval(busy);
  await fixture.stop();
  await database.stop();
  return {
    name: 'monitor-collector',
    value: Number(figures.corePercent.toFixed(1)),
    unit: '% of a core',
    ratio: Number((figures.corePercent / 50).toFixed(2)),
    against: `the goal of 50 %; ${figures.rssMb.toFixed(0)} MB at the most (goal 512) for ${count} servers`,
  };
}

async function measure(
  worker: ChildProcess,
  servers: number,
  minutes: number,
): Promise<{ corePercent: number; rssMb: number }> {
  process.stdout.write('minute  % of a core  ms per server and minute  RSS MB  heap MB\n');
  let peak = 0;
  const began = { used: await ask(worker), at: performance.now() };
  let last = began;
  for (let minute = 1; minute <= minutes; minute += 1) {
    for (let second = 0; second < 60; second += 5) {
      await pause(5_000);
      peak = Math.max(peak, (await ask(worker)).rssBytes);
    }
    const now = { used: await ask(worker), at: performance.now() };
    const ms = (now.used.cpuUs - last.used.cpuUs) / 1_000;
    const cells = [
      String(minute),
      ((ms / (now.at - last.at)) * 100).toFixed(1),
      (ms / servers).toFixed(1),
      (now.used.rssBytes / 1e6).toFixed(0),
      (now.used.heapBytes / 1e6).toFixed(0),
    ];
    process.stdout.write(`${cells.map((cell, index) => cell.padEnd([8, 13, 26, 8, 0][index] ?? 0)).join('')}\n`);
    last = now;
  }
  const ms = (last.used.cpuUs - began.used.cpuUs) / 1_000;
  return { corePercent: (ms / (last.at - began.at)) * 100, rssMb: peak / 1e6 };
}

/** A collector of that store, in a process of its own. */
export async function startWorker(
  { login }: BenchDatabase,
  config: Record<string, string> = {},
): Promise<ChildProcess> {
  const settings = JSON.parse(readFileSync(join(process.cwd(), 'cli/bin/node-environment.json'), 'utf8'));
  const worker = fork(new URL('./monitor-collector-worker.js', import.meta.url), [JSON.stringify({ login, config })], {
    env: { ...process.env, ...settings },
    execArgv: [...process.execArgv, ...SERVICE_FLAGS, ...(process.env['BENCH_WORKER_FLAGS']?.split(' ') ?? [])],
  });
  await once(worker, 'message');
  return worker;
}

async function ask(worker: ChildProcess): Promise<Used> {
  const answer = once(worker, 'message');
  worker.send('used');
  const [used] = (await answer) as [Used];
  return used;
}

export async function endWorker(worker: ChildProcess): Promise<void> {
  const gone = once(worker, 'exit');
  worker.disconnect();
  await gone;
}

/** Twice, so that there are samples, and with all texts. */
export async function whenCollected(database: BenchDatabase): Promise<void> {
  const client = new pg.Client(database.admin);
  await client.connect();
  for (;;) {
    const { rows } = await client.query<{ done: boolean }>(
      `select (select count(*) from bench.index_samples) > 1 and exists (select from bench.statements)
              and (select count(*) filter (where text is null) < 100 from bench.statements) as done`,
    );
    if (rows[0]?.done) break;
    await pause(500);
  }
  await client.end();
}

/** Gives every server what the first one has, without texts of their own; nobody holds any of them then. */
async function copyCollected(database: BenchDatabase): Promise<void> {
  const client = new pg.Client(database.admin);
  await client.connect();
  await client.query('set search_path = bench; set session_replication_role = replica; set synchronous_commit = off');
  const { rows } = await client.query<{ server_id: string }>('select server_id from statement_snapshots');
  const original = rows[0]?.server_id;
  for (const { name, columns } of await copied(client)) {
    const own = columns.filter((column) => !['org_id', 'server_id'].includes(column));
    const values = own.map((column) => (column === 'text' ? "'copied'" : `t.${column}`));
    await client.query(
      `insert into ${name} (org_id, server_id, ${own.join(', ')}) overriding system value
       select s.org_id, s.id, ${values.join(', ')} from ${name} t cross join servers s
        where t.server_id = $1 and s.id <> $1`,
      [original],
    );
  }
  await client.query(
    "update server_leases set expires_at = '-infinity', sizes_due_at = now() + random() * interval '15 min'",
  );
  await client.query('vacuum (analyze)');
  await client.end();
}

/** Everything that belongs to a server but its samples. */
async function copied(client: pg.Client): Promise<{ name: string; columns: string[] }[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'bench'::regnamespace and c.relkind = 'r' and not c.relispartition
        and c.relname <> 'server_leases'
        and exists (select from pg_attribute b where b.attrelid = c.oid and b.attname = 'server_id')
        and exists (select from pg_attribute b where b.attrelid = c.oid and b.attname = 'org_id')
      group by 1`,
  );
  return rows;
}
