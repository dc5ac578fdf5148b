import { z } from 'zod';
import { needsLevel } from '../billing/needs.ts';
import { operation } from '../kernel/operation.ts';
import { Timestamp } from '../kernel/types.ts';
import { Count, Range, serverRange } from './range.ts';

const figure = (description: string) => z.number().min(0).nullable().meta({ description });

/** Figures of a server as a whole. Each is null where it was not read: that is a gap, and 0 is none. */
export const ServerFigures = z
  .object({
    commitsPerSecond: figure('Transactions that were committed'),
    rollbacksPerSecond: figure('Transactions that were rolled back'),
    rowsReadPerSecond: figure('Rows that scans returned'),
    rowsWrittenPerSecond: figure('Rows inserted, updated and deleted'),
    blocksReadPerSecond: figure('Blocks that were not found in shared buffers'),
    cacheHitRatio: figure('Blocks found in memory / blocks asked for, 0 to 1; null: none was asked for'),
    tempBytesPerSecond: figure('Written to temporary files, which sorts and joins need when work_mem is too small'),
    tempFiles: figure('Temporary files that were written'),
    deadlocks: figure('Deadlocks that PostgreSQL ended'),
    callsPerSecond: figure('Calls of statements; those from within functions are not counted again'),
    meanMs: figure('Mean time of a call; null: there was none'),
    walBytesPerSecond: figure('Write-ahead log that statements wrote'),
    activeSessions: figure('Active sessions of clients, on average over the snapshots'),
    activeSessionsMost: figure('Most active sessions in one snapshot'),
    waitingSessionsMost: figure('Most sessions that waited for a lock in one snapshot'),
    idleInTransactionMost: figure('Most sessions that were idle in a transaction in one snapshot'),
    connectionsMost: figure('Most connections of clients in one snapshot'),
    longestTransactionSeconds: figure('The oldest transaction that a snapshot saw'),
    bytes: figure('Size of all databases at the end of the step; null: not measured'),
    transactionAge: figure('Age of the oldest transaction id that is not frozen, of about 2.1 billion'),
  })
  .meta({ id: 'ServerFigures' });
export type ServerFigures = z.infer<typeof ServerFigures>;

export const ServerPoint = z
  .object({
    at: Timestamp.meta({ description: 'Start of the step; steps start at multiples of their length' }),
    coveredSeconds: z.number().min(0).meta({ description: 'Time that the snapshots of this step covered' }),
    figures: ServerFigures.nullable().meta({ description: 'null: nothing was collected' }),
  })
  .meta({ id: 'ServerPoint' });
export type ServerPoint = z.infer<typeof ServerPoint>;

export const MAX_SERVER_POINTS = 400;

export const showServerSeries = operation({
  service: 'monitor-agent',
  name: 'servers.series',
  needs: needsLevel('metrics', 'basic'),
  http: ['GET', '/api/v1/servers/{serverId}/series'],
  scope: 'servers:read',
  summary: 'A server’s figures over time, for its charts, with the change against the period before',
  description:
    `At most ${MAX_SERVER_POINTS} points: a step becomes as long as needed. Minutes are there for 14 days, hours for as long ` +
    'as the plan keeps history: ranges that begin earlier have steps of whole hours.',
  input: z.strictObject({
    ...serverRange,
    step: z
      .int()
      .min(60)
      .max(31 * 86_400)
      .optional()
      .meta({ description: 'Minimum seconds per point; by default as few as the number of points allows' }),
    compare: z
      .enum(['previous'])
      .optional()
      .meta({ description: 'previous: also the period of the same length that ends where this one begins' }),
  }),
  output: z.object({
    range: Range,
    step: z.int().min(60).meta({ description: 'Seconds that one point sums up' }),
    points: z.array(ServerPoint),
    total: ServerFigures.meta({ description: 'Of the whole range' }),
    previous: z
      .object({ range: Range, points: z.array(ServerPoint), total: ServerFigures })
      .nullable()
      .meta({ description: 'Point by point the one before it; null unless `compare` asked for it' }),
  }),
});

export const Moment = z
  .object({
    kind: z.enum(['blocked', 'peak']).meta({
      description: 'blocked: sessions waited for locks without a break; peak: many more than usual were active',
    }),
    from: Timestamp,
    to: Timestamp,
    at: Timestamp.meta({ description: 'Where it was worst: the moment to look at' }),
    waitingMost: Count,
    activeMost: Count,
  })
  .meta({ id: 'ServerMoment' });
export type Moment = z.infer<typeof Moment>;

export const listMoments = operation({
  service: 'monitor-agent',
  name: 'servers.moments',
  needs: needsLevel('metrics', 'basic'),
  http: ['GET', '/api/v1/servers/{serverId}/moments'],
  scope: 'servers:read',
  summary:
    'Moments of a range that are worth looking at: when sessions were blocked, and when most of them were active',
  description: 'To the minute within the last 14 days, to the hour before.',
  input: z.strictObject(serverRange),
  output: z.object({ moments: z.array(Moment).meta({ description: 'The 50 worst, newest first' }) }),
});
