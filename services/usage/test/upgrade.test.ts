import { join } from 'node:path';
import { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { newId } from '@tidegate/database/ids';
import { schemaBefore } from '@tidegate/testing/upgrade';
import { periodsByMeter } from '../src/entitlements/meter-periods.rules.ts';

const root = (path: string) => join(__dirname, '../../..', path);

/** A snapshot as it was while an organisation had one plan. */
const ofOnePlan = (orgId: string, periodAnchor: string) => ({
  orgId,
  version: 1,
  plan: 'pro',
  planName: 'Pro',
  planVersion: 2,
  access: 'full',
  features: {
    calls: { kind: 'metered', limit: 100, enforcement: 'hard', per: 'month' },
    mails: { kind: 'metered', limit: 5, enforcement: 'soft', per: 'day' },
    bots: { kind: 'counted', limit: null },
  },
  periodAnchor,
  upgrade: { calls: { plan: 'business', planName: 'Business', limit: null } },
});

test('an upgrade renames tables and columns with their rows, and their policies stay in force', async () => {
  const libraries = ['database', 'messaging'].map((lib) => root(`libs/${lib}/migrations`));
  const schema = await schemaBefore('0006', { schema: 'usage', libraries, folder: root('services/usage/migrations') });
  const { client } = schema;
  const org = newId();
  const periodAnchor = '2026-01-31T10:00:00.000Z';
  try {
    await client.query('insert into accounts (org_id, version, anchor, snapshot) values ($1, 1, $2, $3)', [
      org,
      periodAnchor,
      ofOnePlan(org, periodAnchor),
    ]);
    await client.query("insert into quotas (org_id, meter, quota) values ($1, 'calls', 100)", [org]);
    await client.query(
      `insert into leases (org_id, id, meter, period_start, holder_id, lease_key, granted, settled, expires_at)
       values ($1, $2, 'calls', $3, 'h', 'k', 10, 4, now() + interval '1 minute')`,
      [org, newId(), periodAnchor],
    );
    await client.query(
      `insert into rejected_events (org_id, fingerprint, code, message, payload)
       values ($1, '00000000-0000-0000-0000-000000000001', 'unknown_meter', 'm', '{"meter": "reports"}')`,
      [org],
    );
    const known = '00000000-0000-0000-0000-00000000000a';
    await client.query('insert into usage_identities (org_id, key, digest, seen) values ($1, $2, 7, now())', [
      org,
      known,
    ]);
    await client.query("update ingest_position set sequence = 41, message_at = '2026-11-28T10:00:00Z'");
    await schema.upgrade();
    const one = async (text: string) => (await client.query(text)).rows[0];
    expect(await one('select org_id, version, time_zone from entitlement_snapshots')).toEqual({
      org_id: org,
      version: 1,
      time_zone: 'UTC',
    });
    expect(await one('select generation, key, digest from usage_identities')).toEqual({
      generation: 0,
      key: known,
      digest: 7,
    });
    expect(await one('select reserved from leases')).toEqual({ reserved: '6' });
    expect(await one('select content_hash::text from rejected_events')).toEqual({
      content_hash: '00000000-0000-0000-0000-000000000001',
    });
    expect(await one('select sequence, lease_expires_at from ingest_checkpoint')).toMatchObject({ sequence: '41' });
    const { rows } = await client.query(
      `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'usage' and c.relname in ('entitlement_snapshots', 'leases', 'rejected_events')
          and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid) order by 1`,
    );
    expect(rows.map(({ relname }) => relname)).toEqual(['entitlement_snapshots', 'leases', 'rejected_events']);
  } finally {
    await schema.drop();
  }
});

test('a snapshot of one plan becomes one of the product main, and periods begin at whole seconds with all that was counted', async () => {
  const libraries = ['database', 'messaging'].map((lib) => root(`libs/${lib}/migrations`));
  const schema = await schemaBefore('0007', { schema: 'usage', libraries, folder: root('services/usage/migrations') });
  const { client } = schema;
  const org = newId();
  const before = '2026-10-31T10:00:00.123Z';
  const start = '2026-11-30T10:00:00.123Z';
  const whole = '2026-11-30T10:00:00.000Z';
  try {
    await client.query(
      'insert into entitlement_snapshots (org_id, version, period_anchor, snapshot) values ($1, 1, $2, $3)',
      [org, before, ofOnePlan(org, before)],
    );
    // 3 units were used in the 123 milliseconds that now belong to the new period.
    await client.query(
      `insert into usage_hours (org_id, meter, hour, quantity, events)
       values ($1, 'calls', '2026-11-30T09:00:00Z', 40, 4), ($1, 'calls', $3, 3, 1), ($1, 'calls', $2, 7, 2)`,
      [org, start, whole],
    );
    await client.query(
      "insert into usage_balances (org_id, meter, period_start, used) values ($1, 'calls', $2, 43), ($1, 'calls', $3, 7)",
      [org, before, start],
    );
    await client.query(
      `insert into leases (org_id, id, meter, period_start, period_end, holder_id, lease_key, granted, expires_at)
       values ($1, $2, 'calls', $3, '2026-12-31T10:00:00.123Z', 'h', 'k', 10, now() + interval '1 minute')`,
      [org, newId(), start],
    );
    await client.query(
      "insert into quota_alerts (org_id, meter, period_start, percent, quota, used) values ($1, 'calls', $2, 80, 9, 8)",
      [org, start],
    );
    await schema.upgrade();
    const all = async (text: string) => (await client.query(text)).rows;
    const [row] = await all('select snapshot, periods from entitlement_snapshots');
    const snapshot = Entitlements.strict().parse(row.snapshot);
    expect(snapshot).toMatchObject({
      plans: { main: { plan: 'pro', planName: 'Pro', planVersion: 2, status: 'active', access: 'full' } },
      features: {
        calls: { kind: 'metered', limit: 100, ceiling: 100, product: null },
        mails: { kind: 'metered', limit: 5, ceiling: null, per: 'day' },
        bots: { kind: 'counted', limit: null, product: null },
      },
      periods: { shared: [{ from: '2026-10-31T10:00:00.000Z', anchor: '2026-10-31T10:00:00.000Z', months: 1 }] },
      upgrade: { calls: { product: 'main', plan: 'business' } },
    });
    expect(JSON.stringify(row.periods)).toBe(JSON.stringify(periodsByMeter(snapshot)));
    expect(await all('select period_start, used::int from usage_balances order by 1')).toEqual([
      { period_start: new Date('2026-10-31T10:00:00.000Z'), used: 40 },
      { period_start: new Date(whole), used: 10 },
    ]);
    expect(await all('select hour, quantity::int, events::int from usage_hours order by 1')).toEqual([
      { hour: new Date('2026-11-30T09:00:00.000Z'), quantity: 40, events: 4 },
      { hour: new Date(whole), quantity: 10, events: 3 },
    ]);
    expect(await all('select period_start, period_end, hold from leases')).toEqual([
      { period_start: new Date(whole), period_end: new Date('2026-12-31T10:00:00.000Z'), hold: false },
    ]);
    expect(await all('select period_start from quota_alerts')).toEqual([{ period_start: new Date(whole) }]);
  } finally {
    await schema.drop();
  }
});
