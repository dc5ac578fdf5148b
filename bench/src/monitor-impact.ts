import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import pg from 'pg';
import type { Result } from './main.ts';
import { endWorker, startWorker, whenCollected } from './monitor-collector.ts';
import { startFixture, watcherSession } from './monitor-fixture.ts';
import { MONITOR_MIGRATIONS, openMonitorStore } from './monitor-store.ts';
import { cpuMs } from './process-cpu.ts';
import { type BenchDatabase, benchDatabase } from './servers.ts';

/*
 * What an application loses while it is watched: transactions a second of pgbench without and with the collector
 * (monitoring.md 7, G4).
 *
 * The watched server and pgbench have a core to themselves, the collector and its store another, as they would run on
 * other machines. One long run of pgbench is cut into rounds: the collector is stopped and continued, never started
 * anew. Neighbours make single rounds differ by far more than the loss that is looked for. So there are many, each pair
 * the other way round than the one before, and everything is asked ten times as often as the default plan does: the
 * answer is a tenth of the median, with its interval of confidence. Beside it stands what can be counted exactly: the
 * share of its core that the watched server spent on us.
 */
const PAIRS = 50;
const DENSER = 10;
const SECONDS = 60 / DENSER;
const PLAN = { MONITOR_MINUTE_SECONDS: String(SECONDS), MONITOR_PROBE_SECONDS: String(10 / DENSER) };
const SCALE = 20;
const CLIENTS = 4;
const PGBENCH = ['/usr/bin/pgbench', '/usr/lib/postgresql/15/bin/pgbench'];
const WATCHED_CORE = 0;
const OUR_CORE = 1;

/** Of the normal distribution: 95 % lie within so many standard errors. */
const CONFIDENCE = 1.96;

/** `npm run -s bench -- monitor-impact [PAIRS]` */
export async function monitorImpact([text = '']: string[]): Promise<Result> {
  const pairs = Number(text) || PAIRS;
  runOn(WATCHED_CORE);
  const fixture = await startFixture(undefined);
  const at = pgbenchAt(fixture.shop);
  execFileSync(at.program, ['--initialize', `--scale=${SCALE}`, '--quiet', ...at.where], {
    env: at.env,
    stdio: 'pipe',
  });
  const rounds = new Rounds(at, (2 * pairs + 2) * SECONDS);
  runOn(OUR_CORE);
  const database = await benchDatabase(MONITOR_MIGRATIONS);
  const store = await openMonitorStore(database.dataSource);
  await store.addServers(fixture.admin);
  const worker = await startWorker(database, PLAN);
  await whenCollected(database);
  rounds.start();
  const losses: number[] = [];
  const round = async (watched: boolean): Promise<number> => {
    await turn(worker, database, watched);
    return rounds.perSecond(SECONDS);
  };
  await round(true);
  const session = await watcherSession(fixture);
  const before = cpuMs(session);
  for (let pair = 1; pair <= pairs; pair += 1) {
    const first = pair % 2 === 0 ? await round(true) : undefined;
    const alone = await round(false);
    const watched = first ?? (await round(true));
    losses.push((1 - watched / alone) * 100);
    const { median, from, to } = estimate(losses);
    const [without, having, loss, ...all] = [alone, watched, losses.at(-1) ?? 0, median, from, to].map((one) =>
      one.toFixed(2),
    );
    process.stdout.write(
      `${pair}: alone ${without}/s, watched ${having}/s, loss ${loss} %; median ${all.join(', ')} %\n`,
    );
  }
  const share = ((cpuMs(session) - before) / (pairs * SECONDS * 1_000)) * 100;
  rounds.stop();
  await turn(worker, database, true);
  await endWorker(worker);
  await fixture.stop();
  await database.stop();
  const { median, from, to } = estimate(losses);
  const scaled = [median, from, to].map((loss) => (loss / DENSER).toFixed(2));
  return {
    name: 'monitor-impact',
    value: Number(scaled[0]),
    unit: '% of the throughput',
    ratio: Number((1 - median / DENSER / 100).toFixed(4)),
    against: `${scaled[1]} to ${scaled[2]} % (95 %), a tenth of what ${pairs} pairs of ${SECONDS} s lost at ${DENSER} times the default plan; its session took ${(share / DENSER).toFixed(3)} % of the core`,
  };
}

interface PgbenchAt {
  program: string;
  where: string[];
  env: NodeJS.ProcessEnv;
}

/** One run of pgbench, which reports its transactions every second. */
class Rounds {
  private readonly at: PgbenchAt;
  private readonly seconds: number;
  private process: ChildProcess | undefined;
  private lines: AsyncIterator<string> | undefined;

  constructor(at: PgbenchAt, seconds: number) {
    this.at = at;
    this.seconds = seconds;
  }

  start(): void {
    const { program, where, env } = this.at;
    const options = [`--client=${CLIENTS}`, '--jobs=1', '--protocol=prepared', '--no-vacuum', '--progress=1'];
    const pinned = ['--cpu-list', String(WATCHED_CORE), program, ...options, `--time=${this.seconds}`, ...where];
    this.process = spawn('taskset', pinned, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    if (this.process.stderr) this.lines = createInterface(this.process.stderr)[Symbol.asyncIterator]();
  }

  async perSecond(seconds: number): Promise<number> {
    let sum = 0;
    for (let second = 0; second < seconds; ) {
      const line = await this.lines?.next();
      if (!line || line.done) throw new Error('pgbench ended too early.');
      const rate = /^progress: .* s, ([\d.]+) tps/.exec(line.value)?.[1];
      if (rate === undefined) continue;
      sum += Number(rate);
      second += 1;
    }
    return sum / seconds;
  }

  stop(): void {
    this.process?.kill();
  }
}

/** The median, and between which values that of all possible rounds lies (by ranks, from the binomial distribution). */
function estimate(values: readonly number[]): { median: number; from: number; to: number } {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (rank: number) => sorted[Math.min(Math.max(Math.round(rank), 0), sorted.length - 1)] ?? 0;
  const middle = (sorted.length - 1) / 2;
  const reach = (CONFIDENCE * Math.sqrt(sorted.length)) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    from: at(middle - reach),
    to: at(middle + reach),
  };
}

/** Of this process, and of those that it starts from now on. */
function runOn(core: number): void {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(process.pid)], { stdio: 'pipe' });
}

/** While it is stopped nobody renews its leases, and a session that lost its lease restarts. */
async function turn(worker: ChildProcess, database: BenchDatabase, watched: boolean): Promise<void> {
  if (!watched) worker.kill('SIGSTOP');
  const client = new pg.Client(database.admin);
  await client.connect();
  await client.query("update bench.server_leases set expires_at = now() + interval '1 hour'");
  await client.end();
  if (watched) worker.kill('SIGCONT');
}

function pgbenchAt(at: pg.ClientConfig): PgbenchAt {
  const program = PGBENCH.find((path) => existsSync(path));
  if (!program) throw new Error('There is no pgbench.\n  Fix: apt-get install postgresql-contrib');
  const where = [`--host=${at.host}`, `--port=${at.port}`, `--username=${at.user}`, String(at.database)];
  return { program, where, env: { PATH: process.env['PATH'], PGPASSWORD: String(at.password) } };
}
