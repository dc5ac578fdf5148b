import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Result } from './main.ts';
import { endWorker, startWorker, whenCollected } from './monitor-collector.ts';
import { startFixture } from './monitor-fixture.ts';
import { MONITOR_MIGRATIONS, openMonitorStore } from './monitor-store.ts';
import { type BenchDatabase, benchDatabase, median } from './servers.ts';

/*
 * What an application loses while it is watched: transactions a second of pgbench without and with the collector, in
 * turns, so that whatever else happens on the machine meets both (monitoring.md 7, G4).
 *
 * The collector is stopped and continued, never started anew, and counts statements, tables and indexes every ten
 * seconds instead of every sixty, so that each short round has its share: the loss is that of a plan six times as dense
 * as the default, with the collector's own process on the same cores.
 */
const PAIRS = 6;
const SECONDS = 10;
const MINUTE_SECONDS = 10;
const SCALE = 20;
const CLIENTS = 4;
const PGBENCH = ['/usr/bin/pgbench', '/usr/lib/postgresql/15/bin/pgbench'];

/** `npm run -s bench -- monitor-impact [PAIRS] [SECONDS]` */
export async function monitorImpact([pairs = '', seconds = '']: string[]): Promise<Result> {
  const fixture = await startFixture(undefined);
  const bench = pgbench(fixture.shop);
  await bench('--initialize', `--scale=${SCALE}`, '--quiet');
  const database = await benchDatabase(MONITOR_MIGRATIONS);
  const store = await openMonitorStore(database.dataSource);
  await store.addServers(fixture.admin);
  const worker = await startWorker(database, { MONITOR_MINUTE_SECONDS: String(MINUTE_SECONDS) });
  await whenCollected(database);
  const time = `--time=${Number(seconds) || SECONDS}`;
  const run = async () => {
    const answer = await bench(`--client=${CLIENTS}`, '--jobs=1', '--protocol=prepared', '--no-vacuum', time);
    return Number(/^tps = ([\d.]+)/m.exec(answer)?.[1]);
  };
  await run();
  const losses: number[] = [];
  const alone: number[] = [];
  process.stdout.write('pair  alone/s  watched/s  loss %\n');
  for (let pair = 1; pair <= (Number(pairs) || PAIRS); pair += 1) {
    // Which of the two is first changes, so that a trend favours neither.
    const watchedFirst = pair % 2 === 0;
    const first = watchedFirst ? await watched(worker, database, run) : await unwatched(worker, database, run);
    const second = watchedFirst ? await unwatched(worker, database, run) : await watched(worker, database, run);
    const [without, seen] = watchedFirst ? [second, first] : [first, second];
    losses.push((1 - seen / without) * 100);
    alone.push(without);
    const cells = [pair, without.toFixed(0), seen.toFixed(0), (losses.at(-1) ?? 0).toFixed(2)];
    process.stdout.write(`${cells.map((cell, index) => String(cell).padEnd([6, 9, 11, 0][index] ?? 0)).join('')}\n`);
  }
  worker.kill('SIGCONT');
  await endWorker(worker);
  await fixture.stop();
  await database.stop();
  const sorted = [...losses].sort((a, b) => a - b);
  const middle = (median(losses) + (sorted[Math.ceil(sorted.length / 2) - 1] ?? 0)) / 2;
  return {
    name: 'monitor-impact',
    value: Number(middle.toFixed(2)),
    unit: '% of the throughput',
    ratio: Number((1 - middle / 100).toFixed(4)),
    against: `${median(alone).toFixed(0)} transactions/s alone; losses of the pairs from ${sorted[0]?.toFixed(2)} to ${sorted.at(-1)?.toFixed(2)} %`,
  };
}

type Run = () => Promise<number>;

async function watched(worker: ChildProcess, database: BenchDatabase, run: Run): Promise<number> {
  await holdLeases(database);
  worker.kill('SIGCONT');
  return run();
}

async function unwatched(worker: ChildProcess, database: BenchDatabase, run: Run): Promise<number> {
  // What it has in hand is finished first.
  await pause(1_000);
  worker.kill('SIGSTOP');
  await holdLeases(database);
  return run();
}

/** While it is stopped nobody renews them, and a session that lost its lease begins anew. */
async function holdLeases(database: BenchDatabase): Promise<void> {
  const client = new pg.Client(database.admin);
  await client.connect();
  await client.query("update bench.server_leases set expires_at = now() + interval '1 hour'");
  await client.end();
}

function pgbench(at: pg.ClientConfig): (...options: string[]) => Promise<string> {
  const program = PGBENCH.find((path) => existsSync(path));
  if (!program) throw new Error('There is no pgbench.\n  Fix: apt-get install postgresql-contrib');
  const where = [`--host=${at.host}`, `--port=${at.port}`, `--username=${at.user}`];
  const env = { PATH: process.env['PATH'], PGPASSWORD: String(at.password) };
  return async (...options) =>
    (await promisify(execFile)(program, [...options, ...where, String(at.database)], { env })).stdout;
}
