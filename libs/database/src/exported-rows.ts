import type { Exported, ExportedTable, ExportPlace } from '@tidegate/contracts/kernel/exported';
import type { Tx } from './tx.ts';

/*
 * What an organisation gets of a service's tables: the columns of the allow-list, table by table, each in the order of
 * its primary key. A page goes on after the key that the page before ended with, so nothing is held between two of them,
 * neither in a database nor in a process, and rows that are written meanwhile disturb nobody.
 * Numbers that a JSON reader would round are texts. Names become those of the API: created_at is createdAt.
 */
const PAGE_ROWS = 500;
/** A page ends with the row that reaches this, so it is at most this and one row. */
const PAGE_BYTES = 200_000;
/** A row of more does not fit into a message beside a page: that it was there is all that is said. */
const MOST_BYTES = 600_000;

export interface ExportedRow {
  table: string;
  data: Record<string, unknown> | null;
}

export interface ExportedPage {
  items: ExportedRow[];
  next: ExportPlace | null;
}

export async function readExported(tx: Tx, { tables }: Exported, after: ExportPlace | null): Promise<ExportedPage> {
  const names = Object.keys(tables);
  const items: ExportedRow[] = [];
  let bytes = 0;
  let key = after?.key ?? [];
  for (let at = after ? names.indexOf(after.table) : 0; at >= 0 && at < names.length; at += 1) {
    const name = names[at] as string;
    const rows = await readTable(tx, name, tables[name] as ExportedTable, key);
    key = [];
    for (const row of rows) {
      items.push({ table: name, data: row.data });
      bytes += row.bytes;
      if (bytes >= PAGE_BYTES) return { items, next: { table: name, key: row.key } };
    }
    const last = rows.at(-1);
    if (last && rows.length === PAGE_ROWS) return { items, next: { table: name, key: last.key } };
    if (items.length >= PAGE_ROWS && at + 1 < names.length)
      return { items, next: { table: names[at + 1] as string, key } };
  }
  return { items, next: null };
}

interface Row {
  key: string[];
  data: Record<string, unknown> | null;
  bytes: number;
}

interface Column {
  name: string;
  type: string;
  /** Its place in the primary key, behind `org_id`. */
  key: number | null;
}

async function readTable(tx: Tx, name: string, table: ExportedTable, after: string[]): Promise<Row[]> {
  const columns = await columnsOf(tx, name);
  const keys = columns
    .filter(({ key, name: column }) => key !== null && column !== 'org_id')
    .sort((a, b) => Number(a.key) - Number(b.key));
  if (after.length > 0 && after.length !== keys.length) throw new Error(`This is no place in ${name}.`);
  const typed = (which: string) => columns.find((column) => column.name === which);
  const shown = words(table.columns).map((column) => {
    const { type } = typed(column) ?? refuse(name, column);
    return [`t.${quoted(column)}${EXACT.has(type) ? '::text' : ''}`, column] as const;
  });
  const { beside } = table;
  const others = words(beside?.columns ?? '').map((column) => [`o.${quoted(column)}`, column] as const);
  const picked = [...shown, ...others].map(([value, column]) => `${value} as "${camel(column)}"`).join(', ');
  const order = keys.map((column) => `t.${quoted(column.name)}`).join(', ');
  const beyond = keys.map(({ type }, at) => `$${at + 2}::text::${type}`).join(', ');
  return tx.query<Row>(
    `select key, case when bytes > ${MOST_BYTES} then null else data end as data, bytes
       from (select key, data, octet_length(data::text) as bytes,
                    sum(octet_length(data::text)) over (order by place rows unbounded preceding) as total
               from (select array[${keys.map(({ name: column }) => `t.${quoted(column)}::text`).join(', ')}]::text[] as key,
                            row_number() over (${order ? `order by ${order}` : ''}) as place,
                            (select row_to_json(p) from (select ${picked}) p) as data
                       from ${quoted(name)} t
                       ${beside ? `left join ${quoted(beside.table)} o on o.${quoted(beside.key)} = t.${quoted(beside.by)}` : ''}
                      where t.org_id = $1${after.length > 0 ? ` and (${order}) > (${beyond})` : ''}
                      ${order ? `order by ${order}` : ''} limit ${PAGE_ROWS}) found) measured
      where total - bytes < ${PAGE_BYTES} order by total, key`,
    [tx.orgId, ...after],
  );
}

/** In which more is stored than a double can hold. */
const EXACT = new Set(['bigint', 'numeric']);

const columnsOf = (tx: Tx, table: string): Promise<Column[]> =>
  tx.query<Column>(
    `select a.attname as name, format_type(a.atttypid, null) as type,
            array_position(i.indkey::int2[], a.attnum) as key
       from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
      where a.attrelid = quote_ident($1)::regclass and a.attnum > 0 and not a.attisdropped`,
    [table],
  );

function refuse(table: string, column: string): never {
  throw new Error(`${table} has no column ${column}: correct what is exported of it.`);
}

export const words = (text: string): string[] => text.split(' ').filter(Boolean);
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const camel = (name: string): string => name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
