import type { Tx } from './tx.ts';

/*
 * Day partitions. The runtime role owns nothing, so it cannot create or drop tables: each schema has two functions
 * that do (security definer, owned by the migration role, installed by libs/database/migrations). There is no default
 * partition: it would make every later attach scan it. Creating and dropping are separate transactions, so that a
 * failed drop never stops tomorrow's partition.
 */

/** Makes the partitions of today and the next `ahead` days, and those of `back` days before. UTC days. */
export async function ensureDays(tx: Tx, table: string, { back = 0, ahead = 3 } = {}): Promise<void> {
  await tx.query('select ensure_day_partitions($1, $2::int, $3::int)', [table, back, ahead]);
}

/** Drops partitions that lie wholly before `keepDays` ago. Answers how many; gives up on a lock after 2 s. */
export async function dropDays(tx: Tx, table: string, keepDays: number): Promise<number> {
  await tx.query("select set_config('lock_timeout', '2s', true)");
  const row = await tx.one<{ dropped: number }>('select drop_day_partitions($1, $2::int) as dropped', [
    table,
    keepDays,
  ]);
  return row?.dropped ?? 0;
}
