import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { USAGE_STREAM, type UsageEvent, usageSubject } from '@tidegate/contracts/usage/event';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { ensureStreams } from '@tidegate/messaging/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import pg from 'pg';
import { ceiling } from './ingest-ceiling.ts';
import { prepareUsage } from './ingest-database.ts';
import { httpIngestion } from './ingest-http.ts';
import { LATE_DAYS, makeLoad } from './ingest-load.ts';
import type { Result } from './main.ts';
import { familyMs } from './process-cpu.ts';
import { type BenchDatabase, benchDatabase, median } from './servers.ts';

const EVENTS = 200_000;
const ORGANISATIONS = 10_000;
const ROUNDS = 3;
const HEAD = 'events/message  by hand/s  ingestion/s  ratio  µs/event: by hand  PostgreSQL  reader  nats-server\n';
const WIDTHS = [16, 11, 13, 7, 19, 12, 8, 0];
/** Events that ride in one message: what a service's handler sends, a busy product's sender. */
const PER_MESSAGE = [1, 10];

/**
 * Usage ingestion end to end, against the statement that somebody would write by hand (`ingest-ceiling.ts`) in the same
 * PostgreSQL: from messages in JetStream to balances, with one event a message and with ten. The stream is preloaded: this
 * is how fast a backlog is worked off. Events of 10,000 organisations, 2 % of them twice, 1 % up to a month late.
 */
export async function ingest(): Promise<Result> {
  const database = await benchDatabase(['libs/entitlements/migrations', 'services/usage/migrations']);
  const nats = await startNats({ dir: join(database.folder, 'nats') });
  const nc = await connectNats({ servers: [nats.url], user: 'bench', password: '' }, 'bench');
  await ensureStreams(nc);
  const orgs = Array.from({ length: ORGANISATIONS }, () => newId());
  await prepareUsage(database, orgs, LATE_DAYS + 1);
  const given = JSON.stringify({ natsUrl: nats.url, login: database.login });
  const flags = JSON.parse(readFileSync('cli/bin/node-flags.json', 'utf8')) as string[];
  const worker = fork(new URL('./ingest-worker.js', import.meta.url), [given], {
    execArgv: [...flags, ...(process.env['BENCH_WORKER_FLAGS'] ?? '').split(' ').filter(Boolean)],
  });
  await once(worker, 'message');
  process.stdout.write(HEAD);
  const results = new Map<number, { rate: number; ratio: number }[]>(PER_MESSAGE.map((one) => [one, []]));
  // The first round warms everything up and does not count.
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [perMessage, list] of results) {
      const { events, distinct } = makeLoad(orgs, EVENTS, perMessage);
      await clear(database);
      const cost = meter({ postgres: database.pid, reader: worker.pid ?? 0, nats: nats.pid });
      const alone = await ceiling(database.admin, 'bench', events);
      const byHand = cost(events.length);
      await clear(database);
      await publishAll(nc, events, perMessage);
      const again = meter({ postgres: database.pid, reader: worker.pid ?? 0, nats: nats.pid });
      const rate = await drain(database, worker, { sent: events.length, distinct });
      const ours = again(events.length);
      if (round < 0) continue;
      list.push({ rate, ratio: rate / alone });
      const cells = [perMessage, alone.toFixed(0), rate.toFixed(0), (rate / alone).toFixed(2), byHand.postgres];
      process.stdout.write(
        `${[...cells, ours.postgres, ours.reader, ours.nats].map((cell, i) => String(cell).padEnd(WIDTHS[i] ?? 0)).join('')}\n`,
      );
    }
  }
  worker.send('exit');
  await once(worker, 'exit');
  await byHttp(database, orgs);
  await nc.close();
  await nats.stop();
  await database.stop();
  const usual = results.get(1) ?? [];
  return {
    name: 'ingest',
    value: Math.round(median(usual.map(({ rate }) => rate))),
    unit: 'events/s',
    ratio: Number(median(usual.map(({ ratio }) => ratio)).toFixed(2)),
    against: 'insert and rollup by hand, one event a message',
  };
}

