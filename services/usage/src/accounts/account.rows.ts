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

/** A raised limit makes thresholds worth telling again: those that lie above the balance now. */
export async function rearmAlerts(tx: Tx, orgId: string): Promise<void> {
  await tx.query(
    `delete from quota_alerts a using usage_balances b
      where a.org_id = $1 and b.org_id = a.org_id and b.meter = a.meter and b.period_start = a.period_start
        and not exists (select 1 from quotas q where q.org_id = a.org_id and q.meter = a.meter
                         and b.used >= (q.quota * a.percent + 99) / 100)`,
    [orgId],
  );
}

/** The instants from which the periods of these organisations are counted. Needs a transaction that sees them. */
export async function findAnchors(tx: Tx, orgIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.query<{ org_id: string; anchor: Date }>(
    'select org_id, anchor from accounts where org_id = any($1::uuid[])',
    [orgIds],
  );
  return new Map(rows.map((row) => [row.org_id, row.anchor.getTime()]));
}
