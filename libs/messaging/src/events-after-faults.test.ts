import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { deadLetters } from '@tidegate/contracts/kernel/dead-letters';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { type RunningNats, startNats } from '@tidegate/runtime/embedded/nats-server';
import { Log } from '@tidegate/telemetry/log';
import { metricsText } from '@tidegate/telemetry/metrics';
import { type TestSchema, testSchema } from '@tidegate/testing/schema';
import { runPostgres } from '@tidegate/testing/test-run';
import { until } from '@tidegate/testing/until';
import { CONSUMER, EFFECTS, outageProxy, publisher, startConsumer, stepped } from '../test/stand.ts';
import { deadLetterController, watchDeadLetters } from './dead-letter-controller.ts';
import { expireHandled, expireSequences } from './handled-events.rows.ts';
import { operationHandlers } from './handler.ts';
import { ensureStreams } from './jetstream.ts';
import { connectNats } from './nats.ts';
import { watchOf } from './nats-watch.ts';

/** The short form is long enough for every event in flight to be sent back more often than is suspicious. */
const OUTAGE_SECONDS = Number(process.env['OUTAGE_SECONDS'] ?? 9);
const AGGREGATES = Number(process.env['OUTAGE_AGGREGATES'] ?? 60);

const dir = mkdtempSync(join(tmpdir(), 'tidegate-nats-'));
let schema: TestSchema;
let nats: RunningNats;
let nc: NatsConnection;
let database: Awaited<ReturnType<typeof outageProxy>>;
let stand: ReturnType<typeof startConsumer>;
let publish: ReturnType<typeof publisher>;
const broken = new Map<string, number>();
const DAY_MS = 86_400_000;

beforeAll(async () => {
  database = await outageProxy((await runPostgres()).port);
  schema = await testSchema(EFFECTS, { port: database.port });
  nats = await startNats({ dir });
  nc = await connectNats({ servers: [nats.url], user: 'usage', password: '' }, 'test');
  await ensureStreams(nc);
  publish = publisher(nc);
  stand = startConsumer(nc, schema.tenants, (which) => {
    const left = broken.get(which) ?? 0;
    broken.set(which, left - 1);
    if (left > 0) throw new Error(`${which} is broken`);
  });
  await stand.started;
});
afterAll(async () => {
  await stand.consumer.stop();
  await nc.close();
  await nats.stop();
  rmSync(dir, { recursive: true, force: true });
  await schema.close();
  await database.down();
});

const effects = async (prefix: string): Promise<string[]> =>
  (
    await schema.sql<{ which: string }>(
      `select aggregate || '/' || number as which from effects where aggregate like $1 || '%' order by position`,
      [prefix],
    )
  ).map((row) => row.which);
const handled = (prefix: string, count: number, withinMs = 10_000) =>
  until(async () => (await effects(prefix)).length >= count, { withinMs, what: `${count} events of ${prefix}` });
const dead = () =>
  schema.sql<{ id: string; type: string; aggregate: string; error: string }>('select * from dead_letters');
const operate = (which: 'list' | 'replay' | 'discard', input: unknown) => {
  const transport = { inboxes: new Map([[CONSUMER, stand.inbox]]) };
  const controller = new (deadLetterController('usage'))(schema.tenants, transport, new Log());
  const found = operationHandlers(controller).find(
    ({ operation }) => operation === (deadLetters.usage[which] as Operation),
  );
  return schema.tenants.as(
    {},
    (tx) =>
      found?.run({ input, tx, caller: { kind: 'user', userId: 'op', scopes: [] } } as never) as Promise<{
        items: { type: string }[];
      }>,
  );
};

test('after an outage of the database everything flows again, and nobody waits for connections', async () => {
  await publish('killer', 1);
  await handled('killer', 1);
  await database.down();
  for (let n = 0; n < AGGREGATES; n += 1) await publish(`outage-${n}`, 1);
  // One that has killed eight processes before.
  await publish('killer', 2);
  await setTimeout(OUTAGE_SECONDS * 1_000);
  await schema.sql(`insert into inbox_failures (consumer, event_id, begun, error) select $1, $2, 8, ''`, [
    CONSUMER,
    await lastId(),
  ]);
  await database.up();
  await handled('outage', AGGREGATES);
  expect(await schema.tenants.reader({}).query('select 1 as one')).toEqual([{ one: 1 }]);
  const [letter] = await until(async () => ((await dead()).length > 0 ? dead() : undefined));
  expect(letter).toMatchObject({ aggregate: 'killer', error: 'It was started too often without ending.' });
  const stopCounting = watchDeadLetters('usage', schema.tenants);
  expect(await metricsText()).toContain('tidegate_dead_letters{service="usage"} 1');
  stopCounting();
  await operate('discard', { id: letter?.id, reason: 'test' });
  expect(new Set(await effects('outage')).size).toBe(AGGREGATES);
  expect(await schema.sql('select 1 from inbox_failures')).toEqual([]);
});

