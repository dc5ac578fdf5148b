import { type Entitlements, SHARED } from '@tidegate/contracts/billing/entitlements';
import type { Tx } from '@tidegate/database/tx';

export async function findSnapshot(tx: Tx, orgId: string): Promise<Entitlements | undefined> {
  const row = await tx.one<{ snapshot: Entitlements }>('select snapshot from entitlement_snapshots where org_id = $1', [
    orgId,
  ]);
  return row?.snapshot;
}

/** Stores the newest snapshot and its finite quotas. Returns false when a newer one is stored already. */
export async function storeSnapshot(tx: Tx, snapshot: Entitlements): Promise<boolean> {
  const row = await tx.one(
    `insert into entitlement_snapshots as a (org_id, version, period_anchor, snapshot) values ($1, $2, $3, $4::jsonb)
     on conflict (org_id) do update set version = excluded.version, snapshot = excluded.snapshot
       where a.version < excluded.version
     returning org_id`,
    [snapshot.orgId, snapshot.version, snapshot.periods[SHARED]?.at(-1)?.anchor, JSON.stringify(snapshot)],
  );
  if (!row) return false;
  const quotas = Object.entries(snapshot.features).flatMap(([meter, grant]) =>
    grant.kind === 'metered' && grant.limit !== null ? [{ meter, quota: grant.limit, per: grant.per }] : [],
  );
  await tx.query('delete from quotas where org_id = $1 and meter <> all($2::text[])', [
    snapshot.orgId,
    quotas.map((quota) => quota.meter),
  ]);
  await tx.query(
    `insert into quotas (org_id, meter, quota, per) select $1, t.* from unnest($2::text[], $3::bigint[], $4::text[]) as t
     on conflict (org_id, meter) do update set quota = excluded.quota, per = excluded.per`,
    [
      snapshot.orgId,
      quotas.map((quota) => quota.meter),
      quotas.map((quota) => quota.quota),
      quotas.map((quota) => quota.per),
    ],
  );
  return true;
}

/** The instants from which the periods of these organisations are counted. Needs a transaction that sees all of them. */
export async function findAnchors(tx: Tx, orgIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.query<{ org_id: string; period_anchor: Date }>(
    'select org_id, period_anchor from entitlement_snapshots where org_id = any($1::uuid[])',
    [orgIds],
  );
  return new Map(rows.map((row) => [row.org_id, row.period_anchor.getTime()]));
}

/** The time zone whose days reports and daily limits use. */
export async function findTimeZone(tx: Tx, orgId: string): Promise<string> {
  const row = await tx.one<{ time_zone: string }>('select time_zone from entitlement_snapshots where org_id = $1', [
    orgId,
  ]);
  return row?.time_zone ?? 'UTC';
}

/** Fails with 22023 when PostgreSQL does not know the zone. */
export async function saveTimeZone(tx: Tx, orgId: string, timeZone: string): Promise<void> {
  await tx.query("select date_trunc('day', now(), $1)", [timeZone]);
  // The running day stays whole: it ends at the first midnight of the new zone that is no earlier than its own.
  await tx.query(
    `update entitlement_snapshots a set time_zone = $2, zone_day = d.start, zone_until = n.midnight
       from entitlement_snapshots b, day_of(b.time_zone, b.zone_day, b.zone_until, now()) as d,
            lateral (select min(s at time zone $2) as midnight
                       from generate_series(date_trunc('day', d.start at time zone $2),
                                            date_trunc('day', d.start at time zone $2) + interval '3 days',
                                            interval '1 day') as s
                      where s at time zone $2 >= d.start + interval '23 hours') as n
      where a.org_id = $1 and b.org_id = a.org_id and a.time_zone <> $2`,
    [orgId, timeZone],
  );
}
