import type { Tx } from './tx.ts';

/*
 * Day partitions. The runtime role owns nothing, so it cannot create or drop tables: each schema has two functions
 * that do (security definer, owned by the migration role, installed by libs/database/migrations). There is no default
 * partition: it would make every later attach scan it. Creating and dropping are separate transactions, so that a
 * failed drop never stops tomorrow's partition.
 */

/** Creates the partitions of today, of the next `ahead` days and of `back` days before. UTC days. */
export async function ensureDays(tx: Tx, table: string, { back = 0, ahead = 3 } = {}): Promise<void> {
  await tx.query('select ensure_day_partitions($1, $2::int, $3::int)', [table, back, ahead]);
}

/** Drops partitions that lie wholly before `retentionDays` ago. Returns how many; gives up on a lock after 2 s. */
export async function dropDays(tx: Tx, table: string, retentionDays: number): Promise<number> {
  await tx.query("select set_config('lock_timeout', '2s', true)");
  const row = await tx.one<{ dropped: number }>('select drop_day_partitions($1, $2::int) as dropped', [
    table,
    retentionDays,
  ]);
  return row?.dropped ?? 0;
}

/** Creates the month partitions of a table by date, from the month of `from` to that of `to`. UTC. */
export async function ensureMonths(tx: Tx, table: string, { from, to }: { from: Date; to: Date }): Promise<void> {
  await tx.query('select ensure_month_partitions($1, $2::date, $3::date)', [
    table,
    from.toISOString().slice(0, 10),
    to.toISOString().slice(0, 10),
  ]);
}

/** Drops the oldest month that lies wholly before `retentionDays` ago; false when there was none. */
export const dropMonth = (tx: Tx, table: string, retentionDays: number): Promise<boolean> =>
  dropOne(tx, 'select drop_month_partition($1, $2::int) as dropped', [table, retentionDays]);

/** Drops one day older than `retentionDays` from which all rows were moved away; false when there was none. */
export const dropEmptiedDay = (tx: Tx, table: string, retentionDays: number): Promise<boolean> =>
  dropOne(tx, 'select drop_emptied_day_partition($1, $2::int) as dropped', [table, retentionDays]);

/**
 * Waiting for the lock on a table blocks everybody behind it: better to give up soon and retry.
 */
async function dropOne(tx: Tx, sql: string, params: readonly unknown[]): Promise<boolean> {
  await tx.query("select set_config('lock_timeout', '200ms', true)");
  return (await tx.one<{ dropped: boolean }>(sql, params))?.dropped ?? false;
}

const LOCK_NOT_AVAILABLE = '55P03';
export const isLockTimeout = (error: unknown): boolean => (error as { code?: unknown }).code === LOCK_NOT_AVAILABLE;
