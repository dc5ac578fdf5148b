import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { Tx } from '@tidegate/database/tx';

export async function findAccount(tx: Tx, orgId: string): Promise<Entitlements | undefined> {
  const row = await tx.one<{ snapshot: Entitlements }>('select snapshot from accounts where org_id = $1', [orgId]);
  return row?.snapshot;
}

/** Keeps the newest snapshot and its finite quotas. Answers false when a newer one is here already. */
export async function saveAccount(tx: Tx, snapshot: Entitlements): Promise<boolean> {
  const row = await tx.one(
    `insert into accounts as a (org_id, version, anchor, snapshot) values ($1, $2, $3, $4::jsonb)
     on conflict (org_id) do update set version = excluded.version, snapshot = excluded.snapshot
       where a.version < excluded.version
     returning org_id`,
    [snapshot.orgId, snapshot.version, snapshot.periodAnchor, JSON.stringify(snapshot)],
  );
  if (!row) return false;
  const quotas = Object.entries(snapshot.features).flatMap(([meter, grant]) =>
    grant.kind === 'metered' && grant.limit !== null ? [{ meter, quota: grant.limit }] : [],
  );
  await tx.query('delete from quotas where org_id = $1 and meter <> all($2::text[])', [
    snapshot.orgId,
    quotas.map((quota) => quota.meter),
  ]);
  await tx.query(
    `insert into quotas (org_id, meter, quota) select $1, t.* from unnest($2::text[], $3::bigint[]) as t
     on conflict (org_id, meter) do update set quota = excluded.quota`,
    [snapshot.orgId, quotas.map((quota) => quota.meter), quotas.map((quota) => quota.quota)],
  );
  return true;
}

/** The instants from which the periods of these organisations are counted. Needs a transaction that sees them. */
export async function findAnchors(tx: Tx, orgIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.query<{ org_id: string; anchor: Date }>(
    'select org_id, anchor from accounts where org_id = any($1::uuid[])',
    [orgIds],
  );
  return new Map(rows.map((row) => [row.org_id, row.anchor.getTime()]));
}

/** The zone whose days reports count by. */
export async function findTimeZone(tx: Tx, orgId: string): Promise<string> {
  const row = await tx.one<{ time_zone: string }>('select time_zone from accounts where org_id = $1', [orgId]);
  return row?.time_zone ?? 'UTC';
}

/** Fails with 22023 when PostgreSQL does not know the zone. */
export async function saveTimeZone(tx: Tx, orgId: string, timeZone: string): Promise<void> {
  await tx.query("select date_trunc('day', now(), $1)", [timeZone]);
  await tx.query('update accounts set time_zone = $2 where org_id = $1', [orgId, timeZone]);
}
