import type { Tx } from '@tidegate/database/tx';
import type { CountedKind } from './relation-kinds.rows.ts';

/**
 * Dropped relations stay, with their names, as long as there are figures of them (retention.rows.ts). Those that never
 * counted anything have none, so tables that are created and dropped all day leave nothing.
 */
export async function leave(
  tx: Tx,
  { table }: CountedKind<never>,
  which: string,
  [serverId, at, ...rest]: [serverId: string, at: Date, ...rest: unknown[]],
): Promise<void> {
  const where = `where org_id = $1 and server_id = $2 and gone_at is null and ${which}`;
  await tx.query(
    `with never_used as (delete from ${table} ${where} and 0 = all (counters))
     update ${table} set gone_at = $3 ${where} and 0 <> any (counters)`,
    [tx.orgId, serverId, at, ...rest],
  );
}

/** Databases that were dropped, or that may not be looked at any more. */
export async function expireDatabases(
  tx: Tx,
  kind: CountedKind<never>,
  serverId: string,
  { databaseOids, at }: { databaseOids: readonly number[]; at: Date },
): Promise<void> {
  await leave(tx, kind, 'database_oid = any ($4::bigint[])', [serverId, at, databaseOids]);
  await tx.query(
    `delete from relation_snapshots
      where org_id = $1 and server_id = $2 and database_oid = any ($3::bigint[]) and kind = $4`,
    [tx.orgId, serverId, databaseOids, kind.table],
  );
}
