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
    ['statements', 'gone_at'],
    ['blocking_incidents', 'last_seen_at'],
  ]) {
    await tx.query(`delete from ${table} where org_id = $1 and ${column} < now() - make_interval(days => $2)`, [
      tx.orgId,
      days,
    ]);
  }
  return deleted;
}
