import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import { listApiKeys } from '@tidegate/contracts/identity/api-keys';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { type Operation, operation } from '@tidegate/contracts/kernel/operation';
import { type RunningNats, startNats } from '@tidegate/runtime/embedded/nats-server';
import { natsAuthorization } from '@tidegate/runtime/nats-permissions';
import { BUS_MEMBERS } from '@tidegate/runtime/secrets-file';
import { Log } from '@tidegate/telemetry/log';
import { Metrics, metricsText } from '@tidegate/telemetry/metrics';
import { droppingProxy } from '@tidegate/testing/dropping-proxy';
import { patient } from '@tidegate/testing/pace';
import { until } from '@tidegate/testing/until';
import { z } from 'zod';
import { Bus } from './bus.ts';
import { CallerTokens } from './caller-token.ts';
import { connectNats } from './nats.ts';
import { watchOf } from './nats-watch.ts';
import { OperationServer } from './operation-server.ts';

const shared = { service: 'identity', scope: 'service', input: z.strictObject({ n: z.int() }) } as const;
const readState = operation({
  ...shared,
  name: 'faults.read-state',
  summary: 'Reads',
  output: z.any(),
  readonly: true,
});
const change = operation({ ...shared, name: 'faults.change', summary: 'Writes', output: z.any() });
/** One of a customer’s. Another one of our own would be in the document of the API, for all tests of this process. */
const ofCustomers = listApiKeys as Operation;

const dir = mkdtempSync(join(tmpdir(), 'tidegate-nats-'));
const users = Object.fromEntries(BUS_MEMBERS.map((user) => [user, { user, password: 'x' }]));
let nats: RunningNats;
let [serving, asking]: NatsConnection[] = [];
let server: OperationServer;
let bus: Bus;
/** What the handlers do; tests set it. */
let answer: (n: number) => unknown = (n) => n;

const tokens = new CallerTokens('s'.repeat(32));
const sealer = {
  sealInput: (_: unknown, input: unknown) => input,
  openInput: (_: unknown, input: { n: number }) => {
    if (input.n < 0) throw new Error('It cannot be opened.');
    return input;
  },
  sealOutput: (_: unknown, output: unknown) => {
    if (Object(output).unsealed) throw new Error('It cannot be sealed.');
    return output;
  },
  openOutput: (_: unknown, output: unknown) => output,
} as never;

const options = () => ({
  service: 'identity' as const,
  nc: serving as NatsConnection,
  runner: { run: async (_: unknown, { input }: { input: { n: number } }) => answer(input.n) } as never,
  tokens,
  sealer,
  log: new Log(),
  metrics: new Metrics(),
});

beforeAll(async () => {
  nats = await startNats({ dir, authorization: natsAuthorization(users as never) });
  const connect = (user: string) => connectNats({ servers: [nats.url], user, password: 'x' }, 'test');
  [serving, asking] = [await connect('identity'), await connect('gateway')];
  server = new OperationServer(
    options(),
    [readState, change, ofCustomers].map((one) => ({ operation: one, run: async () => undefined })),
  );
  server.start();
  await serving.flush();
});
afterAll(async () => {
  await server.stop();
  await Promise.all([serving?.close(), asking?.close()]);
  await nats.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  answer = (n) => n;
  // One that was not answered once knows the members, and asks no longer whoever is next.
  bus = new Bus({ service: 'gateway', nc: asking as NatsConnection, tokens, sealer });
});
afterEach(() => bus.close());

test('a malformed request, and an answer that is not JSON, are answered with a problem', async () => {
  for (const body of ['null', '7', '"x"', '{}', 'not json', '']) {
    const reply = await asking?.request(readState.subject, body, { timeout: 5_000 });
    expect(reply?.json()).toMatchObject({ problem: { code: 'malformed_body' } });
  }
  answer = () => ({ tooBig: 10n });
  await expect(bus.call(readState, { n: 1 })).rejects.toMatchObject({ code: 'internal_error' });
  answer = (n) => n;
  expect(await bus.call(readState, { n: 2 })).toBe(2);
});

