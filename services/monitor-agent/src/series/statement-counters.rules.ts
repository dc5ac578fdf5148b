/** Everything that only rises between two resets, in the order in which it is read and stored. */
export const STATEMENT_COUNTERS = [
  'calls',
  'plans',
  'rows',
  'total_us',
  'plan_us',
  'shared_hit',
  'shared_read',
  'shared_dirtied',
  'shared_written',
  'local_hit',
  'local_read',
  'temp_read',
  'temp_written',
  'io_read_us',
  'io_write_us',
  'wal_records',
  'wal_bytes',
] as const;
export type StatementCounter = (typeof STATEMENT_COUNTERS)[number];
