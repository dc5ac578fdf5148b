import { z } from 'zod';
import { needsLevel } from '../billing/needs.ts';
import { operation } from '../kernel/operation.ts';
import { Instant, Timestamp } from '../kernel/types.ts';
import { Count, Range, serverRange } from './range.ts';

/** One session that blocks another, and the lock concerned. */
export const LockWait = z
  .object({
    blocked: z.int(),
    blocker: z.int().meta({ description: '0: a prepared transaction' }),
    lockType: z.string().meta({ examples: ['relation', 'transactionid', 'advisory'] }),
    relation: z
      .string()
      .nullable()
      .meta({ description: 'Schema and name; null where the lock is on no relation, or in another database' }),
    wantedMode: z.string().meta({ examples: ['AccessShareLock'] }),
    blockerMode: z.string().meta({ description: 'The mode that the blocker holds, or waits for when `held` is false' }),
    held: z.boolean().meta({ description: 'false: the blocker waits for it too, and is only ahead in the queue' }),
    waitSeconds: z.number().min(0).nullable().meta({ description: 'null before PostgreSQL 14' }),
    preparedTransaction: z
      .string()
      .nullable()
      .meta({ description: 'Name of the prepared transaction, if the blocker is one' }),
  })
  .meta({ id: 'LockWait' });
export type LockWait = z.infer<typeof LockWait>;

export const BlockingSession = z
  .object({
    pid: z.int().meta({ description: '0: prepared transactions, which are no sessions' }),
    depth: Count.meta({ description: 'Length of the longest path from a root; 0 for a root' }),
    root: z.boolean().meta({ description: 'Blocks others and waits for nobody: ending it resolves the jam' }),
    deadlock: z.boolean().meta({ description: 'Waits for itself through others; PostgreSQL ends one of them soon' }),
    queueBlocker: z.boolean().meta({
      description: 'Waits itself, and blocks others only by being ahead in the queue',
    }),
    blockedBy: z.array(z.int()),
    blocks: z.array(z.int()).meta({ description: 'Sessions that wait for it directly' }),
    blockedBehind: Count.meta({ description: 'How many wait for it directly or through others' }),
    waitSeconds: z.number().min(0).nullable().meta({ description: 'null: does not wait, or it is not known' }),
    transactionSeconds: z.number().min(0).nullable(),
    state: z
      .string()
      .nullable()
      .meta({ description: 'null: the session is hidden from us, or the blocker is not a session' }),
    database: z.string().nullable(),
    role: z.string().nullable(),
    application: z.string().nullable(),
    queryId: z.string().nullable(),
    text: z.string().nullable().meta({ description: 'Constants and comments removed, at most 500 characters' }),
  })
  .meta({ id: 'BlockingSession' });
export type BlockingSession = z.infer<typeof BlockingSession>;

export const BlockingIncident = z
  .object({
    rootPid: z.int(),
    preparedTransaction: z.string().nullable(),
    database: z.string().nullable(),
    role: z.string().nullable(),
    application: z.string().nullable(),
    state: z.string().nullable().meta({ description: 'Of the root when it was seen last' }),
    text: z.string().nullable().meta({ description: 'Constants and comments removed, at most 500 characters' }),
    from: Timestamp.meta({ description: 'The first snapshot that saw it; it started at most one interval before' }),
    to: Timestamp.meta({ description: 'The last snapshot that saw it' }),
    ongoing: z.boolean(),
    mostBlocked: Count,
    deepest: Count,
    longestWaitSeconds: z.number().min(0),
  })
  .meta({ id: 'BlockingIncident' });
export type BlockingIncident = z.infer<typeof BlockingIncident>;

export const showBlocking = operation({
  service: 'monitor-agent',
  name: 'servers.blocking',
  needs: needsLevel('metrics', 'premium'),
  http: ['GET', '/api/v1/servers/{serverId}/blocking'],
  scope: 'servers:read',
  summary: 'Who blocks whom in the last snapshot, and the jams of a range',
  input: z.strictObject({
    ...serverRange,
    at: Instant.optional().meta({ description: 'The last snapshot at or before this moment instead of the newest' }),
  }),
  output: z.object({
    at: Timestamp.nullable().meta({ description: 'null: nothing has been collected yet' }),
    blocked: Count,
    depth: Count,
    roots: z.array(z.int()).meta({ description: 'Those with most waiting sessions first' }),
    sessions: z.array(BlockingSession).meta({ description: 'Roots first, then level by level' }),
    locks: z.array(LockWait).meta({ description: 'At most 500, those for a held lock first' }),
    incidents: z.array(BlockingIncident).meta({ description: 'The newest 200 that touch the range' }),
    incidentsTotal: Count,
  }),
});

const sessions = z.number().min(0).meta({ description: 'Average number of concurrent sessions' });

export const WaitShare = z
  .object({
    state: z.string(),
    waitType: z.string().nullable().meta({ description: 'null: on the processor, as far as PostgreSQL can tell' }),
    waitEvent: z.string().nullable(),
    sessions,
  })
  .meta({ id: 'WaitShare' });

export const showWaits = operation({
  service: 'monitor-agent',
  name: 'servers.waits',
  needs: needsLevel('metrics', 'premium'),
  http: ['GET', '/api/v1/servers/{serverId}/waits'],
  scope: 'servers:read',
  summary: 'How sessions spent their time in a range: by wait event, by statement and over time',
  input: z.strictObject(serverRange),
  output: z.object({
    range: Range,
    snapshots: Count.meta({
      description:
        'Snapshots that the figures are made of; where more than 5000 are not added up yet, every n-th of them',
    }),
    sessions: sessions.meta({ description: 'Sessions that were not idle, on average' }),
    waits: z.array(WaitShare).meta({ description: 'The 50 that most sessions were in' }),
    statements: z
      .array(
        z.object({
          queryId: z.string().nullable().meta({ description: 'null: PostgreSQL did not say which' }),
          database: z.string().nullable(),
          text: z.string().nullable(),
          sessions,
          waits: z.array(WaitShare).meta({ description: 'The five that most of its sessions were in' }),
        }),
      )
      .meta({ description: 'The 50 that most sessions were in' }),
    series: z
      .array(z.object({ at: Timestamp, waits: z.array(WaitShare) }))
      .meta({ description: 'At most 120 slices in the order of time; slices without a snapshot are left out' }),
  }),
});
export type WaitShare = z.infer<typeof WaitShare>;
