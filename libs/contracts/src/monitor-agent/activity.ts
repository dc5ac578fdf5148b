import { z } from 'zod';
import { needsLevel } from '../billing/needs.ts';
import { operation } from '../kernel/operation.ts';
import { Instant, Timestamp } from '../kernel/types.ts';
import { Count, serverRange } from './range.ts';

/** How many sessions were in which state, at one moment. */
export const ActivityPoint = z
  .object({
    at: Timestamp,
    total: Count.meta({ description: 'Sessions of clients, as in the next four fields' }),
    active: Count,
    idle: Count,
    idleInTransaction: Count,
    waiting: Count.meta({ description: 'Sessions that wait for a lock' }),
    others: Count.meta({
      description:
        'Other sessions: senders to standbys, autovacuum and other background workers, which are not load of clients',
    }),
    longestTransactionSeconds: z.number().min(0),
  })
  .meta({ id: 'ActivityPoint' });
export type ActivityPoint = z.infer<typeof ActivityPoint>;

export const Session = z
  .object({
    pid: z.int(),
    database: z.string().nullable(),
    role: z.string().nullable(),
    application: z.string(),
    client: z.string().nullable(),
    backend: z.string().meta({ examples: ['client backend', 'autovacuum worker'] }),
    state: z.string(),
    waitType: z.string().nullable(),
    waitEvent: z.string().nullable(),
    blockedBy: z.array(z.int()).meta({ description: 'Sessions that this one waits for' }),
    querySeconds: z.number().min(0).nullable(),
    stateSeconds: z.number().min(0).nullable(),
    transactionSeconds: z.number().min(0).nullable(),
    queryId: z.string().nullable(),
    text: z.string().nullable().meta({ description: 'Constants and comments removed' }),
  })
  .meta({ id: 'DatabaseSession' });
export type Session = z.infer<typeof Session>;

export const SessionGroup = z
  .object({
    state: z.string(),
    role: z.string(),
    application: z.string(),
    backend: z
      .string()
      .nullable()
      .meta({ description: 'null in snapshots older than this field', examples: ['client backend', 'walsender'] }),
    sessions: Count,
  })
  .meta({ id: 'SessionGroup' });

export const showActivity = operation({
  service: 'monitor-agent',
  name: 'servers.activity',
  needs: needsLevel('metrics', 'basic'),
  http: ['GET', '/api/v1/servers/{serverId}/activity'],
  scope: 'servers:read',
  summary: 'What the sessions were doing in the last snapshot, and the recent history',
  input: z.strictObject({
    ...serverRange,
    at: Instant.optional().meta({ description: 'The last snapshot at or before this moment instead of the newest' }),
  }),
  output: z.object({
    at: Timestamp.nullable().meta({ description: 'null: nothing has been collected yet' }),
    maxConnections: z.int().nullable(),
    sessions: z.array(Session).meta({ description: 'All that are not idle, and idle ones that block others' }),
    sessionsTotal: Count.meta({ description: 'How many there were; more than are listed when there were many' }),
    groups: z.array(SessionGroup).meta({ description: 'All sessions, of clients and others, counted' }),
    history: z.array(ActivityPoint),
  }),
});
