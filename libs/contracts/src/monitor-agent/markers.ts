import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { nextCursor, pageQuery, Timestamp } from '../kernel/types.ts';
import { Count, serverRange } from './range.ts';

export const MarkerKind = z
  .enum(['crash_recovery', 'restart', 'statements_reset', 'counters_reset', 'promoted', 'another_server'])
  .meta({
    id: 'MarkerKind',
    description:
      'crash_recovery: PostgreSQL lost a process or was killed, and counters of tables and indexes began anew (of ' +
      'statements too, as a rule), although it may not have been started anew; restart: an orderly one, which keeps ' +
      'counters; statements_reset: somebody set the counters of all statements back; counters_reset: somebody set back ' +
      'those of databases, of something in them, or of the server (`of` says which); promoted: a standby became the ' +
      'primary, and its history goes on; another_server: another instance answers at the address, and nothing is ' +
      'compared across that',
  });
export type MarkerKind = z.infer<typeof MarkerKind>;

export const Marker = z
  .object({
    kind: MarkerKind,
    at: Timestamp.meta({
      description: 'By the server’s clock, of several the last; for another_server and promoted the look that found it',
    }),
    seenAt: Timestamp.meta({ description: 'The look that found it, by our clock' }),
    of: z.array(z.string()).meta({
      description:
        'Of counters_reset: databases that were set back (as a whole, or a table, index or function of theirs; ' +
        'PostgreSQL does not say which), and PostgreSQL’s views of the server as a whole, 100 at the most; of the other kinds empty',
    }),
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
