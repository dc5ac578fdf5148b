/** A table, index or database as a snapshot found it. */
export interface Counted {
  oid: number;
  /** Hash of what the catalogue says of it; UNSETTLED when that may change without a trace. */
  definition: number;
  counters: number[];
}

export const UNSETTLED = 0;

/** In the order in which they are read and stored. */
export const DATABASE_COUNTERS = [
  'commits',
  'rollbacks',
  'blocks_read',
  'blocks_hit',
  'rows_returned',
  'rows_fetched',
  'rows_inserted',
  'rows_updated',
  'rows_deleted',
  'temp_files',
  'temp_bytes',
  'deadlocks',
  'active_us',
] as const;

export interface DatabaseReading extends Counted {
  name: string;
  connections: number;
  transactionAge: number;
}

/**
 * In the order in which they are read and stored. What indexes did for a table is summed up from the indexes' own
 * differences: a sum over counters falls when an index is dropped, and would look like a reset.
 */
export const TABLE_COUNTERS = [
  'sequential_scans',
  'rows_read_sequentially',
  'rows_fetched_by_bitmap',
  'rows_inserted',
  'rows_updated',
  'rows_hot_updated',
  'rows_deleted',
  'blocks_read',
  'blocks_hit',
] as const;

export const INDEX_COUNTERS = ['scans', 'rows_read', 'rows_fetched', 'blocks_read', 'blocks_hit'] as const;

export interface TableReading extends Counted {
  schema: string;
  name: string;
  kind: 'table' | 'materialized view' | 'partitioned table';
  /** null: never analysed. */
  estimatedRows: number | null;
  liveRows: number;
  deadRows: number;
  lastVacuumUs: number | null;
  lastAnalyzeUs: number | null;
  /** The partitioned table at the top of all that this one is a partition of. */
  rootOid: number | null;
}

export interface IndexReading extends Counted {
  tableOid: number;
  schema: string;
  table: string;
  name: string;
  unique: boolean;
  primary: boolean;
  valid: boolean;
  /** Not valid yet, or not there for long: somebody is building or dropping it. */
  building: boolean;
  /** Of a partitioned table: it has no rows of its own. */
  partitioned: boolean;
  rootOid: number | null;
}
