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
import { ceiling, type Measured } from './ingest-ceiling.ts';
import { prepareUsage } from './ingest-database.ts';
import { httpIngestion } from './ingest-http.ts';
import { LATE_DAYS, makeLoad } from './ingest-load.ts';
import type { Result } from './main.ts';
import { familyMs } from './process-cpu.ts';
import { type BenchDatabase, benchDatabase, median } from './servers.ts';

const EVENTS = 100_000;
const ORGANISATIONS = 10_000;
const HEAD =
  'events               by hand/s  ingestion/s  ratio  CPU ratio  µs of CPU an event by hand  and ingested\n';
const WIDTHS = [21, 11, 13, 7, 11, 28, 0];
/** Events that ride in one message: what a service's handler sends, a busy product's sender. */
const PER_MESSAGE = [1, 10];

/**
 * Usage ingestion end to end, against the statement that somebody would write by hand (`ingest-ceiling.ts`) in the same
 * PostgreSQL: from messages in JetStream to balances, with one event a message and with ten, the stream preloaded; and by HTTP
 * in batches of a thousand. Events of 10,000 organisations, 2 % of them twice, 1 % up to a month late. The CPU ratio is that of
 * all that either way costs, which others on the machine distort less: PostgreSQL and client by hand; PostgreSQL, reader and
 * nats-server from the stream; PostgreSQL and platform (with its nats-server) by HTTP. `npm run -s bench -- ingest [ROUNDS]`.
 */
export async function ingest([rounds = '5']: string[]): Promise<Result> {
  const counting = Number(rounds);
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
  const ratios = new Map<number, number[]>(PER_MESSAGE.map((one) => [one, []]));
  const rates: number[] = [];
  const pids = [database.pid, worker.pid ?? 0, nats.pid];
  // The first round warms everything up and does not count.
  for (let round = -1; round < counting; round += 1) {
    for (const [perMessage, list] of ratios) {
      const { events, distinct } = makeLoad(orgs, EVENTS, perMessage);
      await clear(database);
      const alone = await ceiling(database, 'bench', events);
      await clear(database);
      await publishAll(nc, events, perMessage);
      const before = pids.map((pid) => familyMs(pid));
      const rate = await drain(database, worker, { sent: events.length, distinct });
      const cpu = pids.map((pid, at) => ((familyMs(pid) - (before[at] ?? 0)) * 1_000) / events.length);
      if (round < 0) continue;
      list.push(report(`${perMessage} a message`, alone, { rate, cpu }));
      if (perMessage === 1) rates.push(rate);
    }
  }
  worker.send('exit');
  await once(worker, 'exit');
  await byHttp(database, orgs, counting);
  await nc.close();
  await nats.stop();
  await database.stop();
  return {
    name: 'ingest',
    value: Math.round(median(rates)),
    unit: 'events/s',
    ratio: Number(median(ratios.get(1) ?? []).toFixed(2)),
    against: 'insert and rollup by hand, one event a message',
  };
}

async function byHttp(database: BenchDatabase, orgs: string[], counting: number): Promise<void> {
  const http = await httpIngestion(database, orgs);
  const ratios: number[] = [];
  for (let round = -1; round < counting; round += 1) {
    const { alone, ours } = await http.round(EVENTS);
    if (round >= 0) ratios.push(report('HTTP, 1,000 a request', alone, ours));
  }
  const { p50, p99 } = await http.delays();
  await http.stop();
  process.stdout.write(`by HTTP: ratio ${median(ratios).toFixed(2)}; under 5,000 events/s from event to balance `);
  process.stdout.write(`p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms\n`);
}

/** One line; the ratio. */
function report(name: string, alone: Measured, ours: Measured): number {
  const sum = ({ cpu }: Measured) => cpu.reduce((all, one) => all + one, 0);
  const each = ({ cpu }: Measured) => cpu.map((one) => one.toFixed(1)).join(' + ');
  const ratio = ours.rate / alone.rate;
  const figures = [alone.rate.toFixed(0), ours.rate.toFixed(0), ratio.toFixed(2), (sum(alone) / sum(ours)).toFixed(2)];
  const cells = [name, ...figures, each(alone), each(ours)];
  process.stdout.write(`${cells.map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0)).join('')}\n`);
  return ratio;
}

/** Every measurement begins with empty tables and no checkpoint due. */
const clear = (database: BenchDatabase): Promise<unknown> =>
  withClient(database, async (client) => {
    const ours = ['usage_events', 'usage_identities', 'usage_hours', 'usage_balances'].map((table) => `bench.${table}`);
    await client.query(`truncate ${ours.join(', ')}`);
    await client.query('checkpoint');
  });

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
