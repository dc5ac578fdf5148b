import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { getInvoice, type InvoiceLine, listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { type PreviewedInvoice, previewChange } from '@tidegate/contracts/billing/preview';
import { cancelSubscription, changeSubscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { clock as clockOfBilling } from '../kernel/subscription.rows.ts';

const real = clockOfBilling.read;
const clock = { now: Date.parse('2023-01-01') };
let billing: Fixture;
beforeAll(async () => {
  clockOfBilling.read = () => clock.now;
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP.replace('max: 5', 'max: 9') });
});
afterAll(() => {
  clockOfBilling.read = real;
  return billing.close();
});

interface Choice {
  plan: string;
  interval?: 'month' | 'year';
  addons?: { addon: string; quantity?: number }[];
}
const monitoring = (choice: object) => ({ product: 'monitoring', ...choice });
const extra = (quantity: number) => [{ addon: 'extra_servers', quantity }];

async function holder(begin: string, choice: Choice, created = begin): Promise<string> {
  clock.now = Date.parse(created);
  const org = await billing.create(created);
  clock.now = Date.parse(begin);
  await billing.call(setSubscription, { organisationId: org, ...monitoring(choice) });
  return org;
}

async function invoices(org: string) {
  const { items } = await billing.call(listInvoices, { limit: 100 }, org);
  const all = await Promise.all(items.map(({ id }) => billing.call(getInvoice, { invoiceId: id }, org)));
  return all.sort((a, b) => (a.number as string).localeCompare(b.number as string));
}
const money = ({ lines, totalMinor, fromBalanceMinor, dueMinor }: Omit<PreviewedInvoice, 'at' | 'currency'>) => ({
  totalMinor,
  fromBalanceMinor,
  dueMinor,
  lines: lines.map((line: InvoiceLine) => JSON.stringify(line, Object.keys(line).sort())).sort(),
});

const TABLES =
  `invoices invoice_items invoice_numbers balance_changes billing_accounts paid_periods usage_charges subscriptions
  subscription_items subscription_changes period_steps entitlements outbox`.split(/\s+/);
const everything = (org: string) =>
  billing.tenants.read(org, (tx) =>
    Promise.all(
      TABLES.map((table) =>
        tx.query(
          `select count(*)::int as rows, md5(string_agg(t::text, '' order by t::text)) as content from ${table} t`,
        ),
      ),
    ),
  );

const cases: [what: string, had: Choice, begin: string, when: string, wanted: Choice][] = [
  [
    'an upgrade at half the period',
    { plan: 'starter' },
    '2024-04-01T00:00:00Z',
    '2024-04-16T00:00:00Z',
    { plan: 'pro' },
  ],
  [
    'a year instead of a month',
    { plan: 'pro' },
    '2024-01-31T10:00:00Z',
    '2024-02-11T03:04:05Z',
    { plan: 'pro', interval: 'year' },
  ],
  [
    'a month instead of a year',
    { plan: 'pro', interval: 'year' },
    '2024-02-29T00:00:00Z',
    '2024-07-07T07:07:07Z',
    { plan: 'pro', interval: 'month' },
  ],
  [
    'three become seven',
    { plan: 'pro', addons: extra(3) },
    '2024-02-29T00:00:00Z',
    '2024-03-17T11:12:13Z',
    { plan: 'pro', addons: extra(7) },
  ],
  [
    'seven become three',
    { plan: 'pro', addons: extra(7) },
    '2024-01-31T00:00:00Z',
    '2024-02-10T11:12:13Z',
    { plan: 'pro', addons: extra(3) },
  ],
  [
    'less from the next period on',
    { plan: 'pro', addons: [...extra(2), { addon: 'archive' }] },
    '2024-01-31T00:00:00Z',
    '2024-02-10T11:12:13Z',
    { plan: 'starter' },
  ],
  [
    'nothing from the next period on',
    { plan: 'pro' },
    '2024-01-31T00:00:00Z',
    '2024-02-10T11:12:13Z',
    { plan: 'free' },
  ],
  ['the same', { plan: 'pro', addons: extra(1) }, '2024-01-31T00:00:00Z', '2024-02-10T11:12:13Z', { plan: 'pro' }],
];

test.each(cases)(
  '%s: what a preview says is what is charged, and it writes nothing',
  async (_, had, begin, when, wanted) => {
    const org = await holder(begin, had);
    clock.now = Date.parse(when);
    const before = await everything(org);
    const said = await billing.call(previewChange, monitoring(wanted), org);
    expect(await everything(org)).toEqual(before);
    const count = (await invoices(org)).length;
    await billing.call(changeSubscription, monitoring(wanted), org);
    const now = (await invoices(org)).slice(count);
    expect(now.map(money)).toEqual(said.dueNow ? [money(said.dueNow)] : []);
    clock.now = said.next ? Date.parse(said.next.at) : Date.parse('2026-01-01');
    await billing.settle(org);
    const next = (await invoices(org)).slice(count + now.length);
    expect(next.map(money)).toEqual(said.next ? [money(said.next)] : []);
  },
);

