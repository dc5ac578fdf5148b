import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { nextCursor, pageQuery, Timestamp } from '../kernel/types.ts';
import { Count, serverRange } from './range.ts';

export const MarkerKind = z.enum(['crash_recovery', 'restart', 'statements_reset', 'another_server']).meta({
  id: 'MarkerKind',
  description:
    'crash_recovery: PostgreSQL lost a process or was killed, and counters of tables and indexes began anew (of ' +
    'statements too, as a rule), although it may not have been started anew; restart: an orderly one, which keeps counters; statements_reset: somebody set the counters of ' +
    'all statements back; another_server: another instance answers at the address, and nothing is compared across that',
});
export type MarkerKind = z.infer<typeof MarkerKind>;

export const Marker = z
  .object({
    kind: MarkerKind,
    at: Timestamp.meta({ description: 'By the server’s clock; for another_server the look that found it' }),
    seenAt: Timestamp.meta({ description: 'The look that found it, by our clock' }),
  })
  .meta({ id: 'ServerMarker' });
export type Marker = z.infer<typeof Marker>;

export const listMarkers = operation({
  service: 'monitor-agent',
  name: 'servers.markers',
  http: ['GET', '/api/v1/servers/{serverId}/markers'],
  scope: 'servers:read',
  summary: 'What happened to a server’s counters in a range: crashes, restarts, resets',
  input: z.strictObject({ ...serverRange, ...pageQuery }),
  output: z.object({
    items: z.array(Marker).meta({ description: 'Those that were found in the range, the newest first' }),
    nextCursor,
    total: Count,
  }),
});
