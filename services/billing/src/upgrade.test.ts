import { join } from 'node:path';
import { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { schemaBefore } from '@tidegate/testing/upgrade';

const root = (path: string) => join(__dirname, '../../..', path);
const before = (migration: string) =>
  schemaBefore(migration, {
    schema: 'billing',
    libraries: ['database', 'messaging'].map((lib) => root(`libs/${lib}/migrations`)),
    folder: root('services/billing/migrations'),
  });

const definition = (plan: string, isDefault: boolean) =>
  JSON.stringify({ plan, name: plan, description: '', isDefault, prices: [], features: {} });
/** A catalogue of format 1 with the plans `free` and `pro`. */
const CATALOGUE = `
  insert into catalogues (version, hash, document, source)
  values (1, '', '{"currency": "EUR", "features": [], "plans": [${definition('free', true)}]}', '');
  insert into plan_versions values ('free', 1, '${definition('free', true)}', 1), ('pro', 1, '${definition('pro', false)}', 1)`;

test('years that were sold before begin at the choice of their plan; months stay as they are', async () => {
  const schema = await before('0002');
  try {
    await schema.client.query(CATALOGUE);
    await schema.client.query(
      `insert into subscriptions (org_id, plan, plan_version, status, billing_interval, period_anchor, started_at)
       select gen_random_uuid(), 'pro', 1, 'active', i, '2025-12-28 10:00Z', '2026-11-28 12:00:00.123456Z'
         from unnest(array['month', 'year']) as i`,
    );
    await schema.upgrade();
    const { rows } = await schema.client.query(
      `select billing_interval as paid, p.from_at as since, p.months from subscriptions
         join period_steps p using (org_id, product) order by 1, 2`,
    );
    const first = { since: new Date('2025-12-28T10:00:00Z'), months: 1 };
    expect(rows).toEqual([
      { paid: 'month', ...first },
      { paid: 'year', ...first },
      { paid: 'year', since: new Date('2026-11-28T12:00:00.123Z'), months: 12 },
    ]);
  } finally {
    await schema.drop();
  }
});

test('what was sold and announced before products keeps its plan, its anchor to the millisecond, and its scheduled move', async () => {
  const schema = await before('0005');
  const [free, paid] = ['0197f0e0-0000-7000-8000-000000000001', '0197f0e0-0000-7000-8000-000000000002'];
  const anchor = '2026-10-05T10:00:00.123Z';
  const old = (orgId: string, plan: string) =>
    JSON.stringify({
      orgId,
      version: 3,
      plan,
      planName: plan,
      planVersion: 1,
      status: 'active',
      access: 'full',
      features: {
        bots: { kind: 'counted', limit: 5 },
        calls: { kind: 'metered', limit: 100, enforcement: 'hard', per: 'month' },
        orders: { kind: 'metered', limit: 100, enforcement: 'soft', per: 'day' },
      },
      periodAnchor: anchor,
      upgrade: { bots: { plan: 'pro', planName: 'Pro', limit: 25 } },
    });
  try {
    await schema.client.query(CATALOGUE);
    for (const [org, plan] of [
      [free, 'free'],
      [paid, 'pro'],
    ] as const) {
      await schema.client.query(
        `insert into subscriptions (org_id, plan, plan_version, status, billing_interval, period_anchor, interval_since)
         values ($1, $2, 1, 'active', 'month', $3, $3)`,
        [org, plan, anchor],
      );
      await schema.client.query('insert into entitlements values ($1, 3, $2, 1)', [org, old(org, plan)]);
      await schema.client.query(
        "insert into subscription_changes (org_id, id, changed_by, after) values ($1, gen_random_uuid(), 'sign-up', '{}')",
        [org],
      );
    }
    const move = "next_plan = 'free', next_plan_version = 1, next_at = '2026-12-05 10:00Z', next_by = 'somebody'";
    await schema.client.query(`update subscriptions set ${move} where org_id = $1`, [paid]);
    await schema.upgrade();
    const { rows } = await schema.client.query(
      `select s.org_id, product, provider, next_interval, next_change_at, catalogue_version, snapshot
         from subscriptions s join entitlements e using (org_id) order by 1`,
    );
    expect(rows).toMatchObject([
      { product: 'main', provider: 'none', next_interval: null, next_change_at: null, catalogue_version: 0 },
      { provider: 'manual', next_interval: 'month', next_change_at: new Date('2026-12-05T10:00:00Z') },
    ]);
    const snapshot = Entitlements.parse(rows[0].snapshot);
    expect(snapshot).toMatchObject({
      version: 3,
      plans: { main: { plan: 'free', access: 'full' } },
      features: {
        bots: { limit: 5, product: null },
        calls: { limit: 100, ceiling: 100, per: 'month' },
        orders: { limit: 100, ceiling: null, per: 'day' },
      },
      periods: { shared: [{ from: anchor, anchor, months: 1 }] },
      upgrade: { bots: { product: 'main', plan: 'pro' } },
    });
    const steps = await schema.client.query(
      'select distinct product, from_at, anchor, months from period_steps order by 1',
    );
    const instant = new Date(anchor);
    expect(steps.rows).toEqual(
      ['main', 'shared'].map((product) => ({ product, from_at: instant, anchor: instant, months: 1 })),
    );
    const changes = await schema.client.query('select distinct product, action, reason from subscription_changes');
    expect(changes.rows).toEqual([{ product: 'main', action: 'changed', reason: '' }]);
  } finally {
    await schema.drop();
  }
});

test('whoever had a paid plan before there were invoices is not invoiced until an operator says so; what is overdue has time', async () => {
  const schema = await before('0051');
  const [old, invoiced] = ['0197f0e0-0000-7000-8000-000000000001', '0197f0e0-0000-7000-8000-000000000002'];
  try {
    await schema.client.query(
      CATALOGUE.replaceAll(
        "values ('free', 1",
        "(plan, version, definition, catalogue_version, product) values ('free', 1",
      ).replaceAll("', 1)", "', 1, 'main')"),
    );
    await schema.client.query(
      `insert into subscriptions (org_id, product, plan, plan_version, status, billing_interval, provider)
       select org_id, 'main', 'pro', 1, 'active', 'month', 'manual' from unnest($1::uuid[]) as org_id`,
      [[old, invoiced]],
    );
    await schema.client.query(
      `insert into paid_periods (org_id, product, seq, currency, items, period_start, period_end, usage)
       values ($1, 'main', 1, 'EUR', '[]', now(), now() + interval '1 month', '[]')`,
      [invoiced],
    );
    await schema.client.query(
      `insert into invoices (org_id, id, provider, status, currency, subtotal_minor, discount_minor, total_minor, due_minor,
                             period_start, period_end, issued_at, due_at)
       select $1, gen_random_uuid(), 'manual', status, 'EUR', 1, 0, 1, 1, now(), now(), now(), due
         from (values ('open', now() - interval '90 days'), ('open', now() + interval '90 days'),
                      ('paid', now() - interval '90 days')) as i (status, due)`,
      [invoiced],
    );
    await schema.upgrade();
    const { rows } = await schema.client.query('select org_id, billing_held from subscriptions order by 1');
    expect(rows).toEqual([
      { org_id: old, billing_held: true },
      { org_id: invoiced, billing_held: false },
    ]);
    const due = await schema.client.query(
      `select round(extract(epoch from due_at - now()) / 86400)::int as days, remind_at is not null as reminded
         from invoices order by due_at`,
    );
    expect(due.rows).toEqual([
      { days: -90, reminded: false },
      { days: 14, reminded: true },
      { days: 90, reminded: true },
    ]);
    const changes = await schema.client.query('select change, changed_by from invoice_changes');
    expect(changes.rows).toEqual([{ change: 'extended', changed_by: 'upgrade' }]);
  } finally {
    await schema.drop();
  }
});
