import { isDeepStrictEqual } from 'node:util';
import { newId } from '@tidegate/database/ids';
import { Housekeeping } from '@tidegate/runtime/housekeeping';
import { ageByADay, bytesOf } from '@tidegate/testing/age-rows';
import { startWebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from '../../test/fixture.ts';
import { serverLost, tradeDone } from '../../test/happenings.ts';
import { hook } from '../../test/receiver.ts';
import { DeleteOldHappenings } from '../feed/delete-old-happenings.loop.ts';
import { DeleteOldStatus } from '../status/delete-old-status.loop.ts';
import { DeleteOldDeliveries } from './delete-old-deliveries.loop.ts';

/* Deliveries and the feed in fast motion. What is kept longest of an event is that it was handled: 35 days. */
const RETENTION_DAYS = 10;
const FULL_AFTER_DAYS = 40;
const DAYS = 70;
/** Of each kind, every one about something of its own. */
const EVENTS = 5;

test('once what is kept of deliveries and of the feed is full, another month takes no more room', async () => {
  const world = await NotifierWorld.start();
  const receiver = await startWebhookReceiver();
  const replica = await world.boot({ NOTIFIER_KEEP_DAYS: String(RETENTION_DAYS), NOTIFIER_TIMEOUT_SECONDS: '20' });
  const org = newId();
  await hook(world, org, receiver);
  const sql = (text: string) => world.sql<{ n: number }>(text);
  const count = async (what: string) => (await sql(`select count(*)::int as n from ${what}`))[0]?.n ?? 0;
  const upkeep = async () => {
    const housekeeping = replica.get(Housekeeping);
    for (const turn of [
      () => replica.get(DeleteOldDeliveries).turn(),
      () => replica.get(DeleteOldHappenings).turn(),
      () => replica.get(DeleteOldStatus).turn(),
      () => housekeeping.expireKeys(),
      () => housekeeping.expireHandled(),
      () => housekeeping.expireSequences(),
    ])
      while ((await turn()) === 'again');
  };
  const sizes = new Map<number, number>();
  for (let day = 1; day <= DAYS; day += 1) {
    for (let event = 0; event < EVENTS; event += 1) {
      await serverLost(world, org);
      await tradeDone(world, org);
    }
    const today = "now() - interval '12 hours'";
    const counts = async () => ({
      delivered: await count(`deliveries where created_at > ${today} and state = 'delivered'`),
      fed: await count(`happenings where at > ${today}`),
    });
    const all = { delivered: 2 * EVENTS, fed: 2 * EVENTS };
    await until(async () => isDeepStrictEqual(await counts(), all), {
      what: `what happened on day ${day} to be counted`,
    }).catch(async () => expect({ day, ...(await counts()) }).toEqual({ day, ...all }));
    await upkeep();
    if (day % 10 === 0) sizes.set(day, await bytesOf(sql, 'notifier'));
    await ageByADay(sql, 'notifier');
  }
  await receiver.close();
  // Its last days are there, and no others.
  expect(await count('deliveries')).toBe(2 * EVENTS * RETENTION_DAYS);
  expect(await count('happenings')).toBe(2 * EVENTS * RETENTION_DAYS);
  const [first = 0, full = 0, last = 0] = [10, FULL_AFTER_DAYS, DAYS].map((day) => sizes.get(day));
  expect(full).toBeGreaterThan(first);
  expect({ sizes: [...sizes], grew: last / full }).toMatchObject({ grew: expect.closeTo(1, 1) });
});