test('a balance pays for what is previewed, and credits of before are on it', async () => {
  const org = await holder('2024-04-01T00:00:00Z', { plan: 'pro', interval: 'year' });
  await billing.call(cancelSubscription, monitoring({ at: 'period_end' }), org);
  await billing.call(setSubscription, { organisationId: org, ...monitoring({ plan: 'pro', interval: 'month' }) });
  clock.now = Date.parse('2024-06-01T00:00:00Z');
  await billing.settle(org);
  const said = await billing.call(previewChange, monitoring({ plan: 'pro', addons: extra(5) }), org);
  expect(said.dueNow).toMatchObject({ totalMinor: 2500, fromBalanceMinor: 2500, dueMinor: 0 });
  expect(said.next).toMatchObject({ totalMinor: 7400, dueMinor: 0 });
});

test('what is owed already is said besides', async () => {
  const org = await holder('2024-03-01', { plan: 'pro' });
  const { owed, dueNow } = await billing.call(previewChange, monitoring({ plan: 'pro', addons: extra(1) }), org);
  expect(owed).toEqual([{ currency: 'EUR', dueMinor: 4900 }]);
  expect(dueNow?.dueMinor).toBe(500);
});

test('it says what will differ and what will be too much, and when it begins', async () => {
  const org = await holder('2024-04-01T00:00:00Z', { plan: 'pro' });
  clock.now = Date.parse('2024-04-16T00:00:00Z');
  billing.counts['servers'] = 9;
  billing.counts['webhook_channels'] = 1;
  billing.names['servers'] = [{ id: 's9', name: 'newest' }];
  const said = await billing.call(previewChange, monitoring({ plan: 'starter' }), org);
  for (const feature of ['servers', 'webhook_channels']) delete billing.counts[feature];
  expect(said).toMatchObject({ provider: 'manual', beginsAt: '2024-05-01T00:00:00.000Z', dueNow: null });
  expect(said.overLimit).toEqual([
    { feature: 'servers', limit: 5, used: 9, restricted: [{ id: 's9', name: 'newest' }] },
    { feature: 'webhook_channels', limit: 0, used: 1, restricted: [] },
  ]);
  const servers = said.entitlements.find(({ feature }) => feature === 'servers');
  expect(servers).toMatchObject({ before: { limit: 20 }, after: { limit: 5 } });
  expect(said.entitlements.map(({ feature }) => feature)).not.toContain('api_keys');
});

test('what cannot be chosen is refused in the preview as it is by the change', async () => {
  const org = await holder('2024-04-01T00:00:00Z', { plan: 'starter' });
  const both = async (code: string) => {
    for (const operation of [previewChange, changeSubscription])
      await expect(billing.call(operation, monitoring({ plan: 'pro' }), org)).rejects.toMatchObject({ code });
    // Nor is it offered meanwhile.
    const { upgrade, addon } = await billing.call(getEntitlements, {}, org);
    expect([upgrade['servers'], addon?.['servers']]).toEqual([undefined, undefined]);
  };
  const set = (more: object) => billing.call(setSubscription, { organisationId: org, ...monitoring(more) });
  await set({ plan: 'pro', at: 'period_end' });
  await both('conflict');
  await set({ plan: 'starter', status: 'paused' });
  await both('conflict');
  await set({ plan: 'starter' });
  expect((await billing.call(getEntitlements, {}, org)).upgrade['servers']).toMatchObject({ plan: 'pro' });
  await billing.tenants.run(org, (tx) =>
    tx.query("update billing_accounts set currency = 'CHF' where org_id = $1", [org]),
  );
  await billing.settle(org);
  await both('payment_needed');
});

test('a plan that an operator approves begins then, and is charged to nobody before', async () => {
  const org = await billing.create(new Date(clock.now).toISOString());
  const choice = { product: 'trading', plan: 'free' };
  const said = await billing.call(previewChange, choice, org);
  expect(said).toMatchObject({ beginsAt: null, dueNow: null, next: null });
  expect(said.entitlements.map(({ feature }) => feature)).toContain('backtests');
  await billing.call(changeSubscription, choice, org);
  expect((await billing.call(getEntitlements, {}, org)).plans['trading']?.plan).not.toBe('free');
  const coded = { ...choice, promotionCode: 'ANY' };
  for (const operation of [previewChange, changeSubscription])
    await expect(billing.call(operation, coded, org)).rejects.toMatchObject({ data: { reason: 'not_here' } });
});

test('what somebody without a subscription would pay is said as well; nothing else is refused differently than by a change', async () => {
  const org = await billing.create(new Date(clock.now).toISOString());
  const said = await billing.call(previewChange, monitoring({ plan: 'pro', interval: 'year' }), org);
  expect(said).toMatchObject({ dueNow: { totalMinor: 49_000 }, next: { totalMinor: 49_000 } });
  const ask = (choice: object) => billing.call(previewChange, monitoring(choice), org);
  await expect(ask({ plan: 'gold' })).rejects.toMatchObject({ code: 'unknown_plan' });
  await expect(ask({ plan: 'starter', interval: 'year' })).rejects.toMatchObject({ code: 'interval_not_offered' });
  await expect(ask({ plan: 'starter', addons: [{ addon: 'archive' }] })).rejects.toMatchObject({
    code: 'addon_not_offered',
  });
  await expect(billing.call(previewChange, monitoring({ plan: 'pro' }), newId())).rejects.toMatchObject({
    code: 'unavailable',
  });
});
