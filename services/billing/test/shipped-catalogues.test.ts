import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import { creditsChanged, orderPackage } from '@tidegate/contracts/billing/credits';
import { type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { getInvoice, listInvoices, payInvoice } from '@tidegate/contracts/billing/invoices';
import { applyPlans, listPlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { clock } from '../src/kernel/subscription.rows.ts';
import { type Fixture, openBilling } from './fixture.ts';
import { inWords, NOTHING } from './in-words.ts';
import { OFFERS, type Offer } from './offers.ts';

/* What is sold is what an organisation may do: each plan and each add-on of each catalogue that ships, bought. */
const text = (file: string): string => readFileSync(join(__dirname, '../../../plans', `${file}.yaml`), 'utf8');

type Features = Entitlements['features'];

/** Exactly what was ordered; what the product sells beyond it is not included. */
function expectFeatures(features: Features, product: string, { gives }: Offer): void {
  const had = (key: string) => `${key}: ${features[key] ? inWords(features[key]) : 'absent'}`;
  for (const [key, words] of Object.entries(gives)) {
    const [limit, price] = words.split(', then ');
    expect(had(key)).toBe(`${key}: ${limit}`);
    if (price) expect(features[key]).toMatchObject({ enforcement: 'overage', ceiling: null });
  }
  for (const [key, grant] of Object.entries(features)) {
    const others = Object.hasOwn(BUILT_IN_FEATURES, key) || Object.hasOwn(gives, key) || grant.product !== product;
    if (!others) expect(NOTHING, had(key)).toContain(inWords(grant));
  }
}

describe.each(Object.entries(OFFERS))('%s.yaml', (file, { plans, addons, packages = {} }) => {
  let billing: Fixture;
  const intervals = new Map<string, 'month' | 'year'>();
  const withAddon = new Map<string, string>();
  beforeAll(async () => {
    billing = await openBilling();
    await billing.call(applyPlans, { yaml: text(file) });
    const { products } = await billing.call(listPlans, {});
    for (const one of products) {
      for (const { plan, prices } of one.plans) {
        intervals.set(`${one.product}.${plan}`, prices[0]?.interval ?? 'month');
      }
      for (const { addon, plans: having } of one.addons) withAddon.set(`${one.product}.${addon}`, having.at(-1) ?? '');
    }
  });
  afterAll(() => billing.close());

  async function having(product: string, plan: string, more: object = {}): Promise<Entitlements> {
    const organisationId = await billing.create();
    const interval = intervals.get(`${product}.${plan}`);
    await billing.call(setSubscription, { organisationId, product, plan, interval, ...more });
    return billing.call(getEntitlements, {}, organisationId);
  }

  test('whoever has bought nothing has the default plans and nothing else', async () => {
    const { plans: had, features } = await billing.call(getEntitlements, {}, await billing.create());
    const defaults = Object.entries(plans).filter(([, { terms }]) => terms === 'default');
    expect(Object.entries(had).map(([product, { plan }]) => `${product}.${plan}`)).toEqual(
      defaults.map(([ref]) => ref),
    );
    for (const [ref, offer] of defaults) expectFeatures(features, ref.split('.')[0] ?? '', offer);
    const products = new Set(Object.values(features).map(({ product }) => product));
    for (const product of products) expect([null, ...Object.keys(had)]).toContain(product);
  });

  test.each(Object.entries(plans))('an organisation on %s may do what was sold, and no more', async (ref, offer) => {
    const [product = '', plan = ''] = ref.split('.');
    const { plans: had, features } = await having(product, plan);
    expect(had[product]).toMatchObject({ plan, status: 'active', access: 'full' });
    expectFeatures(features, product, offer);
  });

  test.each(Object.entries(addons))('the add-on %s adds what was sold, once for each', async (ref, { gives }) => {
    const [product = '', addon = ''] = ref.split('.');
    const plan = withAddon.get(ref) ?? '';
    const before = await having(product, plan);
    const after = await having(product, plan, { addons: [{ addon }] });
    for (const [key, words] of Object.entries(gives)) {
      const [had, has] = [before, after].map(({ features }) => (features[key] ? inWords(features[key]) : '0'));
      expect(had).not.toBe(has);
      expect(has).toBe(/^\d+$/.test(words) ? String(Number(had) + Number(words)) : words);
    }
    if (Object.values(gives).every((words) => !/^\d+$/.test(words))) return;
    const three = await having(product, plan, { addons: [{ addon, quantity: 3 }] });
    for (const [key, words] of Object.entries(gives)) {
      const had = before.features[key];
      const has = three.features[key];
      expect(has && inWords(has)).toBe(String(Number(had ? inWords(had) : 0) + 3 * Number(words)));
    }
  });

  test.for(Object.keys(packages))('the package %s is paid once, and gives what was sold for as long', async (key) => {
    const { packages: offered } = await billing.call(listPlans, {});
    const pack = offered.find((one) => one.package === key);
    const [amountMinor, days] = [pack?.prices[0]?.amountMinor, pack?.expiresDays ?? 0];
    for (const ref of Object.keys(plans).filter((one) => one.startsWith('api.'))) {
      const organisationId = await billing.create();
      await billing.call(setSubscription, { organisationId, product: 'api', plan: ref.split('.')[1] });
      const { invoice } = await billing.call(orderPackage, { package: key, orderKey: 'a' }, organisationId);
      expect(invoice?.lines.find(({ item }) => item === `package:${key}`)).toMatchObject({ amountMinor });
      await billing.call(payInvoice, { organisationId, invoiceId: invoice?.id, reason: 'Bank transfer' });
      const [event] = await billing.emitted(creditsChanged, organisationId);
      const { from = '', until } = event?.credit ?? {};
      expect(event).toMatchObject({ free: false, credit: { feature: pack?.feature, amount: pack?.amount } });
      expect(Date.parse(until ?? '') - Date.parse(from)).toBe(days * 86_400_000);
    }
    const without = await billing.create();
    const refused = billing.call(orderPackage, { package: key, orderKey: 'a' }, without);
    await expect(refused).rejects.toMatchObject({ code: 'package_not_usable' });
  });
});

test('a fifth of what the customers of a white label pay is charged, to the cent', async () => {
  const billing = await openBilling();
  const began = Math.floor(Date.now() / 1_000) * 1_000 - 40 * 86_400_000;
  const reading = vi.spyOn(clock, 'read').mockReturnValue(began);
  await billing.call(applyPlans, { yaml: text('licences') });
  const organisationId = await billing.create(new Date(began).toISOString());
  await billing.call(setSubscription, { organisationId, product: 'white_label', plan: 'white_label' });
  // 1,234.56 dollars: a meter with two digits counts cents.
  billing.decimals['resold'] = 2;
  billing.used['resold'] = [[began + 86_400_000, 123_456]];
  reading.mockReturnValue(began + 33 * 86_400_000);
  await billing.settle(organisationId);
  await billing.chargeUsage();
  const { items } = await billing.call(listInvoices, {}, organisationId);
  const invoices = await Promise.all(
    items.map(({ id }) => billing.call(getInvoice, { invoiceId: id }, organisationId)),
  );
  const lines = invoices.flatMap((one) => one.lines).filter(({ item }) => item === 'usage:resold');
  expect(lines.map(({ amountMinor }) => amountMinor)).toEqual([24_691]);
  await billing.close();
});
