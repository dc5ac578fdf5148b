import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import { event } from '@tidegate/contracts/kernel/event';
import { newId } from '@tidegate/database/ids';
import type { RunningNats } from '@tidegate/runtime/embedded/nats-server';
import { Log } from '@tidegate/telemetry/log';
import { metricsText } from '@tidegate/telemetry/metrics';
import { startTestNats } from '@tidegate/testing/nats';
import { type TestSchema, testSchema } from '@tidegate/testing/schema';
import { until } from '@tidegate/testing/until';
import { z } from 'zod';
import { ensureStreams } from './jetstream.ts';
import { connectNats } from './nats.ts';
import { Outbox } from './outbox.ts';
import { takeLease } from './relay.rows.ts';
import { Relay } from './relay.ts';

const said = event({
  service: 'identity',
  name: 'relay-test.said.v1',
  summary: 'Something was said in a test of the relay',
  data: z.object({ id: z.string(), text: z.string() }),
  aggregate: (data) => data.id,
});

let schema: TestSchema;
let nats: RunningNats;
let nc: NatsConnection;
const relays: Relay[] = [];

beforeAll(async () => {
  schema = await testSchema();
  nats = await startTestNats();
  nc = await connectNats({ servers: [nats.url], user: 'identity', password: '' }, 'test');
  await ensureStreams(nc);
});
afterEach(() => Promise.all(relays.splice(0).map((relay) => relay.stop())));
afterAll(async () => {
  await nc.close();
  await nats.stop();
  await schema.close();
});

function relay(service = 'identity'): { outbox: Outbox; relay: Relay } {
  const one = new Relay({ service, tenants: schema.tenants, nc, log: new Log() });
  relays.push(one);
  return { relay: one, outbox: new Outbox(service, () => one.wake()) };
}
const say = (outbox: Outbox, id: string, text: string) =>
  schema.tenants.as({}, (tx) => outbox.emit(tx, said, { id, text }));
interface Published {
  subject: string;
  sequence: number;
  time: string;
  previoustime?: string;
}
const published = async (id: string) => (await envelopes(id)).map(({ sequence }) => sequence);
async function envelopes(id: string): Promise<Published[]> {
  const { streams } = await jetstreamManager(nc);
  const { state } = await streams.info('EVENTS');
  const found: Published[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const envelope = (await streams.getMessage('EVENTS', { seq }))?.json<Published>();
    if (envelope?.subject === id) found.push(envelope);
  }
  return found;
}
const waiting = async () => Number((await schema.sql<{ n: string }>('select count(*) as n from outbox'))[0]?.n);

test('an event that is larger than a message is refused when it is emitted, with its change', async () => {
  const { outbox } = relay();
  const refused = say(outbox, newId(), 'x'.repeat(1024 * 1024));
  await expect(refused).rejects.toMatchObject({
    code: 'body_too_large',
    status: 413,
    detail: expect.stringContaining('the limit is'),
  });
  expect(await waiting()).toBe(0);
  // The largest accepted one is sent.
  const { relay: one, outbox: sending } = relay();
  one.start();
  await say(sending, newId(), 'x'.repeat(1024 * 1024 - 17 * 1024));
  await until(async () => (await waiting()) === 0);
});

test('the next event of an aggregate is never published before the one in front of it; others go on', async () => {
  const { relay: one, outbox } = relay();
  const [stuck, free] = [newId(), newId()];
  for (const text of ['first', 'second', 'third']) await say(outbox, stuck, text);
  await say(outbox, free, 'other');
  await schema.sql(`update outbox set body = repeat('x', 2 * 1024 * 1024) where aggregate = $1 and sequence = 1`, [
    stuck,
  ]);
  one.start();
  await until(async () => (await published(free)).length === 1);
  expect(await published(stuck)).toEqual([]);
  await schema.sql(`update outbox set body = '{}' where aggregate = $1 and sequence = 1`, [stuck]);
  one.wake();
  await until(async () => (await waiting()) === 0);
  expect(await published(stuck)).toEqual([1, 2, 3]);
});

