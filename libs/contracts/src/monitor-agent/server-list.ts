import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { Id, nextCursor, pageQuery, Timestamp } from '../kernel/types.ts';
import { Count } from './range.ts';
import { Server, ServerState } from './server.ts';

export const ServerFinding = z
  .object({
    kind: z
      .enum([
        'unreachable',
        'restricted',
        'missing',
        'silent',
        'blocked',
        'connections',
        'wraparound',
        'long_transaction',
        'deadlocks',
        'cache',
      ])
      .meta({
        description:
          'unreachable: for `value` seconds; restricted: the plan collects nothing from it; missing: something cannot be ' +
          'collected; silent: no snapshot for `value` seconds; blocked: `value` sessions wait for a lock; connections: ' +
          '`value` of those allowed are taken, 0 to 1; wraparound: `value` of the transaction ids are used up, 0 to 1; ' +
          'long_transaction: open for `value` seconds; deadlocks: `value` in the last hour; cache: `value` of the blocks ' +
          'were found in memory, 0 to 1',
      }),
    severity: z.enum(['critical', 'warning', 'info']),
    value: z.number().nullable(),
    what: z.string().meta({ description: 'The same as a sentence' }),
  })
  .meta({ id: 'ServerFinding' });
export type ServerFinding = z.infer<typeof ServerFinding>;

/** What of a server changes from moment to moment and should not last. */
export const SessionsKind = z.enum(['blocked', 'connections', 'long_transaction']);
export type SessionsKind = z.infer<typeof SessionsKind>;
/** Of these it is emitted that they began, and that they are over. */
export const StandingKind = z.enum([...SessionsKind.options, 'wraparound']);
export type StandingKind = z.infer<typeof StandingKind>;
/** Of these that there are new ones, and that some are gone. */
export const IndexFindingKind = z.enum(['index_invalid', 'index_duplicate', 'index_redundant', 'index_unused']);
export type IndexFindingKind = z.infer<typeof IndexFindingKind>;
const Standing = z.object({
  serverId: Id,
  name: z.string(),
  kind: z.enum([...StandingKind.options, ...IndexFindingKind.options]),
});

export const findingFound = event({
  service: 'monitor-agent',
  name: 'finding.found.v1',
  summary:
    'Something is wrong at a server, what its sessions suffer from for half a minute; emitted once until it is over. ' +
    'About indexes: once an hour, where there are new findings of a kind',
  data: Standing.extend({
    value: z.number().meta({ description: 'As in the server’s `findings`; about indexes: how many are new' }),
    index: z.string().optional().meta({ description: 'The name of the index, where it is a single one' }),
  }),
  aggregate: (data) => data.serverId,
});

export const findingSolved = event({
  service: 'monitor-agent',
  name: 'finding.solved.v1',
  summary: 'What was wrong at a server has been over for a minute, or findings about indexes are gone',
  data: Standing.extend({
    seconds: z.int().min(0).optional().meta({ description: 'How long it lasted; absent about indexes' }),
    value: z.int().min(1).optional().meta({ description: 'About indexes: how many are gone' }),
  }),
  aggregate: (data) => data.serverId,
});

const figure = z.number().min(0).nullable();

export const ListedFigures = z
  .object({
    at: Timestamp.meta({ description: 'The snapshot of the sessions' }),
    active: Count.meta({ description: 'Active sessions of clients' }),
    waiting: Count.meta({ description: 'Sessions that wait for a lock' }),
    connections: Count,
    maxConnections: z.int().nullable(),
    oldestTransactionSeconds: z.number().min(0),
    commitsPerSecond: figure.meta({ description: 'In the last minute; null: not read' }),
    callsPerSecond: figure.meta({ description: 'In the last minute; null: not read' }),
    meanMs: figure.meta({ description: 'Mean time of a call in the last minute; null: there was none' }),
    cacheHitRatio: figure.meta({ description: 'In the last hour, 0 to 1; null: nothing was read' }),
    bytes: figure.meta({ description: 'Size of all databases; null: not measured yet' }),
    spark: z.array(figure).meta({
      description: 'Active sessions of the last 60 minutes, on average over each; null: no snapshot in that minute',
    }),
  })
  .meta({ id: 'ListedFigures' });
export type ListedFigures = z.infer<typeof ListedFigures>;

export const ListedServer = Server.extend({
  figures: ListedFigures.nullable().meta({
    description: 'null: no snapshot in the last hour, or the plan does not include metrics',
  }),
  findings: z.array(ServerFinding).meta({ description: 'What is wrong with it now, worst first' }),
}).meta({ id: 'ListedServer' });
export type ListedServer = z.infer<typeof ListedServer>;

export const ServerSort = z.enum([
  'name',
  'worst',
  'active',
  'commits',
  'meanMs',
  'cacheHit',
  'oldestTransaction',
  'lastCollected',
]);
export type ServerSort = z.infer<typeof ServerSort>;

export const listServers = operation({
  service: 'monitor-agent',
  name: 'servers.list',
  http: ['GET', '/api/v1/servers'],
  scope: 'servers:read',
  summary: 'Watched servers with their figures now, the last hour of each, and what is wrong',
  input: z.strictObject({
    ...pageQuery,
    sort: ServerSort.default('name').meta({
      description:
        'worst: those with the worst findings first; cacheHit: the lowest first; lastCollected: the longest ago first; ' +
        'other figures: the highest first',
    }),
    search: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'Part of the name, the host or the version, in any case' }),
    state: ServerState.optional().meta({ description: 'Only those in this state' }),
    count: z.boolean().default(false).meta({ description: 'true: also how many there are in each state' }),
  }),
  output: z.object({
    items: z.array(ListedServer),
    nextCursor,
    counts: z
      .object({ total: Count, pending: Count, ok: Count, unreachable: Count, paused: Count })
      .nullable()
      .meta({ description: 'Of those that `search` finds, in whatever state; null unless `count` asks for it' }),
  }),
});
