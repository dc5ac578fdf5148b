import { z } from 'zod';
import { needsLevel } from '../billing/needs.ts';
import { operation } from '../kernel/operation.ts';
import { nextCursor, Timestamp } from '../kernel/types.ts';
import { Count, Range, rankQuery, serverRange } from './range.ts';

const Partial = z.boolean().meta({
  description:
    'Counters were reset in the range, or may have been (PostgreSQL reports that tables of a database were reset, not ' +
    'which): the figures are the least that was done',
});
const GoneAt = Timestamp.nullable().meta({
  description: 'When it was found dropped, or no longer visible to the role; null: it exists',
});

/** Fields of every table and index; spread into its model. */
const relation = {
  partitions: Count.nullable().meta({
    description: 'Number of partitions, whose figures are added up with `partitions=together`; null: it has none',
  }),
  partitionOf: z.string().nullable().meta({ description: 'The partitioned one at the top, for `partitions=apart`' }),
  partial: Partial,
  snapshotAt: Timestamp.nullable().meta({
    description: 'When the last snapshot of its database was taken; null: none are taken any more',
  }),
  coveredSeconds: z.number().min(0).meta({
    description: 'How much of the range the snapshots of its database cover: later work shows with the next snapshot',
  }),
  goneAt: GoneAt,
};

const Bytes = Count.nullable().meta({ description: 'null: not measured yet' });

export const Database = z
  .object({
    name: z.string(),
    bytes: Bytes,
    connections: Count,
    commits: Count,
    rollbacks: Count,
    blocksHit: Count,
    blocksRead: Count,
    rowsReturned: Count,
    rowsFetched: Count,
    rowsInserted: Count,
    rowsUpdated: Count,
    rowsDeleted: Count,
    tempFiles: Count,
    tempBytes: Count,
    deadlocks: Count,
    activeMs: z
      .number()
      .min(0)
      .nullable()
      .meta({ description: 'Time that sessions were active; null before PostgreSQL 14' }),
    transactionAge: Count.meta({ description: 'Of about 2.1 billion; vacuum keeps it low' }),
    partial: Partial,
    goneAt: GoneAt,
  })
  .meta({ id: 'MonitoredDatabase' });
export type Database = z.infer<typeof Database>;

export const listDatabases = operation({
  service: 'monitor-agent',
  name: 'servers.databases',
  needs: needsLevel('metrics', 'premium'),
  http: ['GET', '/api/v1/servers/{serverId}/databases'],
  scope: 'servers:read',
  summary: 'Databases of a server with their work in the range',
  input: z.strictObject(serverRange),
  output: z.object({ range: Range, items: z.array(Database) }),
});

export const Table = z
  .object({
    database: z.string(),
    schema: z.string(),
    name: z.string(),
    kind: z.enum(['table', 'materialized view', 'partitioned table']),
    estimatedRows: Count.nullable().meta({ description: 'null: never analysed' }),
    heapBytes: Bytes,
    indexBytes: Bytes,
    totalBytes: Bytes,
    sizeStale: z.boolean().meta({ description: 'It was locked when sizes were last measured; this is an older size' }),
    deadRows: Count,
    liveRows: Count,
    sequentialScans: Count,
    rowsReadSequentially: Count,
    indexScans: Count,
    rowsFetchedByIndex: Count,
    rowsInserted: Count,
    rowsUpdated: Count,
    rowsHotUpdated: Count,
    rowsDeleted: Count,
    blocksHit: Count,
    blocksRead: Count,
    lastVacuumAt: Timestamp.nullable().meta({ description: 'Of partitions the one that was longest ago' }),
    lastAnalyzeAt: Timestamp.nullable().meta({ description: 'Of partitions the one that was longest ago' }),
    ...relation,
  })
  .meta({ id: 'MonitoredTable' });
export type Table = z.infer<typeof Table>;

const relationQuery = {
  ...serverRange,
  ...rankQuery,
  database: z.string().max(63).optional().meta({ description: 'Only of this database' }),
  schema: z.string().max(63).optional().meta({ description: 'Only of this schema' }),
  search: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Part of the name, or of the name of one of its partitions, in any case' }),
  partitions: z
    .enum(['together', 'apart'])
    .default('together')
    .meta({ description: 'together: partitions are added up as the partitioned table or index; apart: one by one' }),
};

const APART =
  'Databases are read one by one: `range.coveredSeconds` is that of the database with the longest coverage; each item says ' +
  'its own. Dropped ones stay in the ranges in which they existed.';

/** `shown` of `known`: a list is never cut silently. */
const listed = <I extends z.ZodType>(item: I) =>
  z.object({
    range: Range,
    known: Count.meta({ description: 'How many there are now, partitions and partitioned ones included' }),
    items: z.array(item),
    nextCursor,
  });

export const listTables = operation({
  service: 'monitor-agent',
  name: 'servers.tables',
  needs: needsLevel('metrics', 'premium'),
  http: ['GET', '/api/v1/servers/{serverId}/tables'],
  scope: 'servers:read',
  summary: 'Tables of all databases of a server with their work in the range',
  description: APART,
  input: z.strictObject({
    ...relationQuery,
    sort: z
      .enum(['totalBytes', 'sequentialScans', 'rowsReadSequentially', 'indexScans', 'writes', 'deadRows', 'name'])
      .default('totalBytes')
      .meta({ description: 'By what the list is ordered, most first; names from a on' }),
  }),
  output: listed(Table),
});

export const Index = z
  .object({
    database: z.string(),
    schema: z.string(),
    table: z.string(),
    name: z.string(),
    columns: z.array(z.string()).meta({ description: 'Key columns in order; `(expression)` for an expression' }),
    method: z.string().nullable(),
    unique: z.boolean(),
    primary: z.boolean(),
    valid: z.boolean(),
    bytes: Bytes,
    scans: Count,
    rowsRead: Count,
    rowsFetched: Count,
    blocksHit: Count,
    blocksRead: Count,
    ...relation,
  })
  .meta({ id: 'MonitoredIndex' });
export type Index = z.infer<typeof Index>;

export const listIndexes = operation({
  service: 'monitor-agent',
  name: 'servers.indexes',
  needs: needsLevel('metrics', 'premium'),
  http: ['GET', '/api/v1/servers/{serverId}/indexes'],
  scope: 'servers:read',
  summary: 'Indexes of all databases of a server with their use in the range',
  description: APART,
  input: z.strictObject({
    ...relationQuery,
    table: z.string().max(63).optional().meta({ description: 'Only of this table' }),
    sort: z.enum(['bytes', 'scans', 'rowsRead', 'name']).default('bytes').meta({
      description: 'By what the list is ordered, most first; names from a on',
    }),
  }),
  output: listed(Index),
});
