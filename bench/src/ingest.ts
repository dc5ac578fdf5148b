import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { USAGE_STREAM, type UsageEvent, usageSubject } from '@tidegate/contracts/usage/event';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { ensureStreams } from '@tidegate/messaging/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import { ensureEventDays } from '@tidegate/usage/ingestion/event-days';
import { type CountableEvent, countEvents } from '@tidegate/usage/ingestion/usage-event.rows';
import { eventKey } from '@tidegate/usage/kernel/event-identity';
import pg from 'pg';
import type { Result } from './main.ts';
import { type BenchDatabase, benchDatabase, median } from './servers.ts';

const EVENTS = 200_000;
const ORGANISATIONS = 1_000;
const ROUNDS = 3;
const BATCH = 2_000;
const CONNECTIONS = 3;
const ANCHOR = '2026-01-01T00:00:00.000Z';
/** Events that ride in one message: what a service's handler sends, a busy product's sender, a gateway's report. */
const PER_MESSAGE = [1, 10, 50];

/**
 * Usage ingestion end to end, from messages in JetStream to balances: parsed, checked, counted once; against the
 * statement alone that inserts and rolls up, with everything prepared, in the same PostgreSQL and with as many
 * connections. The stream is preloaded: this is how fast a backlog is worked off. The figure is that of ten events a
 * message; with one, JetStream and JSON cost the reader as much CPU as PostgreSQL.
 */
export async function ingest(): Promise<Result> {
  const database = await benchDatabase(['libs/entitlements/migrations', 'services/usage/migrations']);
  const nats = await startNats({ dir: join(database.folder, 'nats') });
  const nc = await connectNats({ servers: [nats.url], user: 'bench', password: '' }, 'bench');
  await ensureStreams(nc);
  const orgs = Array.from({ length: ORGANISATIONS }, () => newId());
  await prepare(database, orgs);
  const given = JSON.stringify({ natsUrl: nats.url, login: database.login });
  const worker = fork(new URL('./ingest-worker.js', import.meta.url), [given]);
  await once(worker, 'message');
  process.stdout.write('events/message  insert + rollup/s  ingestion/s  ratio\n');
  const results = new Map<number, { rate: number; ratio: number }[]>(PER_MESSAGE.map((one) => [one, []]));
  // The first round warms everything up and does not count.
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [perMessage, list] of results) {
      await clear(database);
      const alone = await insertAlone(database, makeEvents(orgs));
      await clear(database);
      await publishAll(nc, makeEvents(orgs), perMessage);
      const rate = await drain(database, worker, EVENTS);
      if (round < 0) continue;
      list.push({ rate, ratio: rate / alone });
      const cells = [perMessage, alone.toFixed(0), rate.toFixed(0), (rate / alone).toFixed(2)];
      process.stdout.write(`${cells.map((cell, i) => String(cell).padEnd([16, 19, 13, 0][i] ?? 0)).join('')}\n`);
    }
  }
  worker.kill();
  await nc.close();
  await nats.stop();
  await database.stop();
  const usual = results.get(10) ?? [];
  return {
    name: 'ingest',
    value: Math.round(median(usual.map(({ rate }) => rate))),
    unit: 'events/s',
    ratio: Number(median(usual.map(({ ratio }) => ratio)).toFixed(2)),
    against: 'insert and rollup alone, ten events a message',
  };
}

async function prepare(database: BenchDatabase, orgs: string[]): Promise<void> {
  const tenants = new TenantDatabase(database.dataSource);
  await tenants.as({}, (tx) => tx.query("insert into meters (meter, name) values ('calls', 'Calls')"));
  await tenants.system('ingest', (tx) =>
    tx.query(
      `insert into entitlement_snapshots (org_id, version, periods, snapshot) select id, 1, $2::json, '{}' from unnest($1::uuid[]) id`,
      [orgs, JSON.stringify({ meters: {}, shared: [{ from: ANCHOR, anchor: ANCHOR, months: 1 }] })],
    ),
  );
  await ensureEventDays(tenants, { back: 1, ahead: 3 });
}

/** Every measurement begins with empty tables and no checkpoint due. */
const clear = (database: BenchDatabase): Promise<unknown> =>
  withClient(database, async (client) => {
    const ours = ['usage_events', 'usage_identities', 'usage_hours', 'usage_balances'].map((table) => `bench.${table}`);
    await client.query(`truncate ${ours.join(', ')}`);
    await client.query('checkpoint');
  });

function makeEvents(orgs: string[]): UsageEvent[] {
  const at = new Date().toISOString();
  return Array.from({ length: EVENTS }, (_, index) => ({
    id: newId(),
    // Neighbours belong together, as events of one sender do, so that several can ride in one message.
    org: orgs[Math.floor(index / 50) % orgs.length] as string,
    meter: 'calls',
    quantity: 1,
    at,
    source: 'bench',
  }));
}

/** Events a second: the statement alone, with everything prepared, by as many connections as ingestion uses. */
async function insertAlone(database: BenchDatabase, events: UsageEvent[]): Promise<number> {
  const tenants = new TenantDatabase(database.dataSource);
  const batches: CountableEvent[][] = [];
  for (let index = 0; index < events.length; index += BATCH) {
    batches.push(
      events
        .slice(index, index + BATCH)
        .map(countable)
        .sort(byKey),
    );
  }
  const began = performance.now();
  const lane = async () => {
    for (let batch = batches.pop(); batch; batch = batches.pop()) {
      const countable = batch;
      await tenants.system('ingest', (tx) => countEvents(tx, countable));
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  return events.length / ((performance.now() - began) / 1_000);
}

const countable = (event: UsageEvent): CountableEvent => ({
  ...event,
  key: eventKey(event.source, event.id),
  digest: 0,
  lease: undefined,
  periodStart: ANCHOR,
});

const byKey = (a: CountableEvent, b: CountableEvent): number => (a.org + a.key < b.org + b.key ? -1 : 1);

/** Events a second, from the consumer's start until everything is counted. */
async function drain(database: BenchDatabase, worker: ChildProcess, events: number): Promise<number> {
  const tenants = new TenantDatabase(database.dataSource);
  const counted = async () => {
    const sum = 'select coalesce(sum(events), 0)::int as n from usage_hours';
    return (await tenants.system('ingest', (tx) => tx.one<{ n: number }>(sum)))?.n ?? 0;
  };
  const began = performance.now();
  worker.send('begin');
  while ((await counted()) < events) await new Promise((resolve) => setTimeout(resolve, 50));
  const seconds = (performance.now() - began) / 1_000;
  worker.send('end');
  await once(worker, 'message');
  return events / seconds;
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
