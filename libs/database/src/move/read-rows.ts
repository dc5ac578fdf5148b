import type { Tx } from '../tx.ts';
import { type MovedTable, quoted } from './moved-tables.ts';

/** A row of more is refused: whoever reads the file holds a line in memory. */
export const MOST_ROW_BYTES = 64 * 1024 ** 2;
const PAGE_BYTES = 2 * 1024 ** 2;
const MOST_ROWS = 2_000;

export interface TableSize {
  rows: number;
  /** The first instant of a partitioned table. */
  from: string | null;
}

export async function sizeOf(tx: Tx, { name, owner, partition }: MovedTable): Promise<TableSize> {
  const first = partition ? `min(${quoted(partition.column)})::text` : 'null';
  const row = await tx.one<{ rows: string; first: string | null }>(
    `select count(*) as rows, ${first} as first from ${quoted(name)} where ${quoted(owner)} = $1`,
    [tx.orgId],
  );
  return { rows: Number(row?.rows ?? 0), from: row?.first ?? null };
}

/** Each row as PostgreSQL's own JSON, which no number passes through ours. A page is held at a time. */
export async function* readRows(tx: Tx, { name, owner, columns }: MovedTable): AsyncGenerator<string[]> {
  const picked = columns.map((column) => `t.${quoted(column)}`).join(', ');
  await tx.query(
    // A line each: what is stored as json keeps its own line breaks, which mean nothing.
    `declare moving no scroll cursor for
     select translate((select row_to_json(p)::text from (select ${picked}) p), chr(10) || chr(13), '  ') as row from ${quoted(name)} t where t.${quoted(owner)} = $1`,
    [tx.orgId],
  );
  // The first row says how many of its kind fit into a page.
  for (let rows = 1; ; ) {
    const page = await tx.query<{ row: string }>(`fetch ${rows} from moving`);
    if (page.length > 0) yield page.map(({ row }) => row);
    if (page.length < rows) break;
    const bytes = page.reduce((sum, { row }) => sum + row.length, 0) / page.length;
    if (bytes > MOST_ROW_BYTES)
      throw new Error(`A row of ${name} has ${bytes} bytes, which is more than can be moved.`);
    // Slowly, because what follows may be larger; in powers of two, because each is a statement that is prepared.
    rows = Math.max(1, Math.min(rows * 2, MOST_ROWS, 2 ** Math.floor(Math.log2(Math.max(1, PAGE_BYTES / bytes)))));
  }
  await tx.query('close moving');
}
