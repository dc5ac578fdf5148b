import type { Entitlements as Snapshot } from '@tidegate/contracts/billing/entitlements';
import type { Tx } from '@tidegate/database/tx';

export type Lock = '' | 'for update';

export async function findSnapshot(tx: Tx, lock: Lock): Promise<Snapshot | undefined> {
  const row = await tx.one<{ snapshot: Snapshot }>(`select snapshot from entitlements where org_id = $1 ${lock}`, [
    tx.orgId,
  ]);
  return row?.snapshot;
}

/** Snapshots may arrive out of order; the highest version wins. False: a newer one was there. */
export async function storeSnapshot(tx: Tx, snapshot: Snapshot): Promise<boolean> {
  const stored = await tx.one(
    `insert into entitlements as e (org_id, version, snapshot) values ($1, $2, $3)
     on conflict (org_id) do update set version = excluded.version, snapshot = excluded.snapshot
       where e.version < excluded.version returning org_id`,
    [snapshot.orgId, snapshot.version, snapshot],
  );
  return stored !== undefined;
}
