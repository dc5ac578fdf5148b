import { ensureDays, ensureMonths } from '../partitions.ts';
import type { Tx } from '../tx.ts';
import { type MovedTable, quoted } from './moved-tables.ts';

/*
 * What a file says about a table, written as the service itself writes: by its role, under row-level security, in one
 * transaction. The organisation is never read from the file, so no row can name another one; columns are those that the
 * table has, no more and no less; PostgreSQL judges types, keys and checks.
 */
const DAY_MS = 86_400_000;
/** Nothing is kept for longer; a file may not make partitions without end. */
const MOST_DAYS = 800;
/** Far more than anybody counts, and far from where counting ends for everybody. */
const MOST_COUNTED = 2n ** 48n;

/** What is written instead of what the file says; the row is `r`. */
export type Instead = Readonly<Record<string, string>>;

/** Partitions for rows from that instant on, in a transaction of their own: it keeps everybody else from the table. */
export async function makeRoom(tx: Tx, { name, partition }: MovedTable, from: string): Promise<void> {
  const first = Date.parse(from);
  const back = Math.ceil((Date.now() - first) / DAY_MS);
  if (Number.isNaN(first) || back > MOST_DAYS || back < -MOST_DAYS)
    throw new Error(`${name} begins at ${from.slice(0, 40)}, which is no time that is kept.`);
  if (!partition) return;
  if (partition.unit === 'day') await ensureDays(tx, name, { back: Math.max(0, back), ahead: 1 });
  else await ensureMonths(tx, name, { from: new Date(Math.min(first, Date.now())), to: new Date() });
}

/** As lines of JSON. */
export async function writeRows(
  tx: Tx,
  table: MovedTable,
  rows: readonly string[],
  instead: Instead = {},
): Promise<void> {
  const { name, owner, columns } = table;
  const values = columns.map((column) => instead[column] ?? `r.${quoted(column)}`);
  await tx.query(
    `insert into ${quoted(name)} (${[owner, ...columns].map(quoted).join(', ')}) overriding system value
     select $1::uuid, ${values.join(', ')} from json_populate_recordset(null::${quoted(name)}, $2::json) r`,
    [tx.orgId, `[${rows.join(',')}]`],
  );
}

/** The columns of a line, or what is wrong with it. */
export function checkRow({ name, columns }: MovedTable, line: string): void {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    throw new Error(`A row of ${name} is no JSON.`);
  }
  if (row === null || typeof row !== 'object' || Array.isArray(row)) throw new Error(`A row of ${name} is no object.`);
  const named = Object.keys(row);
  const unlisted = named.find((column) => !columns.includes(column));
  if (unlisted !== undefined)
    throw new Error(`A row of ${name} has the column ${unlisted.slice(0, 63)}, which may not be written.`);
  if (named.length !== columns.length) throw new Error(`A row of ${name} does not have all of its columns.`);
}

/** The largest number of each counted column, `table.column`: the database goes on counting beyond it. */
export async function countedUpTo(tx: Tx, tables: readonly MovedTable[]): Promise<Map<string, bigint>> {
  const found = new Map<string, bigint>();
  for (const { name, owner, counted } of tables)
    for (const column of counted) {
      const row = await tx.one<{ most: string | null }>(
        `select max(${quoted(column)})::text as most from ${quoted(name)} where ${quoted(owner)} = $1`,
        [tx.orgId],
      );
      const most = BigInt(row?.most ?? 0);
      if (most > MOST_COUNTED) throw new Error(`${name}.${column} is ${most}, and nothing counts that far.`);
      if (most > 0n) found.set(`${name}.${column}`, most);
    }
  return found;
}
