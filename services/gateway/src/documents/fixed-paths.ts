import { methodNotAllowed, notFound } from '@tidegate/contracts/kernel/problem';
import type { ProblemAnswers } from './problem-answers.ts';
import type { Json } from './schemas.ts';

/*
 * Paths that are no operations: the live stream, the documents, health and metrics.
 */
export function fixedPaths(problems: ProblemAnswers, stream: Json): Record<string, Json> {
  const plain = (operationId: string, summary: string, type: string, extra: Json = {}) => ({
    get: {
      operationId,
      tags: ['platform'],
      summary,
      security: [],
      responses: { 200: answer(type), 404: problems.answer(404, [notFound]), ...extra },
    },
  });
  const health = (operationId: string, summary: string) =>
    plain(operationId, summary, 'application/json', {
      503: { ...answer('application/json'), description: 'Not yet, or not any more' },
    });
  problems.answer(405, [methodNotAllowed]);
  return {
    '/api/v1/stream': { get: stream },
    '/health': health('health.show', 'State of every part'),
    '/health/live': health('health.live', 'Is the process alive'),
    '/health/ready': health('health.ready', 'Does it take requests'),
    '/health/startup': health('health.startup', 'Has it started'),
    '/metrics': plain('metrics.show', 'Metrics for Prometheus: from this machine, or with METRICS_TOKEN', 'text/plain'),
    '/openapi.json': plain('documents.openapi', 'This document', 'application/json'),
    '/asyncapi.json': plain('documents.asyncapi', 'Events and live topics', 'application/json'),
    '/docs': plain('documents.reference', 'This document as a page to read', 'text/html'),
  };
}

const answer = (type: string): Json => ({
  description: 'Success',
  content: { [type]: { schema: type === 'application/json' ? { type: 'object' } : { type: 'string' } } },
});