test('what is too large for a message is refused as that, in both directions, and nothing is called', async () => {
  const large = 'x'.repeat(1024 * 1024);
  let called = 0;
  answer = () => {
    called += 1;
    return large;
  };
  await expect(bus.call(change, { n: 1, large } as never)).rejects.toMatchObject({
    code: 'body_too_large',
    status: 413,
    data: { limitBytes: 1024 * 1024 },
  });
  expect(called).toBe(0);
  for (const operation of [readState, change]) {
    await expect(bus.call(operation, { n: 1 })).rejects.toMatchObject({ code: 'answer_too_large', status: 413 });
  }
  answer = () => large.slice(2_000);
  expect(await bus.call(readState, { n: 2 })).toHaveLength(large.length - 2_000);
});

test.each([
  ['a statement that took too long', { code: '57014' }],
  ['an old primary after a failover', { code: '25006' }],
  ['a transaction that the server had ended', { code: '25P03' }],
  ['a connection that broke', { message: 'Connection terminated unexpectedly' }],
])('%s is an outage: 503, and when to retry', async (_what, error) => {
  answer = () => {
    throw Object.assign(new Error('x'), error);
  };
  const data = { retryAfterSeconds: expect.any(Number) };
  await expect(bus.call(change, { n: 1 })).rejects.toMatchObject({ code: 'unavailable', data });
});

test('hosts whose clocks differ by more than a deadline can call each other', async () => {
  const now = Date.now;
  const behind = tokens.sign({ kind: 'service', service: 'gateway', scopes: ['*'] }, now() - 90_000);
  const ahead = tokens.sign({ kind: 'service', service: 'gateway', scopes: ['*'] }, now() + 90_000);
  for (const callerToken of [behind, ahead]) expect(await bus.call(readState, { n: 3 }, { callerToken })).toBe(3);
  const ancient = tokens.sign({ kind: 'service', service: 'gateway', scopes: ['*'] }, now() - 600_000);
  // Nobody's credentials are wrong: their clients would log out.
  for (let again = 0; again < 2; again += 1) {
    await expect(bus.call(readState, { n: 3 }, { callerToken: ancient })).rejects.toMatchObject({
      code: 'unavailable',
      data: { retryAfterSeconds: expect.any(Number) },
    });
  }
  await expect(bus.call(readState, { n: 3 }, { callerToken: `${ancient}x` })).rejects.toMatchObject({
    code: 'unauthenticated',
  });
});

test('without a replica a write is refused at once, after its deadline a call fails, both with when to retry', async () => {
  const orphan = { ...change, subject: 'rpc.billing.nobody' };
  const data = { retryAfterSeconds: 1 };
  await expect(bus.call(orphan, { n: 1 })).rejects.toMatchObject({ code: 'unavailable', data });
  answer = () => setTimeout(500);
  await expect(bus.call(change, { n: 1 }, { deadlineMs: 50 })).rejects.toMatchObject({ code: 'timeout', data });
});

test('more than can be answered soon is refused at once, and nobody is kept out by one that floods', async () => {
  const { promise: parked, resolve: release } = Promise.withResolvers<void>();
  let arrived = 0;
  answer = async () => {
    arrived += 1;
    await parked;
    return 1;
  };
  const asksAs = (caller: Caller) => bus.call(ofCustomers, { n: 1 }, { caller, deadlineMs: 60_000 });
  const asks = (orgId: string) => asksAs({ kind: 'user', userId: 'u', orgId, scopes: ['bots:read'] });
  const flood = Array.from({ length: 200 }, () => asks('flood'));
  await until(() => arrived === 200, { what: 'A burst at its handlers' });
  // It stays for longer than a burst.
  await setTimeout(600);
  await expect(asks('flood')).rejects.toMatchObject({
    code: 'unavailable',
    data: { retryAfterSeconds: expect.any(Number) },
  });
  expect(await metricsText()).toMatch(/tidegate_operations_shed_total\{service="identity"\} [1-9]/);
  const others = ['quiet', 'other'].map(asks);
  const inside = bus.call(readState, { n: 1 }, { deadlineMs: 60_000 });
  await until(() => arrived === 203, { what: 'Those of others at their handlers' });
  // A network without an account, and a person without an organisation, keep only themselves out.
  const from = (network: string): Caller => ({ kind: 'anonymous', network, scopes: [] });
  const alone = (userId: string): Caller => ({ kind: 'user', userId, scopes: [] });
  const quiet: Promise<unknown>[] = [];
  for (const [flooding, other] of [
    [from('192.0.2.1'), from('192.0.2.2')],
    [alone('a'), alone('b')],
  ] as const) {
    let refused = 0;
    const ask = () => void asksAs(flooding).catch(() => (refused += 1));
    await until(
      () => {
        for (let n = 0; n < 30; n += 1) ask();
        return refused > 0;
      },
      { everyMs: 100, what: 'One that floods to be refused' },
    );
    quiet.push(asksAs(other));
  }
  release();
  expect(await Promise.all([...flood, ...others, inside])).toEqual(Array.from({ length: 203 }, () => 1));
  expect(await Promise.all(quiet)).toEqual([1, 1]);
});

