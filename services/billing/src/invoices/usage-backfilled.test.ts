import { getInvoice, listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { previewUsageCharges } from '@tidegate/contracts/billing/usage-charges';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { later } from '../../test/invoice-model.ts';
import { SHOP } from '../../test/shop.ts';
import { clock } from '../kernel/subscription.rows.ts';
import { UsageBackfilled } from './usage-backfilled.ts';

const real = clock.read;
const DAY = 86_400_000;
let now = 0;
let billing: Fixture;
beforeAll(async () => {
  clock.read = () => now;
  billing = await openBilling();
  const price = "api_calls: { limit: 1000, enforcement: overage, price: { EUR: { unit: '0.01' } } }";
  await billing.call(applyPlans, { yaml: SHOP.replace('api_calls: 10000', price) });
});
afterAll(() => {
  clock.read = real;
  return billing.close();
});

test('a change of a time that was charged says what it costs, and is charged with the next window, also when nobody expected more', async () => {
  const start = Math.floor((Date.now() - 100 * DAY) / 1_000) * 1_000;
  now = start;
  const org = await billing.create(new Date(start).toISOString());
  const used: [number, number][] = [[start + DAY, 1500]];
  billing.used['api_calls'] = used;
  await billing.call(setSubscription, { organisationId: org, product: 'monitoring', plan: 'pro' });
  const settle = async (months: number) => {
    now = later(start, months);
    await billing.settle(org);
    await billing.chargeUsage();
    const { items } = await billing.call(listInvoices, { limit: 100 }, org);
    const all = await Promise.all(items.map(({ id }) => billing.call(getInvoice, { invoiceId: id }, org)));
    const lines = all.flatMap((invoice) => invoice.lines).filter(({ item }) => item === 'usage:api_calls');
    return lines.map(({ quantity, amountMinor }) => [quantity, amountMinor]).sort();
  };
  expect(await settle(1)).toEqual([[500, 500]]);
  const at = (ms: number) => new Date(ms).toISOString();
  const preview = (changes: object[]) => billing.call(previewUsageCharges, { meter: 'api_calls', changes }, org);
  const window = { product: 'monitoring', currency: 'EUR', periodStart: at(start), periodEnd: at(later(start, 1)) };
  expect((await preview([{ at: at(start + 2 * DAY), quantity: 100 }])).charges).toEqual([
    { ...window, amountMinor: 100 },
  ]);
  expect((await preview([{ at: at(start + DAY), quantity: -700 }])).charges).toEqual([
    { ...window, amountMinor: -500 },
  ]);
  expect((await preview([{ at: at(start - DAY), quantity: 100 }])).charges).toEqual([]);
  const state = () =>
    billing.tenants.read(org, (tx) =>
      tx.one('select due_at from usage_charges where org_id = $1 order by from_at', [org]),
    );
  expect(await state()).toEqual({ due_at: null });
  used.push([start + 2 * DAY, 100]);
  const data = { orgId: org, meter: 'api_calls', from: at(start), to: at(start + 3 * DAY) };
  const handler = new UsageBackfilled(billing.tenants, undefined as never);
  await billing.tenants.run(org, (tx) => handler.reopen({ data, tx } as never));
  expect(await settle(1)).toEqual([[500, 500]]);
  used.push([later(start, 1) + DAY, 1001]);
  expect(await settle(2)).toEqual([
    [1, 1],
    [100, 100],
    [500, 500],
  ]);
  expect(await state()).toEqual({ due_at: null });
});
