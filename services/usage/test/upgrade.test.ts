import { join } from 'node:path';
import { newId } from '@tidegate/database/ids';
import { schemaBefore } from '@tidegate/testing/upgrade';
import { snapshot } from './snapshot.ts';

const root = (path: string) => join(__dirname, '../../..', path);

test('an upgrade renames tables and columns with their rows, and their policies stay in force', async () => {
  const libraries = ['database', 'messaging'].map((lib) => root(`libs/${lib}/migrations`));
  const schema = await schemaBefore('0006', { schema: 'usage', libraries, folder: root('services/usage/migrations') });
  const { client } = schema;
  const given = snapshot({ calls: 100 });
  const org = given.orgId;
  const periodAnchor = '2026-01-31T10:00:00.000Z';
  try {
    await client.query('insert into accounts (org_id, version, anchor, snapshot) values ($1, 1, $2, $3)', [
      org,
      periodAnchor,
      given,
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
    await client.query("update ingest_position set sequence = 41, message_at = '2026-11-28T10:00:00Z'");
    await schema.upgrade();
    const one = async (text: string) => (await client.query(text)).rows[0];
    expect(await one('select org_id, version, period_anchor, time_zone from entitlement_snapshots')).toEqual({
      org_id: org,
      version: 1,
      period_anchor: new Date(periodAnchor),
      time_zone: 'UTC',
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
