import { z } from 'zod';
import { needsLevel } from '../billing/needs.ts';
import { follow, live } from '../kernel/live.ts';
import { operation } from '../kernel/operation.ts';
import { Id } from '../kernel/types.ts';
import { ActivityPoint } from './activity.ts';
import { Count, Range, serverRange } from './range.ts';
import { Server, serverAdded, serverReachable, serverRemoved, serverUnreachable } from './server.ts';
import { ServerCheck } from './server-check.ts';
import { Statement, StatementCompleteness } from './statement.ts';

export const showOverview = operation({
  service: 'monitor-agent',
  name: 'servers.overview',
  needs: needsLevel('metrics', 'basic'),
  http: ['GET', '/api/v1/servers/{serverId}/overview'],
  scope: 'servers:read',
  summary: 'A server at a glance: state, load, sizes, busiest statements, what is missing',
  input: z.strictObject(serverRange),
  output: z.object({
    server: Server,
    range: Range,
    uptimeSeconds: z.number().nullable(),
    maxConnections: z.int().nullable(),
    activity: ActivityPoint.nullable().meta({ description: 'The last snapshot of the range' }),
    perSecond: z.object({
      commits: z.number(),
      rollbacks: z.number(),
      rowsRead: z.number(),
      rowsWritten: z.number(),
      calls: z.number(),
    }),
    cacheHitRatio: z.number().nullable().meta({ description: 'Blocks found in memory / blocks asked for, 0 to 1' }),
    databases: Count,
    bytes: Count.nullable(),
    tables: Count,
    indexes: Count,
    statements: z.object({ known: Count, completeness: StatementCompleteness, top: z.array(Statement) }),
    missing: z.array(ServerCheck).meta({ description: 'As in the server, including what is only worth knowing' }),
  }),
});

export const ServerPulse = z
  .object({
    serverId: Id,
    state: Server.shape.state.optional().meta({ description: 'Absent: read the server' }),
    activity: ActivityPoint.nullable().meta({ description: 'null: no snapshot was taken' }),
  })
  .meta({ id: 'ServerPulse' });
export type ServerPulse = z.infer<typeof ServerPulse>;

const without = ({ serverId }: { serverId: string }) => ({ serverId, activity: null });

export const serverPulse = live({
  topic: 'servers',
  summary: 'A snapshot of a server was taken, or it was added, removed, lost or found again',
  data: ServerPulse,
  about: 'serverId',
  refreshes: ['/api/v1/servers'],
  follows: [
    follow(serverAdded, without),
    follow(serverRemoved, without),
    follow(serverReachable, without),
    follow(serverUnreachable, ({ serverId }) => ({ serverId, state: 'unreachable' as const, activity: null })),
  ],
});
