import { z } from 'zod';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { Empty, Id, Instant, nextCursor, pageQuery, Timestamp } from '../kernel/types.ts';
import { Count, serverRange } from './range.ts';

export const AnnotationKind = z
  .enum(['crash_recovery', 'restart', 'statements_reset', 'counters_reset', 'promoted', 'another_server', 'note'])
  .meta({
    id: 'AnnotationKind',
    description:
      'crash_recovery: PostgreSQL lost a process or was killed, and the counters of tables and indexes (usually of ' +
      'statements as well) start again from zero, even if the server itself kept running; restart: an orderly one, ' +
      'which keeps counters; statements_reset: somebody reset the counters of all statements; counters_reset: somebody ' +
      'reset those of databases, of objects in them, or of the server (`of` says which); promoted: a standby became ' +
      'the primary, and its history continues; another_server: another instance answers at the address, and nothing ' +
      'is compared across that; note: written by somebody',
  });
export type AnnotationKind = z.infer<typeof AnnotationKind>;

export const Annotation = z
  .object({
    id: Id.nullable().meta({ description: 'Of a note; null for what was detected' }),
    text: z.string().nullable().meta({ description: 'Of a note; null for what was detected' }),
    kind: AnnotationKind,
    at: Timestamp.meta({
      description:
        'By the server’s clock, the last of several; for another_server and promoted the snapshot that detected it',
    }),
    seenAt: Timestamp.meta({ description: 'The snapshot that detected it, by our clock' }),
    of: z.array(z.string()).meta({
      description:
        'For counters_reset: the databases that were reset (as a whole, or a table, index or function in them; ' +
        'PostgreSQL does not say which) and PostgreSQL’s views of the whole server, at most 100; empty for other kinds',
    }),
  })
  .meta({ id: 'ServerAnnotation' });
export type Annotation = z.infer<typeof Annotation>;

export const listAnnotations = operation({
  service: 'monitor-agent',
  name: 'servers.annotations',
  http: ['GET', '/api/v1/servers/{serverId}/annotations'],
  scope: 'servers:read',
  summary: 'What happened to a server in a range: crashes, restarts, resets, and what people noted',
  input: z.strictObject({ ...serverRange, ...pageQuery }),
  output: z.object({
    items: z.array(Annotation).meta({ description: 'Those detected in the range and notes about it, newest first' }),
    nextCursor,
    total: Count,
  }),
});

export const addNote = operation({
  service: 'monitor-agent',
  name: 'servers.notes.create',
  http: ['POST', '/api/v1/servers/{serverId}/annotations'],
  scope: 'servers:write',
  summary: 'Note what happened at an instant, such as a deployment: it stands in every chart of the server',
  audit: { thing: 'annotation', name: 'text', shows: ['serverId'], ignores: ['text', 'at'] },
  input: z.strictObject({
    serverId: Id,
    at: Instant.optional().meta({ description: 'When it happened; default now' }),
    text: Name.meta({ description: 'What happened', examples: ['Release 42'] }),
  }),
  output: Annotation,
});

export const deleteNote = operation({
  service: 'monitor-agent',
  name: 'servers.notes.delete',
  http: ['DELETE', '/api/v1/servers/{serverId}/annotations/{noteId}'],
  scope: 'servers:write',
  summary: 'Delete a note',
  audit: { thing: 'annotation', id: 'noteId', shows: ['serverId'] },
  input: z.strictObject({ serverId: Id, noteId: Id.meta({ description: 'The note' }) }),
  output: Empty,
  status: 204,
});
