import { oidArray } from '../kernel/connection/binary-arrays.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { writesTo } from './changed-relations.queries.ts';
import { type IndexShape } from './index-shape.rules.ts';
import { readShapes } from './index-shapes.queries.ts';

/*
 * Sizes. Asking for one takes a lock on the relation, and would wait behind whoever holds it exclusively. So relations
 * that are locked, or that somebody waits to lock, are left out; what gets locked in between costs one question of at
 * most 100 ms (lock_timeout), after which its page is halved until the culprit is alone. What is left out keeps its old
 * size and is marked as stale.
 */
const PAGE = 200;

export interface RelationSizes {
  /** Main, free space map, visibility map and TOAST; without indexes. */
  tables: Map<number, number>;
  indexes: Map<number, number>;
  /** All indexes of a table together, by the table. */
  indexesOf: Map<number, number>;
  /** Tables that could not be measured this time. */
  stale: Set<number>;
  /** What indexes are made of, which the same pass reads. */
  shapes: Map<number, IndexShape>;
  /** Tables that there was no time for. */
  left: readonly number[];
}

/** An exclusive lock that is held or waited for, on the table or on one of its indexes or its TOAST table. */
const LOCKED = `
  select distinct coalesce(i.indrelid, t.oid, l.relation)
    from pg_locks l left join pg_index i on i.indexrelid = l.relation
    left join pg_class t on t.reltoastrelid = l.relation
   where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.pid <> pg_backend_pid()
     and l.database = (select oid from pg_database where datname = current_database())`;

export async function readLocked(connection: ServerConnection): Promise<Set<number>> {
  const rows = await connection.rows<[number]>(LOCKED);
  return new Set(rows.map(([oid]) => oid));
}

/** Moves with everything that changes the shape of an index. */
const CATALOGUE_MARK = `select ${writesTo(['pg_class', 'pg_index', 'pg_attribute', 'pg_constraint', 'pg_inherits'])}`;

export async function readCatalogueMark(connection: ServerConnection): Promise<number> {
  const [row] = await connection.rows<[number]>(CATALOGUE_MARK);
  return row?.[0] ?? 0;
}

const TABLE_SIZES = 'select oid, pg_table_size(oid) from pg_class where oid = any ($1::oid[])';

const INDEX_SIZES = `
  select indrelid, indexrelid, pg_relation_size(indexrelid) from pg_index where indrelid = any ($1::oid[])`;

/**
 * Page by page, for as long as there is time. Shapes of indexes never change, and those that are new have the highest
 * oids: only theirs are read again.
 */
export async function readSizes(
  connection: ServerConnection,
  tableOids: readonly number[],
  { hasTime = () => true, shapedUpTo = 0 }: { hasTime?: () => boolean; shapedUpTo?: number } = {},
): Promise<RelationSizes> {
  const sizes: RelationSizes = {
    tables: new Map(),
    indexes: new Map(),
    indexesOf: new Map(),
    stale: new Set(),
    shapes: new Map(),
    left: [],
  };
  for (let start = 0; start < tableOids.length; start += PAGE) {
    if (!hasTime()) return { ...sizes, left: tableOids.slice(start) };
    const page = tableOids.slice(start, start + PAGE);
    const [away, shapes] = await Promise.all([readLocked(connection), readShapes(connection, page, shapedUpTo)]);
    for (const [oid, shape] of shapes) sizes.shapes.set(oid, shape);
    for (const oid of page) if (away.has(oid)) sizes.stale.add(oid);
    await measure(
      connection,
      page.filter((oid) => !away.has(oid)),
      sizes,
    );
  }
  return sizes;
}

async function measure(connection: ServerConnection, oids: readonly number[], sizes: RelationSizes): Promise<void> {
  if (oids.length === 0) return;
  try {
    const page = [oidArray(oids)];
    const tables = await connection.rows<[number, number | null]>(TABLE_SIZES, page);
    const indexes = await connection.rows<[number, number, number | null]>(INDEX_SIZES, page);
    // null: dropped a moment ago.
    for (const [oid, bytes] of tables) if (bytes !== null) sizes.tables.set(oid, bytes);
    for (const [table, oid, bytes] of indexes) {
      if (bytes === null) continue;
      sizes.indexes.set(oid, bytes);
      sizes.indexesOf.set(table, (sizes.indexesOf.get(table) ?? 0) + bytes);
    }
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    const [only] = oids;
    if (oids.length === 1 && only !== undefined) {
      sizes.stale.add(only);
      return;
    }
    const half = Math.ceil(oids.length / 2);
    await measure(connection, oids.slice(0, half), sizes);
    await measure(connection, oids.slice(half), sizes);
  }
}

const isLockTimeout = (error: unknown): boolean => (error as { code?: unknown }).code === '55P03';

const DATABASE_SIZES = `
  select oid, case when has_database_privilege(oid, 'connect') or pg_has_role('pg_read_all_stats', 'usage')
                   then pg_database_size(oid) end
    from pg_database where oid = any ($1::oid[])`;

export async function readDatabaseSizes(
  connection: ServerConnection,
  oids: readonly number[],
): Promise<Map<number, number>> {
  if (oids.length === 0) return new Map();
  const rows = await connection.rows<[number, number | null]>(DATABASE_SIZES, [oidArray(oids)]);
  return new Map(rows.flatMap(([oid, bytes]) => (bytes === null ? [] : [[oid, bytes] as [number, number]])));
}
