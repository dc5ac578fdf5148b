import type { Tx } from '@tidegate/database/tx';

/** The right to run a sweep, renewed with every progress; who dies loses it after `LEASE_SECONDS`. */
export interface SweepLease {
  sweep_id: string;
  org_id: string;
  fence: string;
  /** How often it was begun, this time included. */
  tries: number;
}

const LEASE_SECONDS = 30;

export const takeSweep = (tx: Tx): Promise<SweepLease | undefined> =>
  tx.one<SweepLease>(
    `update sweep_leases set fence = fence + 1, tries = tries + 1, expires_at = now() + make_interval(secs => $1)
      where sweep_id in (select sweep_id from sweep_leases where expires_at < now()
                          order by sweep_id limit 1 for update skip locked)
      returning sweep_id, org_id, fence, tries`,
    [LEASE_SECONDS],
  );

/** Tells how far the sweep is. False when it was cancelled or is somebody else's by now. */
export async function renewSweep(tx: Tx, lease: SweepLease, done: number): Promise<boolean> {
  const held = await tx.one(
    `update sweep_leases set expires_at = now() + make_interval(secs => $3) where sweep_id = $1 and fence = $2 returning 1`,
    [lease.sweep_id, lease.fence, LEASE_SECONDS],
  );
  if (!held) return false;
  const running = await tx.one(
    `update sweeps set status = 'running', done = $3
      where org_id = $1 and id = $2 and status in ('waiting', 'running') returning 1`,
    [lease.org_id, lease.sweep_id, done],
  );
  return running !== undefined;
}

/** True while the lease is still ours. Held until the transaction ends, so nobody takes over in between. */
export async function holdsSweep(tx: Tx, { sweep_id, fence }: SweepLease): Promise<boolean> {
  const sql = 'select 1 from sweep_leases where sweep_id = $1 and fence = $2 for update';
  return (await tx.one(sql, [sweep_id, fence])) !== undefined;
}

/** For another runner, at once. */
export const giveBackSweep = (tx: Tx, lease: SweepLease): Promise<unknown> =>
  tx.query("update sweep_leases set expires_at = '-infinity', tries = tries - 1 where sweep_id = $1 and fence = $2", [
    lease.sweep_id,
    lease.fence,
  ]);
