import type { Live } from '@tidegate/contracts/kernel/live';
import {
  forbidden,
  internalError,
  rateLimited,
  unauthenticated,
  unavailable,
  validationFailed,
} from '@tidegate/contracts/kernel/problem';
import type { z } from 'zod';
import { type ProblemAnswers, TRACED } from './problem-answers.ts';
import type { Json, SchemaBook } from './schemas.ts';

const keyOf = (topic: string): string => `live ${topic}`;

export const streamSchemas = (live: Live[]): Record<string, z.ZodType> =>
  Object.fromEntries(live.map(({ topic, data }) => [keyOf(topic), data]));

export const payloadOf = (book: SchemaBook, topic: string): Json => book.output(keyOf(topic));

/** The live stream as far as OpenAPI can describe it; each topic's data is a component, and AsyncAPI has the rest. */
export function streamOperation(live: Live[], book: SchemaBook, problems: ProblemAnswers): Json {
  const topics = live.map(({ topic, scope, summary }) => `- \`${topic}\` (scope \`${scope}\`): ${summary}`).join('\n');
  return {
    operationId: 'stream.open',
    tags: ['platform'],
    summary: 'Live updates as server-sent events',
    description:
      `Each event is named by its topic, its data is JSON:\n${topics}\n\nBesides: \`ready\` once, \`heartbeat\` every 15 s, \`resync\` after messages ` +
      'were lost (fetch again what you show), and before the end `expired`, `revoked` or `bye` (reconnect, perhaps ' +
      'with a new token). Messages are small and may be lost: they say what to read again, not its state. Each has an ' +
      '`id`: opened again within a minute with the last one, the stream goes on after it, without `resync`. Of several messages about one thing ' +
      'within a quarter of a second only the last is sent.',
    parameters: [
      {
        name: 'topics',
        in: 'query',
        required: false,
        description: 'Topics, separated by commas; by default all that you may read',
        schema: { type: 'array', items: { type: 'string', enum: live.map(({ topic }) => topic) } },
        style: 'form',
        explode: false,
        example: live.map(({ topic }) => topic),
      },
      {
        name: 'Last-Event-ID',
        in: 'header',
        required: false,
        description:
          'The `id` of the last message that you have: those after it are sent. Browsers send it when they reconnect',
        schema: { type: 'string' },
      },
      {
        name: 'lastEventId',
        in: 'query',
        required: false,
        description: 'The same, for a page that opens a new stream',
        schema: { type: 'string' },
      },
      {
        name: 'organisation',
        in: 'query',
        required: false,
        description: 'Id of the organisation, one of yours; by default that of the session or the key',
        schema: { type: 'string', format: 'uuid' },
      },
    ],
    responses: {
      200: {
        description: 'Events until the credentials end',
        headers: TRACED,
        content: { 'text/event-stream': { schema: { type: 'string' }, 'x-data': dataOf(live, book) } },
      },
      401: problems.answer(401, [unauthenticated]),
      403: problems.answer(403, [forbidden]),
      422: problems.answer(422, [validationFailed]),
      429: problems.answer(429, [rateLimited]),
      500: problems.answer(500, [internalError]),
      503: problems.answer(503, [unavailable]),
    },
  };
}

const dataOf = (live: Live[], book: SchemaBook): Json =>
  Object.fromEntries(live.map(({ topic }) => [topic, payloadOf(book, topic)]));
