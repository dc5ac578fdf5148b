import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { CATALOGUE, openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';

let world: StripeWorld;
beforeAll(async () => {
  world = await openStripeWorld();
});

async function tries(): Promise<string> {
  const org = await world.organisation();
  await world.buy(org, { plan: 'tried' });
  await world.settle();
  return org;
}
const totals = async (org: string) =>
  (await world.call(listInvoices, {}, org)).items.map(({ totalMinor }) => totalMinor).filter(Boolean);

test('a card tries a product once: the second trial is cancelled and costs nothing, the first goes on', async () => {
  const first = await tries();
  expect(await world.plan(first)).toMatchObject({ plan: 'tried', status: 'trialing' });
  const second = await tries();
  expect(await world.plan(second)).toMatchObject({ plan: 'free' });
  expect(await totals(second)).toEqual([]);
  expect((await world.facts(second)).map(({ kind }) => kind)).toContain('trial_refused');
  await world.compare();
  expect(await world.plan(first)).toMatchObject({ plan: 'tried', status: 'trialing' });
  const kept = await world.tenants.as({}, (tx) => tx.query<{ key: string }>('select key from trial_claims'));
  expect(kept.length).toBeGreaterThan(0);
  for (const { key } of kept) expect(key).toMatch(/^[0-9a-f]{64}$/);
});

test('a trial that is refused twice, because the first answer was lost, is refused', async () => {
  await tries();
  world.stripe.faults.next({ kind: 'drop', when: 'after_effect' }, { on: 'DELETE /v1/subscriptions/{id}' });
  const refused = await tries();
  expect(await world.plan(refused)).toMatchObject({ plan: 'free' });
  expect((await world.facts(refused)).map(({ kind }) => kind)).toContain('trial_refused');
});

test('a catalogue may say that the second trial is paid for at once, or is given', async () => {
  await world.call(applyPlans, { yaml: `${CATALOGUE}policies: { triedCard: end }\n` });
  const paying = await tries();
  expect(await world.plan(paying)).toMatchObject({ plan: 'tried', status: 'active' });
  expect(await totals(paying)).toEqual([1900]);
  await world.call(applyPlans, { yaml: `${CATALOGUE}policies: { triedCard: allow }\n` });
  expect(await world.plan(await tries())).toMatchObject({ plan: 'tried', status: 'trialing' });
});
