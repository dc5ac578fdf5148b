import type { Tx } from '@tidegate/database/tx';

/** Databases that are there, and their size as far as it was measured. */
export async function databaseTotals(tx: Tx, serverId: string): Promise<{ count: number; bytes: number | null }> {
  const row = await tx.one<{ count: number; bytes: number | null }>(
    `select count(*)::int as count, sum(bytes)::float8 as bytes from databases
      where org_id = $1 and server_id = $2 and gone_at is null`,
    [tx.orgId, serverId],
  );
  return row ?? { count: 0, bytes: null };
}
