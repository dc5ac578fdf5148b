import type { Tx } from '@tidegate/database/tx';
import { deleteBlocks, deleteBlocksOlderThan } from '../series/block.rows.ts';

/** Tables of one partition per day. */
export const SAMPLE_TABLES = [
  'statement_samples',
  'activity_samples',
  'database_samples',
  'table_samples',
  'index_samples',
  'wraparound_samples',
] as const;

export async function deleteSamples(tx: Tx, serverId: string): Promise<void> {
  for (const table of SAMPLE_TABLES) {
    await tx.query(`delete from ${table} where org_id = $1 and server_id = $2`, [tx.orgId, serverId]);
  }
  await deleteBlocks(tx, serverId);
}

/** What the organisation's plan no longer keeps. Whole days go with their partition; this is for shorter plans. */
export async function deleteOlderThan(tx: Tx, days: number): Promise<number> {
  let deleted = 0;
  for (const table of SAMPLE_TABLES) {
    const row = await tx.one<{ count: number }>(
      `with gone as (delete from ${table} where org_id = $1 and taken_at < now() - make_interval(days => $2) returning 1)
       select count(*)::int as count from gone`,
      [tx.orgId, days],
    );
    deleted += row?.count ?? 0;
  }
  await deleteBlocksOlderThan(tx, days);
  for (const [table, column] of [
    ['blocking_incidents', 'last_seen_at'],
    ['server_markers', 'seen_at'],
  ]) {
    await tx.query(`delete from ${table} where org_id = $1 and ${column} < now() - make_interval(days => $2)`, [
      tx.orgId,
      days,
    ]);
  }
  await deleteStatements(tx, days);
  return deleted;
}

/** Statements that went long ago, and the keys of queries that no statement has any more. */
async function deleteStatements(tx: Tx, days: number): Promise<void> {
  const old = 'gone_at < now() - make_interval(days => $2)';
  await tx.query(
    `with gone as (delete from statements where org_id = $1 and ${old} returning server_id, query_key)
     delete from query_keys k using (select distinct server_id, query_key from gone) g
      where k.org_id = $1 and k.server_id = g.server_id and k.query_key = g.query_key
        and not exists (select from statements s where s.org_id = $1 and s.server_id = k.server_id
                          and s.query_key = k.query_key and (${old}) is not true)`,
    [tx.orgId, days],
  );
}
