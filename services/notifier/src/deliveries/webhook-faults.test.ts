import { deleteChannel, getChannel } from '@tidegate/contracts/notifier/channels';
import { type Delivery, getDelivery, retryDelivery } from '@tidegate/contracts/notifier/deliveries';
import { newId } from '@tidegate/database/ids';
import {
  startWebhookReceiver,
  type WebhookAnswer,
  type WebhookReceiver,
} from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import { NotifierWorld, type Replica } from '../../test/fixture.ts';
import { serverLost } from '../../test/happenings.ts';
import { deliveries, deliveryWhen, hook, verify } from '../../test/receiver.ts';

let world: NotifierWorld;
let replica: Replica;
let receiver: WebhookReceiver;
let org: string;

beforeAll(async () => {
  world = await NotifierWorld.start();
  replica = await world.boot();
});
beforeEach(async () => {
  receiver = await startWebhookReceiver();
  org = newId();
});
afterEach(() => receiver.close());

/** The delivery after so many attempts: it waits for the next one, or has ended. */
const afterAttempt = (count: number) =>
  deliveryWhen(world, org, (one) => {
    const waits = Date.parse(one.nextAttemptAt ?? '') > Date.now() + 1_000;
    return one.attempts === count && (one.state !== 'pending' || waits);
  });
const delivered = () => deliveryWhen(world, org, (one) => one.state === 'delivered');
const failuresSaid = () => world.said.filter((one) => one.orgid === org).map(({ type, data }) => ({ type, ...data }));
const metered = () => world.metered.filter((use) => use.org === org).length;
const secondsFrom = (instant: number, delivery: Delivery) =>
  (Date.parse(delivery.nextAttemptAt ?? '') - instant) / 1000;

it.each<[string, WebhookAnswer, Partial<Delivery>]>([
  ['an error', { status: 500 }, { lastError: 'http_status', lastStatus: 500 }],
  ['a receiver that hangs', { hang: true }, { lastError: 'unreachable' }],
  ['a connection that dies', { drop: 'before-answer' }, { lastError: 'unreachable' }],
  ['an answer that breaks off', { drop: 'in-answer' }, { lastError: 'unreachable' }],
  ['a redirect, which is not followed', { redirect: '/elsewhere' }, { lastError: 'http_status', lastStatus: 302 }],
])('retries after %s, with the same id and a new signature', async (_name, answer, trouble) => {
  const { secret } = await hook(world, org, receiver);
  receiver.answerNext(answer);
  const before = Date.now();
  await serverLost(world, org);
  const waiting = await afterAttempt(1);
  expect(waiting).toMatchObject({ state: 'pending', ...trouble });
  // The attempt was somewhere in between, however long it took.
  expect(secondsFrom(before, waiting)).toBeGreaterThan(3);
  expect(secondsFrom(Date.now(), waiting)).toBeLessThan(6.1);
  await world.timePasses();
  expect(await delivered()).toMatchObject({ id: waiting.id, attempts: 2, lastStatus: 204 });
  const [first, second] = receiver.requests;
  expect(receiver.requests).toHaveLength(2);
  expect(second?.path).toBe('/hook');
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(second?.body).toBe(first?.body);
  expect(second && verify(secret, second)).toBe(true);
  await until(() => metered() === 1);
});

it('retries after the receiver was down', async () => {
  await hook(world, org, receiver);
  await receiver.close();
  await serverLost(world, org);
  expect(await afterAttempt(1)).toMatchObject({ state: 'pending', lastError: 'unreachable' });
  await receiver.listen();
  await world.timePasses();
  expect(await delivered()).toMatchObject({ attempts: 2 });
});

it('waits as long as the receiver asks', async () => {
  await hook(world, org, receiver);
  receiver.answerNext({ status: 429, headers: { 'retry-after': '600' } });
  const before = Date.now();
  await serverLost(world, org);
  const waiting = await afterAttempt(1);
  expect(secondsFrom(before, waiting)).toBeGreaterThan(590);
  expect(secondsFrom(Date.now(), waiting)).toBeLessThan(721);
});

