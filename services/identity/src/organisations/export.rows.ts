import { EXPORT_LEASE_SECONDS } from '@tidegate/contracts/identity/exports';
import type { Tx } from '@tidegate/database/tx';

/** Takes the organisation's place, unless another export has it: then how many seconds that may still be. */
export async function claimExport(tx: Tx, { exportId, userId }: { exportId: string; userId: string }): Promise<number> {
  const row = await tx.one<{ seconds: number }>(
    `insert into organisation_exports as e (org_id, id, user_id, held_until)
     values ($1, $2, $3, now() + make_interval(secs => $4))
     on conflict (org_id) do update set
       (id, user_id, began_at, held_until) = (excluded.id, excluded.user_id, excluded.began_at, excluded.held_until)
       where e.held_until <= now() or e.id = excluded.id
     returning 0 as seconds`,
    [tx.orgId, exportId, userId, EXPORT_LEASE_SECONDS],
  );
  if (row) return 0;
  const other = await tx.one<{ seconds: number }>(
    `select greatest(1, ceil(extract(epoch from held_until - now())))::int as seconds from organisation_exports
      where org_id = $1`,
    [tx.orgId],
  );
  return other?.seconds ?? 1;
}

/** For as long as who began it is an owner. */
export async function keepExport(tx: Tx, exportId: string): Promise<boolean> {
  const row = await tx.one(
    `update organisation_exports e set held_until = now() + make_interval(secs => $3)
      where org_id = $1 and id = $2 and held_until > now()
        and exists (select from members m where m.org_id = e.org_id and m.user_id = e.user_id and m.role = 'owner')
     returning 1`,
    [tx.orgId, exportId, EXPORT_LEASE_SECONDS],
  );
  return row !== undefined;
}

export async function endExport(tx: Tx, exportId: string): Promise<void> {
  await tx.query('delete from organisation_exports where org_id = $1 and id = $2', [tx.orgId, exportId]);
}

export async function isOwner(tx: Tx, userId: string): Promise<boolean> {
  const row = await tx.one("select from members where org_id = $1 and user_id = $2 and role = 'owner'", [
    tx.orgId,
    userId,
  ]);
  return row !== undefined;
}
