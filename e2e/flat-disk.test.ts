import { randomUUID } from 'node:crypto';
import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { ingestUsage } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { Housekeeping } from '@tidegate/runtime/housekeeping';
import { bytesOf } from '@tidegate/testing/age-rows';
import { EnforceRetention } from '@tidegate/usage/retention/enforce-retention.loop';
import { DAY } from './histories/calendar.ts';
import { World } from './histories/world.ts';

/*
 * A quarter of a year of usage in fast motion. What is kept longest of it are identities of events, 37 to 44 days, so after 60
 * days everything is as full as it gets; hours and balances, which stay for ever, are a row a meter and hour.
 */
const ORGANISATIONS = 4;
const EVENTS = 250;
const FULL_AFTER_DAYS = 60;
const DAYS = 90;
/** In one go: the upkeep of each is most of the work. */
const STEP_DAYS = 2;

test('once what is kept is full, another month takes no more room', async () => {
  const world = await World.open(0, { USAGE_EVENT_DAYS: '40' });
  const begin = world.now;
  const organisations = Array.from({ length: ORGANISATIONS }, () => newId());
  for (const orgId of organisations) await world.call(getEntitlements, {}, { orgId });
  await world.arrived([]);
  const report = async (orgId: string): Promise<void> => {
    const time = new Date(world.now - 60_000).toISOString();
    const events = Array.from({ length: EVENTS }, () => ({ id: randomUUID(), meter: 'reports', quantity: 1, time }));
    await world.call(ingestUsage, { events }, { orgId, kind: 'service_key' });
  };
  const { signal } = new AbortController();
  const upkeep = async () => {
    while ((await world.part('usage', EnforceRetention).turn({ signal })) === 'again');
    for (const name of ['billing', 'usage'] as const) {
      const housekeeping = world.part(name, Housekeeping);
      while ((await housekeeping.expireKeys()) === 'again');
      while ((await housekeeping.expireHandled()) === 'again');
      while ((await housekeeping.expireSequences()) === 'again');
    }
  };
  const megabytes = async () => (await bytesOf((sql) => world.query<object>(sql), 'usage', 'billing')) / 2 ** 20;
  const sizes = new Map<number, number>();
  for (let day = STEP_DAYS; day <= DAYS; day += STEP_DAYS) {
    for (const orgId of organisations) await report(orgId);
    await upkeep();
    if (day % 10 === 0) sizes.set(day, await megabytes());
    await world.moveTo(begin + day * DAY);
  }
  const [first = 0, full = 0, last = 0] = [10, FULL_AFTER_DAYS, DAYS].map((day) => sizes.get(day));
  // It grew while it filled, or this would measure nothing.
  expect(full).toBeGreaterThan(first * 1.3);
  expect({ sizes: [...sizes], grew: last / full }).toMatchObject({ grew: expect.closeTo(1, 1) });
});
