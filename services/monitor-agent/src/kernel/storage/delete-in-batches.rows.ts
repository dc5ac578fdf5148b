import type { Tx } from '@tidegate/database/tx';

/*
 * Years of samples do not go in one statement: it would be cut off by its time-out, start over each time and never end.
 * So a day, or some thousand rows, go in a transaction of their own. Whatever stops it, the next turn goes on.
 */
export type Run = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

export interface Doomed {
  table: string;
  /** What makes a row one of them, with `$2`; that it is the organisation's is added. */
  where: string;
  value: unknown;
}

const ROWS = 5_000;

/** Of a table that has its partitions by `key`: from the oldest day on. Answers whether nothing is left. */
export function deleteByDay(
  run: Run,
  signal: AbortSignal,
  { table, where, value, key }: Doomed & { key: string },
): Promise<boolean> {
  return untilNothing(signal, () =>
    run(async (tx) => {
      const mine = `org_id = $1 and ${where}`;
      const oldest = await tx.one<{ at: string | null; type: string }>(
        `select min(${key})::text as at, pg_typeof(min(${key}))::text as type from ${table} where ${mine}`,
        [tx.orgId, value],
      );
      if (!oldest?.at) return false;
      const from = `$3::${oldest.type}`;
      await tx.query(
        `delete from ${table} where ${mine} and ${key} >= ${from} and ${key} < ${from} + interval '1 day'`,
        [tx.orgId, value, oldest.at],
      );
      return true;
    }),
  );
}

/** Of any other table. `also` is done in the same statement with the rows that went, which are called `gone`. */
export function deleteByRows(
  run: Run,
  signal: AbortSignal,
  { table, where, value, also }: Doomed & { also?: { returning: string; sql: string } },
): Promise<boolean> {
  const some = `delete from ${table} where ctid = any (array(
    select ctid from ${table} where org_id = $1 and ${where} limit ${ROWS})) and org_id = $1
    returning ${also?.returning ?? 'org_id'}`;
  const rest = also ? `, also as (${also.sql})` : '';
  return untilNothing(signal, () =>
    run(async (tx) => {
      const row = await tx.one<{ count: number }>(
        `with gone as (${some})${rest} select count(*)::int as count from gone`,
        [tx.orgId, value],
      );
      return row?.count === ROWS;
    }),
  );
}

async function untilNothing(signal: AbortSignal, deleteSome: () => Promise<boolean>): Promise<boolean> {
  while (!signal.aborted) if (!(await deleteSome())) return true;
  return false;
}