test('while the bus does not answer no connection of the pool is held, and the lag is visible', async () => {
  const { relay: one, outbox } = relay();
  one.start();
  process.kill(nats.pid, 'SIGSTOP');
  try {
    await Promise.all(Array.from({ length: 20 }, () => say(outbox, newId(), 'waits')));
    await until(async () => /tidegate_outbox_messages\{service="identity"\} [1-9]/.test(await metricsText()));
    const held = await schema.sql(
      `select 1 from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`,
    );
    expect(held).toEqual([]);
  } finally {
    process.kill(nats.pid, 'SIGCONT');
  }
  await until(async () => (await waiting()) === 0);
});

test('a replica without the lease wakes the holder, and takes over when the holder dies', async () => {
  const [first, second] = [relay(), relay()];
  first.relay.start();
  const id = newId();
  await say(first.outbox, id, 'one');
  await until(async () => (await published(id)).length === 1);
  second.relay.start();
  await say(second.outbox, id, 'two');
  await until(async () => (await published(id)).length === 2);
  // Like a killed process: the lease stays and nobody answers.
  await schema.sql(`update relay_lease set holder = gen_random_uuid(), held_until = now() + interval '2 seconds'`);
  await first.relay.stop();
  await say(second.outbox, id, 'three');
  await until(async () => (await published(id)).length === 3);
  const [one, two, three] = await envelopes(id);
  expect([one, two, three].map((envelope) => envelope?.sequence)).toEqual([1, 2, 3]);
  // Each says when the one before it was emitted.
  expect([one, two, three].map((envelope) => envelope?.previoustime)).toEqual([undefined, one?.time, two?.time]);
});

test('an idle relay writes nothing', async () => {
  const { relay: one } = relay();
  const lease = () => schema.sql<{ version: string }>('select xmin::text as version from relay_lease');
  const before = await lease();
  one.start();
  for (let wakes = 0; wakes < 5; wakes += 1) one.wake();
  await one.stop();
  expect(await lease()).toEqual(before);
});

test('a lease that a clock an hour ahead has left belongs to nobody', async () => {
  await schema.sql("update relay_lease set holder = $1, held_until = now() + interval '1 hour'", [newId()]);
  const [one, other] = [newId(), newId()];
  expect(await takeLease(schema.tenants, one, 5)).toBe(true);
  expect(await takeLease(schema.tenants, other, 5)).toBe(false);
  await schema.sql("update relay_lease set holder = null, held_until = '-infinity'");
});

test('processes without the lease do not keep waking each other', async () => {
  await schema.sql("update relay_lease set holder = $1, held_until = now() + interval '1 minute'", [newId()]);
  let passedOn = 0;
  const subscription = nc.subscribe('wake.identity.outbox', {
    callback: () => {
      passedOn += 1;
    },
  });
  const [first, second] = [relay(), relay()];
  await say(first.outbox, newId(), 'x');
  for (const { relay: one } of [first, second]) one.start();
  // Each checked once, found the lease taken and woke the holder.
  await until(async () => passedOn >= 2);
  await say(second.outbox, newId(), 'y');
  const before = passedOn;
  for (let trip = 0; trip < 100; trip += 1) await nc.flush();
  expect(passedOn - before).toBeLessThan(10);
  subscription.unsubscribe();
  await schema.sql('delete from outbox');
  await schema.sql("update relay_lease set holder = null, held_until = '-infinity'");
});

test('an event that a live topic follows is published on it once it is sent, with no more than the topic says', async () => {
  const { relay: one, outbox } = relay('billing');
  const orgId = newId();
  const published: string[] = [];
  nc.subscribe(`live.${orgId}.>`, {
    callback: (_error, message) => void published.push(`${message.subject} ${message.string()}`),
  });
  one.start();
  const snapshot = { orgId, version: 7, plans: {}, features: {}, periods: {}, upgrade: {} };
  await schema.tenants.as({}, (tx) => outbox.emit(tx, entitlementsChanged, snapshot, orgId));
  await until(() => published.length > 0);
  expect(published).toEqual([`live.${orgId}.entitlements {"version":7}`]);
});
