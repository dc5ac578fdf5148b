import type { Tx } from '@tidegate/database/tx';
import { arrayText, type CountedDelta, insertSample, type SampleTable, sampleTable } from '../storage/samples.ts';
import { DATABASE_COUNTERS, type DatabaseReading } from './read-databases.ts';
import { INDEX_COUNTERS, type IndexReading, TABLE_COUNTERS, type TableReading } from './read-relations.ts';
import type { RelationSizes } from './read-sizes.ts';

export const DATABASE_SAMPLES = sampleTable('database_samples', DATABASE_COUNTERS);
export const TABLE_SAMPLES = sampleTable('table_samples', TABLE_COUNTERS);
export const INDEX_SAMPLES = sampleTable('index_samples', INDEX_COUNTERS);

/** Databases, tables and indexes are stored alike: what the last look saw, and samples of what was counted. */
export interface CountedKind<Reading> {
  readonly samples: SampleTable;
  /** Columns of the reading beside its oid and counters, in the order of `values`. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly table: string;
  values(reading: Reading, database: string): unknown[];
}

const instant = (us: number | null) => (us === null ? null : new Date(us / 1_000).toISOString());

export const DATABASES: CountedKind<DatabaseReading> = {
  table: 'databases',
  samples: DATABASE_SAMPLES,
  columns: [
    ['name', 'text'],
    ['connections', 'int'],
    ['transaction_age', 'bigint'],
  ],
  values: (reading) => [reading.name, reading.connections, reading.transactionAge],
};

export const TABLES: CountedKind<TableReading> = {
  table: 'tables',
  samples: TABLE_SAMPLES,
  columns: [
    ['database_name', 'text'],
    ['schema_name', 'text'],
    ['name', 'text'],
    ['kind', 'text'],
    ['estimated_rows', 'bigint'],
    ['live_rows', 'bigint'],
    ['dead_rows', 'bigint'],
    ['last_vacuum_at', 'timestamptz'],
    ['last_analyze_at', 'timestamptz'],
  ],
  values: (reading, database) => [
    database,
    reading.schema,
    reading.name,
    reading.kind,
    reading.estimatedRows,
    reading.liveRows,
    reading.deadRows,
    instant(reading.lastVacuumUs),
    instant(reading.lastAnalyzeUs),
  ],
};

export const INDEXES: CountedKind<IndexReading> = {
  table: 'indexes',
  samples: INDEX_SAMPLES,
  columns: [
    ['database_name', 'text'],
    ['table_oid', 'bigint'],
    ['schema_name', 'text'],
    ['table_name', 'text'],
    ['name', 'text'],
    ['is_unique', 'boolean'],
    ['is_primary', 'boolean'],
    ['is_valid', 'boolean'],
  ],
  values: (reading, database) => [
    database,
    reading.tableOid,
    reading.schema,
    reading.table,
    reading.name,
    reading.unique,
    reading.primary,
    reading.valid,
  ],
};

export interface StoredCounters {
  counters: Map<number, number[]>;
  /** Undefined: never looked at. */
  lookedAt: Date | undefined;
}

export async function loadCounters(tx: Tx, { table }: CountedKind<never>, serverId: string): Promise<StoredCounters> {
  const look = await tx.one<{ taken_at: Date }>(
    'select taken_at from relation_looks where org_id = $1 and server_id = $2 and kind = $3',
    [tx.orgId, serverId, table],
  );
  const rows = await tx.query<{ oid: string; counters: string[] }>(
    `select oid, counters from ${table} where org_id = $1 and server_id = $2`,
    [tx.orgId, serverId],
  );
  return {
    counters: new Map(rows.map((row) => [Number(row.oid), row.counters.map(Number)])),
    lookedAt: look?.taken_at,
  };
}

export interface CountedLook<Reading> {
  serverId: string;
  database: string;
  takenAt: Date;
  /** Microseconds since the look before; undefined at the first one. */
  spanUs: number | undefined;
  changed: readonly Reading[];
  gone: readonly number[];
  deltas: readonly CountedDelta[];
}

