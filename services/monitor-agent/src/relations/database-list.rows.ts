import type { Database } from '@tidegate/contracts/monitor-agent/relations';
import type { Tx } from '@tidegate/database/tx';
import { DATABASE_SAMPLES } from './relation-kinds.rows.ts';
import { bytes, count, instant } from './relation-lists.rows.ts';
import { type RangeInPieces, sumsOf } from './relation-rollups.rows.ts';

export async function databaseRows(
  tx: Tx,
  serverId: string,
  { range, pieces }: RangeInPieces,
  hasTimes: boolean,
): Promise<Database[]> {
  const rows = await tx.query(
    `select d.name, d.bytes, d.connections, d.transaction_age, d.gone_at, coalesce(u.partial, false) as partial,
            ${DATABASE_SAMPLES.counters.map((name) => `u.${name}`).join(', ')}
       from databases d left join ${sumsOf(DATABASE_SAMPLES, 4)} u on u.id = d.oid
      where d.org_id = $1 and d.server_id = $2 and (d.gone_at is null or d.gone_at >= $3) order by d.bytes desc nulls last, d.name`,
    [tx.orgId, serverId, range.from, ...pieces],
  );
  return rows.map((row) => ({
    name: row['name'] as string,
    bytes: bytes(row, 'bytes'),
    connections: row['gone_at'] === null ? count(row, 'connections') : 0,
    commits: count(row, 'commits'),
    rollbacks: count(row, 'rollbacks'),
    blocksHit: count(row, 'blocks_hit'),
    blocksRead: count(row, 'blocks_read'),
    rowsReturned: count(row, 'rows_returned'),
    rowsFetched: count(row, 'rows_fetched'),
    rowsInserted: count(row, 'rows_inserted'),
    rowsUpdated: count(row, 'rows_updated'),
    rowsDeleted: count(row, 'rows_deleted'),
    tempFiles: count(row, 'temp_files'),
    tempBytes: count(row, 'temp_bytes'),
    deadlocks: count(row, 'deadlocks'),
    activeMs: hasTimes ? count(row, 'active_us') / 1_000 : null,
    transactionAge: count(row, 'transaction_age'),
    partial: row['partial'] as boolean,
    goneAt: instant(row['gone_at']),
  }));
}
