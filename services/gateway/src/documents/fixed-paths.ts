import { paymentsNotConfigured } from '@tidegate/contracts/billing/payments';
import { webhookMalformed, webhookSignatureInvalid } from '@tidegate/contracts/billing/webhook';
import { beginExport } from '@tidegate/contracts/identity/exports';
import {
  type AnyProblem,
  bodyTooLarge,
  conflict,
  forbidden,
  internalError,
  notFound,
  rateLimited,
  unauthenticated,
  unavailable,
  validationFailed,
} from '@tidegate/contracts/kernel/problem';
import { type ProblemAnswers, TRACED } from './problem-answers.ts';
import type { Json } from './schemas.ts';

/*
 * Paths that are no operations: the live stream, files, the documents, health and metrics.
 */
export function fixedPaths(problems: ProblemAnswers, stream: Json): Record<string, Json> {
  const path = (operationId: string, summary: string, responses: Json, security: Json[] = []) => ({
    get: { operationId, tags: ['platform'], summary, security, responses },
  });
  const document = (operationId: string, summary: string, type: string, more: Json = {}) =>
    path(operationId, summary, {
      200: answer(type),
      ...more,
      429: problems.answer(429, [rateLimited]),
      503: problems.answer(503, [unavailable]),
    });
  const health = (operationId: string, summary: string) =>
    path(operationId, summary, { 200: answer(JSON_TYPE), 503: { ...answer(JSON_TYPE), description: 'It is not' } });
  return {
    '/api/v1/stream': { get: stream },
    [CANDLE_FILE.path]: { put: candleFile(problems) },
    '/api/v1/billing/webhook': { post: webhook(problems) },
    '/api/v1/organisation/export': { get: organisationExport(problems) },
    '/health': health('health.show', 'Is every part ready, and if not, why'),
    '/health/live': path('health.live', 'Is the process alive', { 200: answer(JSON_TYPE) }),
    '/health/ready': health('health.ready', 'Is everything that requests need there'),
    '/health/serving': health('health.serving', 'Does it take requests, whether or not what they need is there'),
    '/health/startup': health('health.startup', 'Has it started'),
    '/metrics': path(
      'metrics.show',
      'Metrics for Prometheus',
      { 200: answer('text/plain'), 401: { ...answer(JSON_TYPE), description: 'Without the metrics token' } },
      [{ metricsToken: [] }],
    ),
    '/status': document('status.page', 'States and incidents of the last 90 days, for everybody', 'text/html'),
    '/status.json': document('status.show', 'The same for programs', JSON_TYPE),
    '/status.atom': document('status.feed', 'Incidents as an Atom feed', 'application/atom+xml'),
    '/.well-known/security.txt': document(
      'security.contact',
      'Where a vulnerability is reported (RFC 9116), where the operator says so',
      'text/plain',
      { 404: problems.answer(404, [notFound]) },
    ),
    '/openapi.json': document('documents.openapi', 'This document', JSON_TYPE),
    '/asyncapi.json': document('documents.asyncapi', 'Events and live topics', JSON_TYPE),
    '/docs': document('documents.reference', 'This document as a page to read', 'text/html'),
  };
}

/** The only operation whose body is a file: the client has a method for it as well. */
export const CANDLE_FILE = {
  id: 'candles.send-file',
  path: '/api/v1/candles/uploads/{uploadId}/file',
  summary: 'The file of a candle upload, as the body: CSV, optionally gzipped',
  description:
    'Answers when all of it has arrived and waits to be read. Sent again it replaces what was received before; once it is queued ' +
    'it is refused with 409: read the upload instead. It may take half an hour.',
} as const;

/** For Stripe only: it is here so that whoever sets up an endpoint finds it. */
function webhook(problems: ProblemAnswers): Json {
  const refusals = [webhookSignatureInvalid, webhookMalformed, paymentsNotConfigured, bodyTooLarge, rateLimited];
  return {
    operationId: 'stripe.webhook',
    tags: ['billing'],
    summary: 'Events of Stripe, signed by it',
    description:
      'The address of the webhook endpoint at Stripe. Snapshots and thin events are understood. Answered once the event ' +
      'is stored; everything else is sent again by Stripe. At most 256 kB; what is not signed about now is refused before it ' +
      'is read, and a few of one network are judged at a time.',
    security: [],
    parameters: [
      {
        name: 'Stripe-Signature',
        in: 'header',
        required: true,
        description: 'Time and signatures of the body',
        schema: { type: 'string' },
      },
    ],
    requestBody: { required: true, content: { [JSON_TYPE]: { schema: { type: 'object' } } } },
    responses: {
      200: answer(JSON_TYPE),
      ...answersOf(problems, [...refusals, internalError, unavailable]),
    },
  };
}

/** A download of lines, as many as there are. */
function organisationExport(problems: ProblemAnswers): Json {
  const refusals = [unauthenticated, forbidden, ...beginExport.errors, validationFailed, rateLimited];
  return {
    operationId: 'organisation.export',
    tags: ['identity'],
    summary: 'Everything that the organisation has here, as lines of JSON (owners only)',
    description:
      'A line for each row, as `{"kind":"billing.invoices","data":{…}}`: what every service stores of the organisation, without ' +
      'secrets. The first line is of the kind `export`, the last of the kind `end` and says how many lines are between them: a file ' +
      'without it is not whole. One at a time for an organisation, and not with a key.',
    parameters: [
      {
        name: 'organisation',
        in: 'query',
        required: false,
        description: 'Id of the organisation, one of yours; by default that of the session',
        schema: { type: 'string', format: 'uuid' },
      },
    ],
    responses: {
      200: {
        description: 'All of it',
        headers: TRACED,
        content: { 'application/x-ndjson': { schema: { type: 'string' } } },
      },
      ...answersOf(problems, [...refusals, internalError, unavailable]),
    },
  };
}

const answersOf = (problems: ProblemAnswers, refusals: readonly AnyProblem[]): Json =>
  Object.fromEntries(
    [...Map.groupBy(refusals, ({ status }) => status)].map(([status, some]) => [status, problems.answer(status, some)]),
  );

const JSON_TYPE = 'application/json';

const answer = (type: string): Json => ({
  description: 'Success',
  content: { [type]: { schema: type === JSON_TYPE ? { type: 'object' } : { type: 'string' } } },
});

function candleFile(problems: ProblemAnswers): Json {
  const schema = { type: 'string', format: 'binary' };
  const refusals = [
    unauthenticated,
    forbidden,
    notFound,
    conflict,
    bodyTooLarge,
    rateLimited,
    internalError,
    unavailable,
  ];
  return {
    operationId: CANDLE_FILE.id,
    tags: ['bot-executor'],
    summary: CANDLE_FILE.summary,
    description: CANDLE_FILE.description,
    'x-scope': 'bots:write',
    parameters: [
      {
        name: 'uploadId',
        in: 'path',
        required: true,
        description: 'The candle file',
        schema: { type: 'string', format: 'uuid' },
      },
    ],
    requestBody: { required: true, content: { 'text/csv': { schema }, 'application/gzip': { schema } } },
    responses: {
      202: {
        description: 'Success',
        headers: TRACED,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/CandleUpload' } } },
      },
      ...answersOf(problems, refusals),
    },
  };
}