it('judges a delivery by its status, whatever the size of the answer', async () => {
  await hook(world, org, receiver);
  receiver.answerNext({ status: 200, bodyBytes: 500_000_000 });
  await serverLost(world, org);
  expect(await delivered()).toMatchObject({ attempts: 1, lastStatus: 200 });
  expect(receiver.bodyBytesTaken).toBeLessThan(50_000_000);
});

it('disables a channel whose receiver answers 410, cancels what waits and says so', async () => {
  const { channelId } = await hook(world, org, receiver);
  receiver.answerNext({ status: 503 }, { status: 410 });
  await serverLost(world, org);
  const waiting = await afterAttempt(1);
  await serverLost(world, org);
  const ended = await deliveryWhen(world, org, (one) => one.state === 'failed');
  expect(ended).toMatchObject({ lastError: 'http_status', lastStatus: 410, attempts: 1 });
  expect(await world.call(getDelivery, { deliveryId: waiting.id }, org)).toMatchObject({ state: 'cancelled' });
  expect(await world.call(getChannel, { channelId }, org)).toMatchObject({
    state: 'disabled',
    disabledBecause: 'gone',
  });
  await until(() => failuresSaid().length === 1);
  expect(failuresSaid()).toEqual([
    {
      type: 'notifier.delivery.failed.v1',
      deliveryId: ended.id,
      channelId,
      kind: 'webhook',
      event: 'server.unreachable',
      attempts: 1,
      error: 'http_status',
    },
  ]);
  const retry = world.call(retryDelivery, { deliveryId: ended.id }, org);
  await expect(retry).rejects.toMatchObject({ code: 'channel_disabled' });
  expect(metered()).toBe(0);
});

it('gives up after ten attempts, says so, and sends again with the same id when a member retries', async () => {
  await hook(world, org, receiver);
  receiver.answerAlways({ status: 500 });
  await serverLost(world, org);
  for (let attempt = 1; attempt < 10; attempt += 1) {
    expect(await afterAttempt(attempt)).toMatchObject({ state: 'pending' });
    await world.timePasses();
  }
  const failed = await afterAttempt(10);
  expect(failed).toMatchObject({ state: 'failed', lastError: 'http_status', lastStatus: 500 });
  expect(failed.nextAttemptAt).toBeUndefined();
  await until(() => failuresSaid().length === 1);
  expect(failuresSaid()).toMatchObject([{ deliveryId: failed.id, attempts: 10 }]);
  receiver.answerAlways({ status: 200 });
  const deliveryId = failed.id;
  expect(await world.call(retryDelivery, { deliveryId }, org)).toMatchObject({ state: 'pending', attempts: 0 });
  await delivered();
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([deliveryId]));
  await expect(world.call(retryDelivery, { deliveryId }, org)).rejects.toMatchObject({ code: 'conflict' });
  await expect(world.call(retryDelivery, { deliveryId }, newId())).rejects.toMatchObject({ code: 'not_found' });
});

it('sends a waiting delivery at once when a member retries', async () => {
  await hook(world, org, receiver);
  receiver.answerNext({ status: 500, headers: { 'retry-after': '3600' } });
  await serverLost(world, org);
  const { id: deliveryId } = await afterAttempt(1);
  await world.call(retryDelivery, { deliveryId }, org);
  expect(await delivered()).toMatchObject({ id: deliveryId, attempts: 2 });
});

it('sends nothing of a channel that was deleted', async () => {
  const { channelId } = await hook(world, org, receiver);
  receiver.answerNext({ status: 500 });
  await serverLost(world, org);
  await afterAttempt(1);
  await world.call(deleteChannel, { channelId }, org);
  expect(await deliveries(world, org)).toEqual([]);
  expect(await world.sql('select 1 from delivery_queue where org_id = $1', [org])).toEqual([]);
});

it('connects to no address that is closed at the time of sending', async () => {
  await hook(world, org, receiver);
  await replica.stop();
  replica = await world.boot({ NOTIFIER_ALLOW_LOOPBACK: 'false' });
  await serverLost(world, org);
  expect(await afterAttempt(1)).toMatchObject({ lastError: 'host_not_allowed' });
  expect(receiver.connections).toBe(0);
  await replica.stop();
  replica = await world.boot();
});