test('whatever becomes of a request, its place is free again', async () => {
  const caller: Caller = { kind: 'user', userId: 'u', orgId: 'faulty', scopes: ['bots:read'] };
  const faults = [
    () => {
      throw new Error('at once');
    },
    () => Promise.reject(new Error('later')),
    () => Promise.reject(Object.assign(new Error('x'), { code: '57014' })),
    () => ({ unsealed: true }),
    () => ({ tooBig: 10n }),
  ];
  // More in all than one may ever have in hand.
  for (let n = 0; n < 20; n += 1) {
    answer = faults[n % faults.length] as () => unknown;
    const asked = Array.from({ length: 60 }, (_, at) =>
      bus.call(ofCustomers, { n: at === 0 ? -1 : 1 }, { caller }).then(
        () => 'ok',
        ({ code }) => code as unknown,
      ),
    );
    const codes = await Promise.all(asked);
    expect(codes).not.toContain('ok');
  }
  answer = (n) => n;
  const held = Array.from({ length: 60 }, () => bus.call(ofCustomers, { n: 1 }, { caller }));
  expect(await Promise.all(held)).toEqual(held.map(() => 1));
});

test('a read whose replica died is answered by another one', async () => {
  let taken = 0;
  // In the queue group, as a replica that takes one request and is killed.
  const dying = serving?.subscribe(readState.subject, {
    queue: 'identity',
    callback: () => {
      taken += 1;
    },
  });
  // The calls come over another connection, and could be there first.
  await serving?.flush();
  const calls = Promise.all(Array.from({ length: 24 }, (_, n) => bus.call(readState, { n })));
  await until(() => taken > 0);
  dying?.unsubscribe();
  expect(await calls).toEqual(Array.from({ length: 24 }, (_, n) => n));
});

test('what the bus refuses is logged and makes the service not ready', async () => {
  serving?.subscribe('evt.billing.secret.v1', { callback: () => {} });
  expect(await until(() => watchOf(serving as NatsConnection).trouble())).toContain('evt.billing.secret.v1');
  for (const subject of ['usage.org.api_calls', 'live.org.bots', '$JS.API.CONSUMER.DELETE.EVENTS.usage-from-billing']) {
    serving?.publish(subject, '');
    await until(() => watchOf(serving as NatsConnection).refused.has(subject), { what: `${subject} to be refused` });
  }
  asking?.publish('$JS.API.CONSUMER.DELETE.EVENTS.notifier-from-identity', '');
  await until(() =>
    watchOf(asking as NatsConnection)
      .trouble()
      ?.includes('notifier-from-identity'),
  );
});

test('a server whose subscription is refused stops in order', async () => {
  const nc = await connectNats({ servers: [nats.url], user: 'identity', password: 'x' }, 'test');
  const refused = new OperationServer({ ...options(), nc, service: 'billing' }, []);
  refused.start();
  expect(await until(() => watchOf(nc).trouble())).toContain('requests to our operations');
  await refused.stop();
  await nc.close();
});

