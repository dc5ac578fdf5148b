import { type SampleTable, sampleTable } from '../kernel/storage/sample.rows.ts';
import {
  DATABASE_COUNTERS,
  type DatabaseReading,
  INDEX_COUNTERS,
  type IndexReading,
  TABLE_COUNTERS,
  type TableReading,
} from './readings.rules.ts';

export const DATABASE_SAMPLES = sampleTable('database_samples', DATABASE_COUNTERS);
export const TABLE_SAMPLES = sampleTable('table_samples', TABLE_COUNTERS, { scope: 'database_oid' });
export const INDEX_SAMPLES = sampleTable('index_samples', INDEX_COUNTERS, { scope: 'database_oid' });

/** Databases, tables and indexes are stored alike: what the last snapshot saw, and samples of what was counted. */
export interface CountedKind<Reading> {
  readonly samples: SampleTable;
  /** Columns of the reading beside its oid and counters, in the order of `values`. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly table: string;
  /** Columns that take the time of the snapshot when this is so of `before` and `excluded`, the rows before and after it. */
  readonly marks: readonly (readonly [column: string, when: string])[];
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
  marks: [
    [
      'reset_at',
      'exists (select from unnest(excluded.counters, before.counters) as u(later, earlier) where later < earlier)',
    ],
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
    ['root_oid', 'bigint'],
  ],
  marks: [],
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
    reading.rootOid,
  ],
};

/** Arrays of PostgreSQL begin with 1. */
const SCANS = INDEX_COUNTERS.indexOf('scans') + 1;

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
    ['is_building', 'boolean'],
    ['is_partitioned', 'boolean'],
    ['root_oid', 'bigint'],
  ],
  marks: [
    ['last_scan_at', `excluded.counters[${SCANS}] <> before.counters[${SCANS}]`],
    ['first_seen_at', 'before.gone_at is not null'],
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
    reading.building,
    reading.partitioned,
    reading.rootOid,
  ],
};
