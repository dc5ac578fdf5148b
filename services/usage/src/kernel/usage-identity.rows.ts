import type { Tx } from '@tidegate/database/tx';
import { plain } from './array-literal.ts';

const CHUNK = 20_000;

/** Of events whose identity is known: the indexes of those whose content differs from the first one's. */
export async function findConflicts(
  tx: Tx,
  events: readonly { org: string; key: string; digest: number }[],
): Promise<Set<number>> {
  const rows = await tx.query<{ n: number }>(
    // Each by its index, whatever the statistics of a table say that has just begun to grow.
    `select t.n::int as n from unnest($1::uuid[], $2::uuid[], $3::int[]) with ordinality as t(org_id, key, digest, n),
            lateral (select digest from usage_identities u where u.org_id = t.org_id and u.key = t.key limit 1) as known
      where known.digest <> t.digest`,
    [plain(events, (event) => event.org), plain(events, (event) => event.key), plain(events, (event) => event.digest)],
  );
  return new Set(rows.map((row) => row.n - 1));
}

/** Which of these identities of an organisation are known already. */
export async function findKnown(tx: Tx, orgId: string, keys: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ key: string }>(
    "select replace(key::text, '-', '') as key from usage_identities where org_id = $1 and key = any($2::uuid[])",
    [orgId, keys],
  );
  return new Set(rows.map((row) => row.key));
}

/**
 * Identities outlive the time in which an event is accepted, so that an expired one cannot be counted again: the event is
 * too old by then. In chunks, so that neither locks nor dead rows pile up. Returns whether there may be more.
 */
export async function expireIdentities(tx: Tx, days: number): Promise<boolean> {
  const row = await tx.one<{ count: number }>(
    `with old as (
       select org_id, key from usage_identities where seen < now()::date - $1::int limit $2 for update skip locked),
     deleted as (delete from usage_identities u using old where u.org_id = old.org_id and u.key = old.key returning 1)
     select count(*)::int as count from deleted`,
    [days, CHUNK],
  );
  return row?.count === CHUNK;
}