test('without the bus calls are refused at once, running reads too; when it is back everything works again', async () => {
  const { promise: parked, resolve: release } = Promise.withResolvers<number>();
  let arrived = 0;
  answer = () => {
    arrived += 1;
    return parked;
  };
  const read = bus.call(readState, { n: 1 }, { deadlineMs: 60_000 });
  const refused = expect(read).rejects.toMatchObject({ code: 'unavailable', data: { retryAfterSeconds: 1 } });
  const write = bus.call(change, { n: 1 }, { deadlineMs: 60_000 });
  const unknown = expect(write).rejects.toMatchObject({ code: 'timeout', data: { retryAfterSeconds: 1 } });
  await until(() => arrived >= 2, { what: 'both requests at their handlers' });
  process.kill(nats.pid, 'SIGKILL');
  await Promise.all([refused, unknown]);
  await expect(bus.call(change, { n: 1 }, { deadlineMs: 60_000 })).rejects.toMatchObject({ code: 'unavailable' });
  expect(watchOf(asking as NatsConnection).trouble()).toBe('the connection is down');
  answer = (n) => n;
  nats = await startNats({ dir, port: nats.port, authorization: natsAuthorization(users as never) });
  expect(await until(() => bus.call(readState, { n: 5 }))).toBe(5);
  release(0);
});

/** A member whose connection is dead, which the server does not know. */
async function deadMember(): Promise<() => Promise<void>> {
  const proxy = await droppingProxy(nats.port);
  const dying = await connectNats(
    { servers: [`nats://127.0.0.1:${proxy.port}`], user: 'identity', password: 'x' },
    'dying',
  );
  const handlers = [readState, change].map((one) => ({ operation: one, run: async () => undefined }));
  new OperationServer({ ...options(), nc: dying }, handlers).start();
  await dying.flush();
  proxy.drop();
  proxy.swallow(true);
  return async () => {
    await dying.close().catch(() => undefined);
    await proxy.close();
  };
}

test('a member that is dead while the server does not know it costs the calls that it got, and none after them', async () => {
  const bury = await deadMember();
  const call = (deadlineMs: number) =>
    bus.call(change, { n: 1 }, { deadlineMs }).then(
      () => true,
      () => false,
    );
  // A queue group is drawn from by chance.
  await until(async () => !(await call(patient(300))), { everyMs: 1, what: 'A call that the dead one got' });
  await setTimeout(1_000);
  const after = await Promise.all(Array.from({ length: 40 }, () => call(patient(3_000))));
  expect(after).toEqual(after.map(() => true));
  await bury();
});

test('of the calls that it got, those that may be repeated are answered all the same', async () => {
  const bury = await deadMember();
  const answered = (work: () => Promise<unknown>) =>
    Promise.all(
      Array.from({ length: 20 }, () =>
        work().then(
          () => true,
          () => false,
        ),
      ),
    );
  const deadlineMs = patient(12_000);
  const reads = answered(() => bus.call(readState, { n: 1 }, { deadlineMs }));
  const writes = answered(() => bus.call(change, { n: 1 }, { deadlineMs, idempotencyKey: crypto.randomUUID() }));
  expect([...(await reads), ...(await writes)]).toEqual(Array.from({ length: 40 }, () => true));
  await bury();
});

test('a write with a key is not sent again to those that are there and slow, one without a key to nobody', async () => {
  let calls = 0;
  const { promise: parked, resolve: release } = Promise.withResolvers<number>();
  answer = () => {
    calls += 1;
    return parked;
  };
  const call = (idempotencyKey?: string) =>
    bus.call(change, { n: 1 }, { deadlineMs: 30_000, ...(idempotencyKey ? { idempotencyKey } : {}) });
  const without = call();
  // Whoever has the first is not known, whoever has the next is.
  const first = call('a');
  await until(() => calls === 3, { what: 'The first with a key once more' });
  const next = call('b');
  await until(() => calls === 4, { what: 'The next' });
  await setTimeout(5_000);
  expect(calls).toBe(4);
  release(7);
  expect(await Promise.all([without, first, next])).toEqual([7, 7, 7]);
});