export async function saveCounted<Reading extends { oid: number; counters: readonly number[] }>(
  tx: Tx,
  kind: CountedKind<Reading>,
  look: CountedLook<Reading>,
): Promise<void> {
  const { serverId, changed, gone } = look;
  await tx.query(
    `insert into relation_looks (org_id, server_id, kind, taken_at) values ($1, $2, $3, $4)
     on conflict (org_id, server_id, kind) do update set taken_at = excluded.taken_at`,
    [tx.orgId, serverId, kind.table, look.takenAt],
  );
  if (changed.length > 0) {
    const rows = changed.map((reading) => kind.values(reading, look.database));
    await tx.query(upsert(kind), [
      tx.orgId,
      serverId,
      changed.map((reading) => reading.oid),
      changed.map((reading) => arrayText(reading.counters)),
      ...kind.columns.map((_, index) => rows.map((row) => row[index])),
    ]);
  }
  if (gone.length > 0) {
    await tx.query(`delete from ${kind.table} where org_id = $1 and server_id = $2 and oid = any ($3::bigint[])`, [
      tx.orgId,
      serverId,
      gone,
    ]);
  }
  if (look.spanUs === undefined) return;
  await insertSample(tx, kind.samples, { serverId, takenAt: look.takenAt, spanUs: look.spanUs, deltas: look.deltas });
}

const texts = new Map<string, string>();

function upsert({ table, columns }: CountedKind<never>): string {
  const known = texts.get(table);
  if (known) return known;
  const names = columns.map(([name]) => name);
  const arrays = columns.map(([, type], index) => `$${index + 5}::${type}[]`);
  const text = `insert into ${table} (org_id, server_id, oid, counters, ${names.join(', ')})
    select $1, $2, u.oid, u.counters::bigint[], ${names.map((name) => `u.${name}`).join(', ')}
      from unnest($3::bigint[], $4::text[], ${arrays.join(', ')}) as u(oid, counters, ${names.join(', ')})
    on conflict (org_id, server_id, oid) do update set counters = excluded.counters,
      ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`;
  texts.set(table, text);
  return text;
}

export async function saveSizes(tx: Tx, serverId: string, sizes: RelationSizes): Promise<void> {
  const heaps = [...sizes.tables];
  await tx.query(
    `update tables t set heap_bytes = u.bytes, size_stale = false
       from unnest($3::bigint[], $4::bigint[]) as u(oid, bytes)
      where t.org_id = $1 and t.server_id = $2 and t.oid = u.oid`,
    [tx.orgId, serverId, heaps.map(([oid]) => oid), heaps.map(([, bytes]) => bytes)],
  );
  await tx.query(
    'update tables set size_stale = true where org_id = $1 and server_id = $2 and oid = any ($3::bigint[])',
    [tx.orgId, serverId, [...sizes.stale]],
  );
  const shapes = [...sizes.shapes];
  await tx.query(
    `update indexes i set bytes = coalesce(u.bytes, i.bytes), method = u.method, columns = u.columns::text[]
       from unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[]) as u(oid, bytes, method, columns)
      where i.org_id = $1 and i.server_id = $2 and i.oid = u.oid`,
    [
      tx.orgId,
      serverId,
      shapes.map(([oid]) => oid),
      shapes.map(([oid]) => sizes.indexes.get(oid) ?? null),
      shapes.map(([, { method }]) => method),
      shapes.map(([, { columns }]) => textArray(columns)),
    ],
  );
  await tx.query(
    `update tables t set index_bytes = coalesce(s.bytes, 0)
       from (select t.oid, sum(i.bytes)::bigint as bytes from tables t
               left join indexes i on i.org_id = $1 and i.server_id = $2 and i.table_oid = t.oid
              where t.org_id = $1 and t.server_id = $2 group by t.oid) s
      where t.org_id = $1 and t.server_id = $2 and t.oid = s.oid and t.index_bytes is distinct from coalesce(s.bytes, 0)`,
    [tx.orgId, serverId],
  );
}

const textArray = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;

export async function saveDatabaseSizes(tx: Tx, serverId: string, sizes: ReadonlyMap<number, number>): Promise<void> {
  await tx.query(
    `update databases d set bytes = u.bytes from unnest($3::bigint[], $4::bigint[]) as u(oid, bytes)
      where d.org_id = $1 and d.server_id = $2 and d.oid = u.oid`,
    [tx.orgId, serverId, [...sizes.keys()], [...sizes.values()]],
  );
}
