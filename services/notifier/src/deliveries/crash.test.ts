import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { newId } from '@tidegate/database/ids';
import { startWebhookReceiver, type WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from '../../test/fixture.ts';
import { serverLost } from '../../test/happenings.ts';
import { deliveryWhen, hook } from '../../test/receiver.ts';

/* What remains when a process dies, stalls or stops: at least one message is sent, exactly one is counted. */
let world: NotifierWorld;
let receiver: WebhookReceiver;
let org: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  world = await NotifierWorld.start();
});
beforeEach(async () => {
  receiver = await startWebhookReceiver();
  org = newId();
});
afterEach(() => receiver.close());
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** A replica in a process of its own, as `npm run start:services` starts it. */
function spawnReplica(): ChildProcess {
  const env = { ...world.env, PATH: process.env['PATH'], ROLES: 'notifier', LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, ['--no-warnings', join(process.cwd(), 'dist/main.js')], {
    env,
    stdio: 'inherit',
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** An answer that is held back until the test releases it. */
function held(status: number) {
  const gate = Promise.withResolvers<void>();
  receiver.answerNext({ status, after: gate.promise });
  return gate.resolve;
}

const ids = () => receiver.requests.map(({ headers }) => headers['webhook-id']);
const metered = () => world.metered.filter((use) => use.org === org).length;

it('sends again with the same id after kill -9 in the middle of an attempt, and counts once', async () => {
  const victim = spawnReplica();
  await until(() => hook(world, org, receiver), { withinMs: 30_000, everyMs: 100, what: 'the replica' });
  const letGo = held(200);
  await serverLost(world, org);
  await until(() => receiver.requests.length === 1);
  victim.kill('SIGKILL');
  await once(victim, 'exit');
  letGo();
  const replica = await world.boot();
  expect(receiver.requests).toHaveLength(1);
  await world.timePasses();
  expect(await deliveryWhen(world, org, (one) => one.state === 'delivered')).toMatchObject({ attempts: 2 });
  expect(new Set(ids()).size).toBe(1);
  expect(ids()).toHaveLength(2);
  await until(() => metered() === 1);
  await replica.stop();
});

it('records nothing of an attempt that stalled beyond its lease', async () => {
  const slow = await world.boot({ NOTIFIER_TIMEOUT_SECONDS: '20' });
  await hook(world, org, receiver);
  const letGo = held(500);
  await serverLost(world, org);
  await until(() => receiver.requests.length === 1);
  // As if the lease had expired while the process was frozen: any replica may lease the delivery.
  await world.timePasses();
  await deliveryWhen(world, org, (one) => one.state === 'delivered');
  letGo();
  await slow.stop();
  const [delivery] = await world.sql('select id, state, last_status from deliveries where org_id = $1', [org]);
  expect(delivery).toMatchObject({ state: 'delivered', last_status: 204 });
  expect(ids()).toEqual([delivery?.['id'], delivery?.['id']]);
  await until(() => metered() === 1);
});

it('finishes running attempts before it stops', async () => {
  const replica = await world.boot({ NOTIFIER_TIMEOUT_SECONDS: '20' });
  await hook(world, org, receiver);
  const letGo = held(200);
  await serverLost(world, org);
  await until(() => receiver.requests.length === 1);
  const stopped = replica.stop();
  letGo();
  await stopped;
  const [row] = await world.sql('select state, attempts from deliveries where org_id = $1', [org]);
  expect(row).toEqual({ state: 'delivered', attempts: 1 });
});
