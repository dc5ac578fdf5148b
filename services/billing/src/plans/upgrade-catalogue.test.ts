import { join } from 'node:path';
import { schemaBefore } from '@tidegate/testing/upgrade';

const root = (path: string) => join(__dirname, '../../../..', path);

const oldPlan = (plan: string, calls: object) => ({
  plan,
  name: plan,
  description: '',
  isDefault: plan === 'free',
  prices: [{ currency: 'EUR', interval: 'month', amountMinor: 0 }],
  features: { bots: { kind: 'counted', limit: 5 }, calls: { kind: 'metered', ...calls } },
});

test('a catalogue of format 1 stays in force: its plans, its subscriptions and its features belong to the product main', async () => {
  const schema = await schemaBefore('0005', {
    schema: 'billing',
    libraries: ['database', 'messaging'].map((lib) => root(`libs/${lib}/migrations`)),
    folder: root('services/billing/migrations'),
  });
  const { client } = schema;
  try {
    const free = oldPlan('free', { limit: 10, enforcement: 'hard', per: 'day' });
    const pro = oldPlan('pro', { limit: 20, enforcement: 'soft', per: 'month' });
    const features = [
      { key: 'bots', kind: 'counted', name: 'Bots', unit: '', description: '' },
      { key: 'calls', kind: 'metered', name: 'Calls', unit: '', description: '' },
    ];
    const plans = [free, pro].map((plan) => ({ ...plan, version: 1 }));
    await client.query("insert into catalogues (version, hash, document, source) values (1, 'x', $1, 'format: 1')", [
      JSON.stringify({ currency: 'EUR', features, plans }),
    ]);
    for (const plan of [free, pro]) {
      await client.query('insert into plan_versions values ($1, 1, $2, 1)', [plan.plan, JSON.stringify(plan)]);
    }
    await client.query(
      `insert into subscriptions (org_id, plan, plan_version, status, billing_interval, period_anchor, interval_since)
       values (gen_random_uuid(), 'pro', 1, 'active', 'month', now(), now())`,
    );
    await schema.upgrade();

    const { rows } = await client.query('select document from catalogues');
    const written = { product: 'main', offered: true, approval: false, trial: null, seats: null, setup: [] };
    expect(rows[0]?.document).toMatchObject({
      currency: 'EUR',
      products: [{ product: 'main', name: 'Main', description: '', defaultPlan: 'free' }],
      features: [
        { key: 'bots', product: null, per: null, meter: null },
        {
          key: 'calls',
          product: null,
          per: 'day',
          meter: { aggregate: 'sum', decimals: 0, groupBy: [], value: null },
        },
      ],
      plans: [
        { ...written, plan: 'free', version: 1, revenueShare: null },
        { ...written, plan: 'pro', version: 1, revenueShare: null },
      ],
      addons: [],
      packages: [],
      coupons: [],
    });
    const versions = await client.query('select product, definition from plan_versions order by plan');
    expect(versions.rows).toMatchObject([
      {
        product: 'main',
        definition: {
          ...written,
          features: { calls: { ceiling: 10, per: 'day' }, bots: { kind: 'counted', limit: 5 } },
        },
      },
      { product: 'main', definition: { ...written, features: { calls: { ceiling: null, enforcement: 'soft' } } } },
    ]);
    const subscriptions = await client.query('select product, plan from subscriptions');
    expect(subscriptions.rows).toEqual([{ product: 'main', plan: 'pro' }]);
  } finally {
    await schema.drop();
  }
});
