import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from './range.rules.ts';
import type { RolledUp, RollupUnit } from './rollup-pieces.rules.ts';

/** What is added up together: each server has one range of it, from when to when its samples are in the sums. */
export interface RolledSums {
  /** `<name>_rollup_ranges` says how far each server is. */
  name: 'relation' | 'wait';
  /** Tables of samples. */
  samples: readonly string[];
  /** A table of sums that has a row for each month that has been added up. */
  months: string;
  /** Counts anew what begins in the range; `only`: from this table of samples. */
  rollUp(tx: Tx, serverId: string, unit: RollupUnit, range: TimeRange, only?: string): Promise<void>;
}

const rangesOf = ({ name }: RolledSums): string => `${name}_rollup_ranges`;

/** One at a time counts what belongs to a server; it stays until that is done. False: it is gone. */
export async function lockRollups(tx: Tx, { name }: RolledSums, serverId: string): Promise<boolean> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('${name}_rollups ' || $1::text, 0))`, [serverId]);
  const server = await tx.one('select 1 from servers where org_id = $1 and id = $2 and removed_at is null for share', [
    tx.orgId,
    serverId,
  ]);
  return server !== undefined;
}

export interface ServerToRollUp {
  serverId: string;
  /** There may be samples of before there were sums. */
  backlog: boolean;
}

/** Servers of which something before `due` is not added up yet. */
export async function serversToRollUp(tx: Tx, sums: RolledSums, due: Date): Promise<ServerToRollUp[]> {
  const rows = await tx.query<{ id: string; backlog: boolean }>(
    `select s.id, r.server_id is null or r.rolled_from is not null as backlog
       from servers s left join ${rangesOf(sums)} r on r.org_id = s.org_id and r.server_id = s.id
      where s.org_id = $1 and s.removed_at is null
        and (r.server_id is null or r.rolled_from is not null or r.rolled_until < $2) order by s.id`,
    [tx.orgId, due],
  );
  return rows.map(({ id: serverId, backlog }) => ({ serverId, backlog }));
}

export interface RolledRange {
  from: Date | null;
  until: Date;
}

export async function rolledRange(tx: Tx, sums: RolledSums, serverId: string): Promise<RolledRange | undefined> {
  const row = await tx.one<{ rolled_from: Date | null; rolled_until: Date }>(
    `select rolled_from, rolled_until from ${rangesOf(sums)} where org_id = $1 and server_id = $2`,
    [tx.orgId, serverId],
  );
  return row && { from: row.rolled_from, until: row.rolled_until };
}

/** What of a server is added up, with the months that begin in the range. */
export async function rolledUp(
  tx: Tx,
  sums: RolledSums,
  serverId: string,
  { from, to }: TimeRange,
): Promise<RolledUp | undefined> {
  const row = await tx.one<{ rolled_from: Date | null; rolled_until: Date; months: Date[] }>(
    `select rolled_from, rolled_until, array(
              select begins_at from ${sums.months} where org_id = $1 and server_id = $2 and unit = 'month'
                 and begins_at >= $3 and begins_at < $4 order by 1) as months
       from ${rangesOf(sums)} where org_id = $1 and server_id = $2`,
    [tx.orgId, serverId, from, to],
  );
  return row && { from: row.rolled_from, until: row.rolled_until, months: row.months };
}

export async function storeRolledRange(
  tx: Tx,
  sums: RolledSums,
  serverId: string,
  { from, until }: RolledRange,
): Promise<void> {
  await tx.query(
    `insert into ${rangesOf(sums)} (org_id, server_id, rolled_from, rolled_until) values ($1, $2, $3, $4)
     on conflict (org_id, server_id) do update set rolled_from = excluded.rolled_from, rolled_until = excluded.rolled_until`,
    [tx.orgId, serverId, from, until],
  );
}

/** When the last sample before an instant was, of any kind. */
export async function lastSampleBefore(
  tx: Tx,
  { samples }: RolledSums,
  serverId: string,
  before: Date,
): Promise<Date | undefined> {
  const last = samples.map(
    (table) => `(select max(taken_at) from ${table} where org_id = $1 and server_id = $2 and taken_at < $3)`,
  );
  const row = await tx.one<{ at: Date | null }>(`select greatest(${last.join(', ')}) as at`, [
    tx.orgId,
    serverId,
    before,
  ]);
  return row?.at ?? undefined;
}
