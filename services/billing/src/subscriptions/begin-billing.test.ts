import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { searchOrganisations } from '@tidegate/contracts/billing/operator';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import {
  beginBilling,
  cancelSubscription,
  changeSubscription,
  setSubscription,
} from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

const monitoring = { product: 'monitoring' };
const invoices = async (org: string) => (await billing.call(listInvoices, {}, org)).items;
const begin = (organisationId: string) => billing.call(beginBilling, { organisationId, reason: 'contract 17' });

/** As the upgrade leaves somebody who had a paid plan before there were invoices. */
async function heldCustomer(): Promise<string> {
  const org = await billing.create();
  await billing.call(setSubscription, { organisationId: org, ...monitoring, plan: 'starter' });
  await billing.tenants.run(org, async (tx) => {
    await tx.query('update subscriptions set billing_held = true where org_id = $1', [org]);
    for (const table of ['paid_periods', 'invoice_items', 'invoices']) {
      await tx.query(`delete from ${table} where org_id = $1`, [org]);
    }
  });
  await billing.settle(org);
  return org;
}

test('what is from before there were invoices is not charged, however much time passes, and the operator sees it', async () => {
  const org = await heldCustomer();
  await billing.pass(org, 70 * 86_400_000);
  await billing.due();
  expect(await invoices(org)).toEqual([]);
  expect(await billing.subscription(org, 'monitoring')).toMatchObject({ plan: 'starter', billingHeld: true });
  const { items } = await billing.call(searchOrganisations, { held: true });
  expect(items.map(({ id, plans }) => [id, plans[0]?.billingHeld])).toContainEqual([org, true]);
  expect((await billing.call(searchOrganisations, { held: false })).items.map(({ id }) => id)).not.toContain(org);
});

test('one call begins it: the rest of the period is charged once, then each period', async () => {
  const org = await heldCustomer();
  await Promise.all([begin(org), begin(org), begin(org)]);
  const [first, ...others] = await invoices(org);
  expect([others, first?.status]).toEqual([[], 'open']);
  expect(first?.totalMinor).toBeLessThanOrEqual(1900);
  await billing.pass(org, 31 * 86_400_000);
  await billing.due();
  expect((await invoices(org)).map(({ totalMinor }) => totalMinor)).toContain(1900);
  expect((await billing.call(searchOrganisations, { held: true })).items.map(({ id }) => id)).not.toContain(org);
  await expect(begin(newId())).rejects.toMatchObject({ code: 'not_found' });
});

test('until then its customer has no more of it by choosing, and may give it up', async () => {
  const org = await heldCustomer();
  await expect(billing.call(changeSubscription, { ...monitoring, plan: 'pro' }, org)).rejects.toMatchObject({
    code: 'conflict',
  });
  await billing.call(cancelSubscription, { ...monitoring, at: 'now' }, org);
  expect(await billing.subscription(org, 'monitoring')).toMatchObject({ plan: 'free', billingHeld: false });
  expect(await invoices(org)).toEqual([]);
});
