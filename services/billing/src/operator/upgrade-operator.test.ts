import { join } from 'node:path';
import { schemaBefore } from '@tidegate/testing/upgrade';

const root = (path: string) => join(__dirname, '../../../..', path);

test('organisations from before are looked up, and what their subscriptions bring is counted from when their plan began', async () => {
  const schema = await schemaBefore('0040', {
    schema: 'billing',
    libraries: ['database', 'messaging'].map((lib) => root(`libs/${lib}/migrations`)),
    folder: root('services/billing/migrations'),
  });
  const [free, year, paused] = [1, 2, 3].map((n) => `0197f0e0-0000-7000-8000-00000000000${n}`);
  const prices = [
    { currency: 'EUR', interval: 'month', amountMinor: 4900 },
    { currency: 'EUR', interval: 'year', amountMinor: 49_000 },
    { currency: 'USD', interval: 'year', amountMinor: 60_000 },
  ];
  const addon = { prices: [{ currency: 'USD', interval: 'year', amountMinor: 1200 }] };
  try {
    await schema.client.query("insert into catalogues (version, hash, document, source) values (1, '', $1, '')", [
      JSON.stringify({ currency: 'EUR' }),
    ]);
    await schema.client.query(
      `insert into plan_versions (product, plan, version, definition, catalogue_version)
       values ('main', 'free', 1, '{"prices": []}', 1), ('main', 'pro', 1, $1, 1)`,
      [JSON.stringify({ prices })],
    );
    await schema.client.query(
      "insert into addon_versions (product, addon, version, definition, catalogue_version) values ('main', 'extra', 1, $1, 1)",
      [JSON.stringify(addon)],
    );
    await schema.client.query(
      `insert into subscriptions (org_id, product, plan, plan_version, status, billing_interval, currency, started_at)
       values ($1, 'main', 'free', 1, 'active', 'month', null, '2026-10-01Z'),
              ($2, 'main', 'pro', 1, 'active', 'year', 'USD', '2026-10-02Z'),
              ($3, 'main', 'pro', 1, 'paused', 'month', null, '2026-10-03Z')`,
      [free, year, paused],
    );
    await schema.client.query("insert into subscription_items values ($1, 'main', 'extra', 1, 2, now(), null)", [year]);
    await schema.client.query(
      `insert into period_steps (org_id, product, from_at, anchor, months)
       select o, 'shared', '2026-09-30Z', '2026-09-30Z', 1 from unnest($1::uuid[]) as o`,
      [[free, year, paused]],
    );
    await schema.upgrade();
    const { rows } = await schema.client.query(
      'select customer, at, status, currency, mrr_minor from revenue_facts order by at, customer',
    );
    expect(rows.slice(3)).toEqual([
      { customer: free, at: new Date('2026-10-01Z'), status: 'active', currency: '', mrr_minor: '0' },
      { customer: year, at: new Date('2026-10-02Z'), status: 'active', currency: 'USD', mrr_minor: '5200' },
      { customer: paused, at: new Date('2026-10-03Z'), status: 'paused', currency: 'EUR', mrr_minor: '0' },
    ]);
    expect(
      (await schema.client.query('select org_id, marks, created_at from organisation_profiles')).rows,
    ).toHaveLength(3);
    expect((await schema.client.query('select * from organisation_mrr')).rows).toEqual([
      { org_id: year, currency: 'USD', mrr_minor: '5200' },
    ]);
  } finally {
    await schema.drop();
  }
});
