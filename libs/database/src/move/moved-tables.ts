import { childrenFirst } from '../purge-organisation.ts';
import type { Tx } from '../tx.ts';

/*
 * The tables of a service that move with an organisation, as the catalogue describes them: whole rows without the column
 * that names the organisation, in an order in which no row comes before one that it refers to.
 */
export interface MovedTable {
  name: string;
  /** By which it belongs to the organisation. */
  owner: string;
  /** All but that one and those that are computed. */
  columns: string[];
  /** Counted up by the database: what comes next has to be beyond what was brought. */
  counted: string[];
  /** Names people, by a foreign key. */
  people: string[];
  /** Of a partitioned table by time. */
  partition: { column: string; unit: 'day' | 'month' } | null;
}

interface Row extends Omit<MovedTable, 'owner' | 'partition'> {
  computed: string[];
  key: string | null;
  key_type: string | null;
}

/** `listed` is what `Moved` says: names with a space between, `table.column` where the owner is another column. */
export async function movedTables(tx: Tx, listed: string): Promise<MovedTable[]> {
  const owners = new Map(
    listed
      .split(' ')
      .filter(Boolean)
      .map((word) => word.split('.') as [string, string?])
      .map(([name, owner = 'org_id']) => [name, owner] as const),
  );
  const rows = await tx.query<Row>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns,
            coalesce(array_agg(a.attname::text) filter (where a.attidentity <> ''), '{}') as counted,
            coalesce(array_agg(a.attname::text) filter (where a.attgenerated <> ''), '{}') as computed,
            coalesce(array_agg(a.attname::text) filter (where f.conrelid is not null), '{}') as people,
            substring(pg_get_partkeydef(c.oid) from '^RANGE \\(([a-z_]+)\\)$') as key,
            max(format_type(a.atttypid, null)) filter (
              where a.attname = substring(pg_get_partkeydef(c.oid) from '^RANGE \\(([a-z_]+)\\)$')) as key_type
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_constraint f on f.conrelid = c.oid and f.contype = 'f' and f.conkey = array[a.attnum]
                                and f.confrelid = to_regclass('users')
      where c.relnamespace = current_schema::regnamespace and c.relkind in ('r', 'p') and c.relname = any($1::text[])
      group by c.oid, c.relname`,
    [[...owners.keys()]],
  );
  const missing = [...owners.keys()].filter((name) => !rows.some((row) => row.name === name));
  if (missing.length > 0) throw new Error(`There is no table ${missing.join(', ')}: correct what moves.`);
  const references = await tx.query<{ child: string; parent: string }>(
    `select distinct conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
      where contype = 'f' and connamespace = current_schema::regnamespace and conrelid <> confrelid`,
  );
  const names = childrenFirst(rows.map(({ name }) => name).sort(), references).reverse();
  return names.map((name) => {
    const { computed, key, key_type, ...row } = rows.find((one) => one.name === name) as Row;
    const owner = owners.get(name) as string;
    return {
      ...row,
      owner,
      columns: row.columns.filter((column) => column !== owner && !computed.includes(column)),
      partition: unitOf(key, key_type),
    };
  });
}

/** As `ensure_day_partitions` and `ensure_month_partitions` have them. A number is no time: its partitions are there. */
function unitOf(column: string | null, type: string | null): MovedTable['partition'] {
  if (column === null || (type !== 'date' && type !== 'timestamp with time zone')) return null;
  return { column, unit: type === 'date' ? 'month' : 'day' };
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
