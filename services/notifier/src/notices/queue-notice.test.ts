import { serverUnreachable } from '@tidegate/contracts/monitor-agent/server';
import { newId } from '@tidegate/database/ids';
import { startWebhookReceiver, type WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from '../../test/fixture.ts';
import { hook } from '../../test/receiver.ts';

let world: NotifierWorld;
let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
  world = await NotifierWorld.start();
  await world.boot();
});
afterAll(() => receiver.close());

const HOUR = 3_600_000;
const lost = (name: string) => ({
  ...{ serverId: newId(), name, since: new Date().toISOString(), code: 'connection_refused' as const },
});

test('a channel is notified of nothing from before it was created, and of everything since, although a clock is an hour behind', async () => {
  const org = newId();
  await hook(world, org, receiver);
  const then = Date.now() - HOUR;
  await world.happens(serverUnreachable, lost('before'), { orgId: org, eventId: newId(then), time: new Date(then) });
  await world.happens(serverUnreachable, lost('database behind'), { orgId: org, time: new Date(then) });
  await world.happens(serverUnreachable, lost('process behind'), { orgId: org, eventId: newId(then) });
  await world.happens(serverUnreachable, lost('after'), { orgId: org });
  await until(() => receiver.requests.length === 3, { what: 'Three notices' });
  expect(receiver.requests.map(({ body }) => JSON.parse(body).data.name).sort()).toEqual([
    'after',
    'database behind',
    'process behind',
  ]);
});
