import type { Tx } from '@tidegate/database/tx';
import { WAIT_ROLLUPS } from '../activity/wait-rollups.rows.ts';
import { deleteByDay, deleteByRows, type Run } from '../kernel/storage/delete-in-batches.rows.ts';
import { RELATION_ROLLUPS } from '../relations/relation-rollups.rows.ts';
import { HOUR_CHUNKS, SERIES_TABLES } from '../series/rollup.rows.ts';
import { SERVER_MINUTES } from '../server-figures/server-figures.rows.ts';

/** Tables of one partition per day. */
export const SAMPLE_TABLES = [
  'statement_samples',
  'activity_samples',
  'database_samples',
  'table_samples',
  'index_samples',
  'wraparound_samples',
  SERVER_MINUTES,
] as const;

const OLD = 'now() - make_interval(days => $2)';
/** Days in UTC that ended before that. */
const OLD_DAY = `date_trunc('day', now() at time zone 'utc' - make_interval(days => $2))`;

/** What the organisation's plan no longer keeps. Whole days go with their partition; this is for shorter plans. */
export async function deleteOlderThan(run: Run, signal: AbortSignal, days: number): Promise<void> {
  for (const table of SAMPLE_TABLES) {
    await deleteByDay(run, signal, { table, key: 'taken_at', where: `taken_at < ${OLD}`, value: days });
  }
  // A month of which days go is read from the days that stay.
  await deleteByRows(run, signal, { table: 'statement_months', where: `month < ${OLD_DAY}::date`, value: days });
  for (const table of SERIES_TABLES) {
    await deleteByDay(run, signal, { table, key: 'day', where: `day < ${OLD_DAY}::date`, value: days });
  }
  const chunks = { table: HOUR_CHUNKS, key: 'hour', where: `hour < ${OLD_DAY} at time zone 'utc'`, value: days };
  await deleteByDay(run, signal, chunks);
  for (const table of [...RELATION_ROLLUPS, WAIT_ROLLUPS]) {
    await deleteByRows(run, signal, { table, where: `begins_at < ${OLD_DAY} at time zone 'utc'`, value: days });
  }
  await deleteByRows(run, signal, { table: 'server_notes', where: `at < ${OLD}`, value: days });
  await deleteByRows(run, signal, { table: 'table_sizes', where: `day < ${OLD_DAY}::date`, value: days });
  await deleteByRows(run, signal, { table: 'server_days', where: `taken_at < ${OLD}`, value: days });
  await deleteByRows(run, signal, { table: 'server_hours', where: `taken_at < ${OLD}`, value: days });
  await deleteByRows(run, signal, { table: 'blocking_incidents', where: `last_seen_at < ${OLD}`, value: days });
  await deleteByRows(run, signal, { table: 'server_annotations', where: `seen_at < ${OLD}`, value: days });
  await deleteByRows(run, signal, { ...STATEMENTS, value: days });
  for (const table of COUNTED_TABLES) {
    await deleteByRows(run, signal, { table, where: `gone_at < ${OLD}`, value: days });
  }
}

/** What is gone stays until its last figures are. */
const COUNTED_TABLES = ['databases', 'tables', 'indexes'];

/** Statements that went long ago, and the keys of queries that no statement has any more. */
const STATEMENTS = {
  table: 'statements',
  where: `gone_at < ${OLD}`,
  also: {
    returning: 'server_id, query_key',
    sql: `delete from query_keys k using (select distinct server_id, query_key from gone) g
      where k.org_id = $1 and k.server_id = g.server_id and k.query_key = g.query_key
        and not exists (select from statements s where s.org_id = $1 and s.server_id = k.server_id
                          and s.query_key = k.query_key and (gone_at < ${OLD}) is not true)`,
  },
};

/** How old the oldest day partition of these tables is, in days; undefined where there is none. */
export async function oldestDays(tx: Tx, tables: readonly string[]): Promise<number | undefined> {
  const row = await tx.one<{ days: number | null }>(
    `select (now() at time zone 'utc')::date - min(to_date(right(c.relname, 8), 'YYYYMMDD')) as days
       from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = any (select to_regclass(quote_ident(name)) from unnest($1::text[]) name)
        and c.relname ~ '_[0-9]{8}$'`,
    [tables],
  );
  return row?.days ?? undefined;
}

/** How long ago the oldest month of these tables ended, in days; undefined where there is none. */
export async function oldestMonthDays(tx: Tx, tables: readonly string[]): Promise<number | undefined> {
  const row = await tx.one<{ days: number | null }>(
    `select (now() at time zone 'utc')::date
              - (min(to_date(right(c.relname, 6), 'YYYYMM')) + interval '1 month')::date as days
       from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = any (select to_regclass(quote_ident(name)) from unnest($1::text[]) name)
        and c.relname ~ '_[0-9]{6}$'`,
    [tables],
  );
  return row?.days ?? undefined;
}
