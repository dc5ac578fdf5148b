import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import { startPostgres } from '@tidegate/runtime/embedded/postgres';
import { isAlive } from '@tidegate/runtime/embedded/processes';
import { LONG } from '@tidegate/testing/long';
import { programEnvironment } from '@tidegate/testing/test-run';
import { until } from '@tidegate/testing/until';
import pg from 'pg';

/*
 * Thousands of events from two publishers to two replicas of a consumer. Publishers, consumers, nats-server and PostgreSQL
 * are killed with SIGKILL at random points and started again. Every event has its effect exactly once, in order per
 * aggregate.
 */
const EVENTS = LONG ? 5_000 : 1_000;
const AGGREGATES = 20;
const KILLS = Number(process.env['CHAOS_KILLS'] ?? (LONG ? 9 : 4));

const folder = mkdtempSync(join(tmpdir(), 'tidegate-chaos-'));
const root = process.cwd();
const children = new Map<string, ChildProcess>();
let stopping = false;
let ports: { postgres: number; nats: number };
let servers: { postgres: { pid: number }; nats: { pid: number } };

async function startServers(): Promise<void> {
  const postgres = await startPostgres({ dir: join(folder, 'pg'), password: 'chaos', port: ports?.postgres });
  const nats = await startNats({ dir: join(folder, 'nats'), port: ports?.nats });
  ports = { postgres: postgres.port, nats: nats.port };
  servers = { postgres, nats };
}

/** A worker that is restarted when it dies, as an orchestrator does. */
function launch(role: string): void {
  if (stopping) return;
  const child = spawn(process.execPath, ['--no-warnings', join(root, 'libs/testing/dist/chaos-worker.js'), role], {
    env: {
      ...programEnvironment(),
      PG_PORT: String(ports.postgres),
      NATS_PORT: String(ports.nats),
      EVENTS: String(EVENTS / 2),
      AGGREGATES: String(AGGREGATES),
      LOG_LEVEL: 'fatal',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.set(role, child);
  child.once('exit', (code) => {
    if (code === 0) children.delete(role);
    else setTimeout(() => launch(role), 50);
  });
}

let connected: pg.Client | undefined;
/** On one connection for as long as the server lives. */
async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  try {
    connected ??= await connect();
    return (await connected.query<Row>(sql)).rows;
  } catch (error) {
    await connected?.end().catch(() => undefined);
    connected = undefined;
    throw error;
  }
}

async function connect(): Promise<pg.Client> {
  const login = { host: '127.0.0.1', port: ports.postgres, user: 'postgres', password: 'chaos', database: 'postgres' };
  const client = new pg.Client(login);
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function killOne(victim: string): Promise<void> {
  if (victim !== 'postgres' && victim !== 'nats') {
    children.get(victim)?.kill('SIGKILL');
    return;
  }
  process.kill(servers[victim].pid, 'SIGKILL');
  await until(() => !isAlive(servers[victim].pid), { what: `${victim} to be dead` });
  await until(() => startServers().then(() => true), { withinMs: 30_000, what: `${victim} to be back` });
}

afterAll(async () => {
  stopping = true;
  await connected?.end();
  for (const child of children.values()) child.kill('SIGKILL');
  for (const { pid } of Object.values(servers)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await until(() => Object.values(servers).every(({ pid }) => !isAlive(pid)));
  rmSync(folder, { recursive: true, force: true });
});

test('every event has its effect exactly once and in order, whatever is killed', async () => {
  await startServers();
  await new Promise<void>((resolve, reject) => {
    const args = ['--no-warnings', join(root, 'libs/testing/dist/chaos-worker.js'), 'prepare'];
    const env = { ...programEnvironment(), PG_PORT: String(ports.postgres), NATS_PORT: String(ports.nats) };
    spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`prepare ended with ${code}`)),
    );
  });
  for (const role of ['publisher-1', 'publisher-2', 'consumer-1', 'consumer-2']) launch(role);

  const victims = ['publisher-1', 'consumer-1', 'nats', 'consumer-2', 'postgres', 'publisher-2'];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const before = await until(() => effects().catch(() => undefined), { withinMs: 30_000, what: 'the database' });
    if (before >= EVENTS) break;
    // The next kill comes after some progress, at a random point.
    const progress = before + Math.floor(Math.random() * (EVENTS / KILLS));
    await until(async () => (await effects().catch(() => -1)) >= Math.min(progress, EVENTS), {
      withinMs: 60_000,
      what: 'progress',
    });
    await killOne(victims[kill % victims.length] ?? 'nats');
  }
  await until(async () => (await effects().catch(() => 0)) >= EVENTS || (await buried().catch(() => 0)) > 0, {
    withinMs: 120_000,
    everyMs: 200,
    what: `${EVENTS} effects`,
  });

  expect(await query('select type, aggregate, error from monitor_agent.dead_letters limit 5')).toEqual([]);
  const [sums] = await query<{ effects: number; distinct: number; aggregates: number }>(
    `select count(*)::int as effects, count(distinct (aggregate, number))::int as distinct,
            count(distinct aggregate)::int as aggregates from monitor_agent.effects`,
  );
  expect(sums).toEqual({ effects: EVENTS, distinct: EVENTS, aggregates: 2 * AGGREGATES });
  const disorder = await query(
    `select * from (select aggregate, number, lag(number) over (partition by aggregate order by position) as previous
       from monitor_agent.effects) e where number <> coalesce(previous, 0) + 1`,
  );
  expect(disorder).toEqual([]);
});

async function effects(): Promise<number> {
  const [row] = await query<{ n: number }>('select count(*)::int as n from monitor_agent.effects');
  return row?.n ?? 0;
}

/** An event that was given up, or taken for lost, would never have its effect. */
async function buried(): Promise<number> {
  const [row] = await query<{ n: number }>('select count(*)::int as n from monitor_agent.dead_letters');
  return row?.n ?? 0;
}