async function byHttp(database: BenchDatabase, orgs: string[]): Promise<void> {
  const http = await httpIngestion(database, orgs);
  process.stdout.write(
    'HTTP, 1,000 a request  by hand/s  ingestion/s  ratio  µs/event: by hand  PostgreSQL  platform\n',
  );
  const ratios: number[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const { alone, rate, cpu } = await http.round(EVENTS);
    if (round < 0) continue;
    ratios.push(rate / alone);
    const costs = [cpu.byHand, cpu.postgres, cpu.app].map((cost) => cost.toFixed(1));
    const cells = ['', alone.toFixed(0), rate.toFixed(0), (rate / alone).toFixed(2), ...costs];
    process.stdout.write(`${cells.map((cell, i) => cell.padEnd([23, 11, 13, 7, 19, 12, 0][i] ?? 0)).join('')}\n`);
  }
  const { p50, p99 } = await http.delays();
  await http.stop();
  process.stdout.write(`by HTTP: ratio ${median(ratios).toFixed(2)}; under 5,000 events/s from event to balance `);
  process.stdout.write(`p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms\n`);
}

/** Every measurement begins with empty tables and no checkpoint due. */
const clear = (database: BenchDatabase): Promise<unknown> =>
  withClient(database, async (client) => {
    const ours = ['usage_events', 'usage_identities', 'usage_hours', 'usage_balances'].map((table) => `bench.${table}`);
    await client.query(`truncate ${ours.join(', ')}`);
    await client.query('checkpoint');
  });

/** CPU of processes in microseconds an event, from now until it is asked. */
function meter<Name extends string>(pids: Record<Name, number>): (events: number) => Record<Name, string> {
  const names = Object.keys(pids) as Name[];
  const read = () => names.map((name) => familyMs(pids[name]));
  const before = read();
  return (events) => {
    const now = read();
    const each = (at: number) => (((now[at] ?? 0) - (before[at] ?? 0)) * 1_000) / events;
    return Object.fromEntries(names.map((name, at) => [name, each(at).toFixed(1)])) as Record<Name, string>;
  };
}

/** Events a second, from the reader's start until everything is counted. */
async function drain(
  database: BenchDatabase,
  worker: ChildProcess,
  { sent, distinct }: { sent: number; distinct: number },
): Promise<number> {
  const tenants = new TenantDatabase(database.dataSource);
  const counted = async () => {
    const sum = 'select coalesce(sum(events), 0)::int as n from usage_hours';
    return (await tenants.system('ingest', (tx) => tx.one<{ n: number }>(sum)))?.n ?? 0;
  };
  const began = performance.now();
  worker.send('begin');
  while ((await counted()) < distinct) await new Promise((resolve) => setTimeout(resolve, 100));
  const seconds = (performance.now() - began) / 1_000;
  worker.send('end');
  await once(worker, 'message');
  if ((await counted()) !== distinct) throw new Error(`${await counted()} were counted of ${distinct}.`);
  return sent / seconds;
}

/** A stream with nothing but these events. */
async function publishAll(nc: NatsConnection, events: UsageEvent[], perMessage: number): Promise<void> {
  const manager = await jetstreamManager(nc, { checkAPI: false });
  await manager.streams.purge(USAGE_STREAM);
  const js = jetstream(nc, { checkAPI: false });
  const outstanding = new Set<Promise<unknown>>();
  for (let index = 0; index < events.length; index += perMessage) {
    const group = events.slice(index, index + perMessage);
    const sent = js.publish(usageSubject(group[0]?.org ?? '', 'calls'), JSON.stringify(group));
    outstanding.add(sent);
    void sent.finally(() => outstanding.delete(sent));
    if (outstanding.size >= 500) await Promise.race(outstanding);
  }
  await Promise.all(outstanding);
}

async function withClient<T>(database: BenchDatabase, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(database.admin);
  await client.connect();
  return work(client).finally(() => client.end());
}