async function lastId(): Promise<string> {
  const { streams } = await jetstreamManager(nc);
  const { state } = await streams.info('EVENTS');
  const message = await streams.getMessage('EVENTS', { seq: state.last_seq });
  return message?.json<{ id: string }>().id ?? '';
}

test('a lost event is reported and passed; if it arrives after all it is stored for the operator', async () => {
  await publish('gap', 1);
  await publish('gap', 4);
  await publish('gap', 5);
  await handled('gap', 3);
  expect(await effects('gap')).toEqual(['gap/1', 'gap/4', 'gap/5']);
  const [gap] = await dead();
  expect(gap).toMatchObject({ type: 'gap', aggregate: 'gap', error: expect.stringContaining('Events 2 to 3') });
  await expect(operate('replay', { id: gap?.id })).rejects.toMatchObject({ code: 'conflict' });

  await publish('gap', 2);
  const late = await until(async () => (await dead()).find(({ type }) => type !== 'gap'));
  expect(late.error).toContain('after its successors');
  await operate('replay', { id: late.id });
  expect(await effects('gap')).toEqual(['gap/1', 'gap/4', 'gap/5', 'gap/2']);
  expect((await operate('list', { limit: 10 })).items).toMatchObject([{ type: 'gap' }]);
  await operate('discard', { id: gap?.id, reason: 'looked after' });
  expect(await dead()).toEqual([]);

  // The operator has handled the gap, and the rest of it is still not a duplicate.
  await publish('gap', 3);
  const [rest] = await until(async () => ((await dead()).length > 0 ? dead() : undefined));
  expect(rest).toMatchObject({ type: stepped.type, error: expect.stringContaining('after its successors') });
  await operate('replay', { id: rest?.id });
  // Both are handled by now: sent again they are duplicates, and are not handled twice.
  for (const number of [2, 3]) await publish('gap', number);
  await publish('gap', 6);
  await handled('gap', 6);
  expect(await effects('gap')).toEqual(['gap/1', 'gap/4', 'gap/5', 'gap/2', 'gap/3', 'gap/6']);
  expect(await dead()).toEqual([]);
});

test('an aggregate whose beginning is missing is followed from there, and the gap is reported', async () => {
  await publish('headless', 3);
  await publish('headless', 4);
  await handled('headless', 2);
  const [gap] = await dead();
  expect(gap).toMatchObject({ type: 'gap', aggregate: 'headless' });
  // What was never handled is not mistaken for a duplicate.
  await publish('headless', 2);
  const late = await until(async () => (await dead()).find(({ type }) => type !== 'gap'));
  for (const one of [gap, late]) await operate('discard', { id: one?.id, reason: 'test' });
});

test('events behind a failing one of an aggregate do not delay other aggregates', async () => {
  broken.set('crowd/1', Number.POSITIVE_INFINITY);
  await publish('crowd', 1);
  await Promise.all(Array.from({ length: 599 }, (_, n) => publish('crowd', n + 2)));
  await publish('outsider', 1);
  await handled('outsider', 1);
  expect(await effects('crowd')).toEqual([]);
  const [, lag] =
    /tidegate_consumer_lag_seconds\{consumer="usage-from-identity"\} (\S+)/.exec(await metricsText()) ?? [];
  expect(Number(lag)).toBeGreaterThan(0);
  broken.delete('crowd/1');
  await handled('crowd', 600, 40_000);
  expect(await effects('crowd')).toEqual(Array.from({ length: 600 }, (_, n) => `crowd/${n + 1}`));
  expect(await dead()).toEqual([]);
});

test('what a nats-server sends again because it lost where a consumer was is known by its number, and what is new is handled', async () => {
  const manager = await jetstreamManager(nc);
  const stored = async () =>
    Number((await schema.sql<{ sequence: string }>('table consumer_positions'))[0]?.sequence ?? 0);
  const wanted = (await manager.streams.info('EVENTS')).state.last_seq;
  let number = 0;
  const goOn = async () => {
    number += 1;
    await publish('known', number);
  };
  await until(
    async () => {
      for (let count = 0; count < 40; count += 1) await goOn();
      return (await stored()) > wanted;
    },
    { withinMs: 60_000, everyMs: 500, what: 'A stored position' },
  );
  const known = await stored();
  // What 2.9 makes of the file on a full disk.
  await manager.consumers.delete('EVENTS', CONSUMER);
  await goOn();
  await handled('known', number);
  const [, again] = /^tidegate_consumer_sent_again_total\{.*\} (\d+)$/m.exec(await metricsText()) ?? [];
  expect(Number(again)).toBeGreaterThanOrEqual(known);
});

// The position that is stored is that of another stream then.
test('a deleted consumer and a deleted stream are recreated; until then the service is not ready', async () => {
  const manager = await jetstreamManager(nc);
  await manager.consumers.delete('EVENTS', CONSUMER);
  await publish('again', 1);
  await handled('again', 1);
  await manager.streams.delete('EVENTS');
  const reason = await until(() => watchOf(nc).trouble());
  expect(reason).toContain(CONSUMER);
  expect(await ensureStreams(nc)).toEqual(['EVENTS']);
  await publish('again', 2);
  await handled('again', 2);
  expect(watchOf(nc).trouble()).toBeUndefined();
  expect(await ensureStreams(nc)).toEqual([]);
});

