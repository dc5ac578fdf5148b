import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Result } from './main.ts';
import { endWorker, startWorker, whenCollected } from './monitor-collector.ts';
import { startFixture } from './monitor-fixture.ts';
import { MONITOR_MIGRATIONS, openMonitorStore } from './monitor-store.ts';
import { childrenMs } from './process-cpu.ts';
import { type BenchDatabase, benchDatabase } from './servers.ts';

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

interface Round {
  perSecond: number;
  /** CPU of all of the server's processes, the collector's session among them, for one transaction. */
  cpuUs: number;
}

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
  const options = [`--client=${CLIENTS}`, '--jobs=1', '--protocol=prepared', '--no-vacuum'];
  const round = async (watched: boolean): Promise<Round> => {
    await holdLeases(database);
    worker.kill(watched ? 'SIGCONT' : 'SIGSTOP');
    const before = childrenMs(fixture.pid);
    const answer = await bench(...options, `--time=${Number(seconds) || SECONDS}`);
    const transactions = Number(/^number of transactions actually processed: (\d+)/m.exec(answer)?.[1]);
    return {
      perSecond: Number(/^tps = ([\d.]+)/m.exec(answer)?.[1]),
      cpuUs: ((childrenMs(fixture.pid) - before) / transactions) * 1_000,
    };
  };
  await round(true);
  const all: Pair[] = [];
  process.stdout.write('pair  alone/s  watched/s  loss %  more CPU %\n');
  for (let pair = 1; pair <= (Number(pairs) || PAIRS); pair += 1) {
    // Which of the two is first changes, so that a trend favours neither.
    const before = pair % 2 === 0 ? await round(true) : undefined;
    const alone = await round(false);
    const one = { alone, watched: before ?? (await round(true)) };
    all.push(one);
    const cells = [
      pair,
      alone.perSecond.toFixed(0),
      one.watched.perSecond.toFixed(0),
      loss(one).toFixed(2),
      more(one).toFixed(2),
    ];
    process.stdout.write(`${cells.map((cell, index) => String(cell).padEnd([6, 9, 11, 8, 0][index] ?? 0)).join('')}\n`);
  }
  worker.kill('SIGCONT');
  await endWorker(worker);
  await fixture.stop();
  await database.stop();
  const losses = all.map(loss);
  return {
    name: 'monitor-impact',
    value: Number(middle(losses).toFixed(2)),
    unit: '% of the throughput',
    ratio: Number((1 - middle(losses) / 100).toFixed(4)),
    against: `${middle(all.map(({ alone }) => alone.perSecond)).toFixed(0)} transactions/s alone; pairs ${Math.min(...losses).toFixed(2)} to ${Math.max(...losses).toFixed(2)} %; ${middle(all.map(more)).toFixed(2)} % more CPU a transaction`,
  };
}

interface Pair {
  alone: Round;
  watched: Round;
}

const loss = ({ alone, watched }: Pair): number => (1 - watched.perSecond / alone.perSecond) * 100;

/** What a server with nothing to spare would lose; neighbours on the machine disturb it less than they do the throughput. */
const more = ({ alone, watched }: Pair): number => (watched.cpuUs / alone.cpuUs - 1) * 100;

/** The median, between the two in the middle of an even number. */
function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
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
