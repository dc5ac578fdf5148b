import type { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { openStripeWorld } from '../../../test/stripe-world.ts';
import { LeaveStripe } from './leave-stripe.ts';

test('a deleted organisation is not charged any more: its customer is deleted at Stripe, also after an outage', async () => {
  const world = await openStripeWorld();
  const [org, other] = [await world.organisation(), await world.organisation()];
  await world.buy(org);
  await world.buy(other);
  const customer = await world.customerOf(org);
  const wakes = { wake: () => {} } as unknown as Wakes;
  const leave = new LeaveStripe(world.tenants, world.api, wakes, new Log({ service: 'billing' }));
  await world.tenants.as({}, (tx) =>
    leave.handle({
      data: { orgId: org },
      orgId: org,
      event: {} as never,
      tx,
      emit: async () => {},
      meter: async () => {},
    }),
  );
  // What is the organisation's is purged meanwhile.
  await world.tenants.run(org, (tx) => tx.query('delete from stripe_customers where org_id = $1', [org]));
  const turn = () => leave.turn({ signal: new AbortController().signal });
  world.api.patienceMs = 100;
  await world.stripe.down();
  await expect(turn()).rejects.toMatchObject({ code: 'unavailable' });
  await world.stripe.up();
  await turn();
  const live = (await world.dashboard.subscriptions.list()).data.map((one) => one.customer);
  expect(live).toEqual([await world.customerOf(other)]);
  expect(await world.dashboard.customers.retrieve(customer)).toMatchObject({ deleted: true });
  await turn();
  await world.settle();
  expect(await world.plan(other)).toMatchObject({ plan: 'pro' });
});
