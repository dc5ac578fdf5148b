import type { Tx } from '@tidegate/database/tx';

const CHUNK = 20_000;

/**
 * Identities are kept longer than an event may be late, so that a forgotten one cannot be counted again: it is too
 * old by then. In chunks, so that no lock and no dead rows pile up. Answers whether there may be more.
 */
export async function forgetIdentities(tx: Tx, days: number): Promise<boolean> {
  const row = await tx.one<{ count: number }>(
    `with old as (
       select org_id, key from usage_identities where seen < current_date - $1::int limit $2 for update skip locked),
     gone as (delete from usage_identities u using old where u.org_id = old.org_id and u.key = old.key returning 1)
     select count(*)::int as count from gone`,
    [days, CHUNK],
  );
  return row?.count === CHUNK;
}

/**
 * A lease that holds nothing any more is kept for two hours, for whoever asks again with its key or returns it late;
 * one whose last events have not come, for as long as they may come. Answers whether there may be more.
 */
export async function forgetLeases(tx: Tx, days: number): Promise<boolean> {
  const row = await tx.one<{ count: number }>(
    `with old as (
       select org_id, id from leases
        where created_at < now() - $1::int * interval '1 day'
           or (created_at < now() - interval '2 hours' and expires_at < now() - interval '2 hours'
               and (spent is null or held = 0))
        limit $2 for update skip locked),
     gone as (delete from leases l using old where l.org_id = old.org_id and l.id = old.id returning 1)
     select count(*)::int as count from gone`,
    [days, CHUNK],
  );
  return row?.count === CHUNK;
}

export async function forgetRejected(tx: Tx, days: number): Promise<void> {
  await tx.query("delete from rejected_events where last_at < now() - $1::int * interval '1 day'", [days]);
}