test('an aggregate that is quiet for weeks expires, however many events it had', async () => {
  await publish('once', 1);
  for (const number of [1, 2]) await publish('often', number);
  await handled('once', 1);
  await handled('often', 2);
  await schema.sql("update inbox set at = now() - interval '36 days' where aggregate in ('once', 'often')");
  await publish('fresh', 1);
  await handled('fresh', 1);
  expect(await schema.tenants.as({}, expireHandled)).toBe(false);
  const left = await schema.sql<{ aggregate: string }>('select aggregate from inbox');
  const names = left.map(({ aggregate }) => aggregate);
  expect(names).toContain('fresh');
  expect(names).not.toContain('once');
  expect(names).not.toContain('often');
});

test('an aggregate that begins at 1 again after months of silence is handled in order, and an old event only once', async () => {
  const [first, second] = [new Date(Date.now() - 1_000), new Date()];
  for (const number of [1, 2, 3]) await publish('reborn', number);
  await handled('reborn', 3);
  // Its consumer was away meanwhile: nothing has expired.
  await schema.sql("update inbox set at = now() - interval '100 days' where aggregate = 'reborn'");
  await publish('reborn', 1, undefined, new Date(Date.now() - 101 * DAY_MS));
  await publish('reborn', 3, undefined, new Date(Date.now() - 100 * DAY_MS));
  const manager = await jetstreamManager(nc);
  await until(async () => {
    const { num_pending, num_ack_pending } = await manager.consumers.info('EVENTS', CONSUMER);
    return num_pending === 0 && num_ack_pending === 0;
  });
  expect(await effects('reborn')).toEqual(['reborn/1', 'reborn/2', 'reborn/3']);
  await publish('reborn', 2, first, second);
  await publish('reborn', 1, undefined, first);
  await publish('reborn', 3, second);
  await handled('reborn', 6);
  expect(await effects('reborn')).toEqual([1, 2, 3, 1, 2, 3].map((number) => `reborn/${number}`));
  expect(await dead()).toEqual([]);
});

test('numbers of aggregates that nobody emits for any more expire, except while an event still waits to be sent', async () => {
  await schema.sql(`
    insert into outbox_sequences (aggregate, last, at) values
      ('gone', 7, now() - interval '101 days'), ('unsent', 7, now() - interval '101 days'), ('quiet', 7, now() - interval '99 days')`);
  await schema.sql(`
    insert into outbox (event_id, subject, aggregate, sequence, body) values (gen_random_uuid(), 'evt.test', 'unsent', 7, '{}')`);
  expect(await schema.tenants.as({}, expireSequences)).toBe(false);
  const left = await schema.sql<{ aggregate: string }>('select aggregate from outbox_sequences order by aggregate');
  expect(left.map(({ aggregate }) => aggregate)).toEqual(['quiet', 'unsent']);
  await schema.sql("delete from outbox where aggregate = 'unsent'");
});

test('what goes on after weeks of silence waits for nothing, however many other events wait', async () => {
  const weeksAgo = new Date(Date.now() - 36 * 86_400_000);
  broken.set('endless/1', Number.POSITIVE_INFINITY);
  await publish('endless', 1);
  await publish('silent', 1);
  await handled('silent', 1);
  await schema.sql("update inbox set at = now() - interval '36 days' where aggregate = 'silent'");
  await schema.tenants.as({}, expireHandled);
  await publish('silent', 2, weeksAgo);
  await handled('silent', 2);
  await publish('silent', 3, new Date());
  await handled('silent', 3);
  // What is younger is still on its way.
  await publish('disordered', 2, new Date());
  await publish('disordered', 1);
  await handled('disordered', 2);
  expect(await effects('disordered')).toEqual(['disordered/1', 'disordered/2']);
  broken.delete('endless/1');
  await handled('endless', 1, 40_000);
  expect(await dead()).toEqual([]);
});

test('a nats-server that is killed and restarted is pulled from at once', async () => {
  process.kill(nats.pid, 'SIGKILL');
  await until(() => watchOf(nc).trouble() === 'the connection is down');
  nats = await startNats({ dir, port: nats.port });
  await until(() => publish('risen', 1).then(() => true));
  await handled('risen', 1);
});

test('a nats-server that hangs is noticed although no connection breaks; events of that time are handled', async () => {
  process.kill(nats.pid, 'SIGSTOP');
  try {
    await until(() => watchOf(nc).trouble() === 'the connection is down', { withinMs: 30_000 });
  } finally {
    process.kill(nats.pid, 'SIGCONT');
  }
  await until(() => watchOf(nc).trouble() === undefined, { withinMs: 20_000 });
  await until(() => publish('thawed', 1).then(() => true));
  await handled('thawed', 1);
});
