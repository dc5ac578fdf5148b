import { newId } from '@tidegate/database/ids';
import { startWebhookReceiver, type WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from '../../test/fixture.ts';
import { serverLost } from '../../test/happenings.ts';
import { deliveries, hook } from '../../test/receiver.ts';

let world: NotifierWorld;
let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
  world = await NotifierWorld.start();
  await world.boot();
});
afterAll(() => receiver.close());

const HOUR = 3_600_000;
test('a channel is notified of nothing from before it was created, and of everything since, although a clock is an hour behind', async () => {
  const org = newId();
  await hook(world, org, receiver);
  const then = Date.now() - HOUR;
  await serverLost(world, org, 'before', newId(then), new Date(then));
  await serverLost(world, org, 'database behind', newId(), new Date(then));
  await serverLost(world, org, 'process behind', newId(then));
  await serverLost(world, org, 'after');
  await until(() => receiver.requests.length === 3, { what: 'Three notices' });
  expect(receiver.requests.map(({ body }) => JSON.parse(body).data.name).sort()).toEqual([
    'after',
    'database behind',
    'process behind',
  ]);
  expect(await deliveries(world, org)).toHaveLength(3);
});
