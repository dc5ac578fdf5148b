import { refresh } from '@tidegate/contracts/identity/sessions';
import type { Live } from '@tidegate/contracts/kernel/live';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { Empty } from '@tidegate/contracts/kernel/types';
import type { z } from 'zod';
import { type Example, exampleOf } from './examples.ts';
import { fixedPaths } from './fixed-paths.ts';
import { headerParameters } from './header-parameters.ts';
import { HEADERS, ProblemAnswers, problemSchemas, TRACED } from './problem-answers.ts';
import { type Json, resolve, type SchemaBook, schemaBook, shapesOf, without } from './schemas.ts';
import { streamOperation, streamSchemas } from './stream-document.ts';

interface Making {
  mounted: readonly Operation[];
  book: SchemaBook;
  problems: ProblemAnswers;
}

/** OpenAPI 3.1 of every operation that has a route, generated from the contracts alone, and of the few other paths. */
export function openApiDocument(operations: Operation[], live: Live[], version: string): Json {
  const mounted = operations.filter((operation) => operation.http);
  const book = bookOf(mounted, live);
  const problems = new ProblemAnswers(book);
  const paths: Record<string, Json> = {};
  for (const operation of mounted) {
    const [method, path] = operation.http as readonly [string, string];
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(operation, { mounted, book, problems }) };
  }
  const fixed = fixedPaths(problems, streamOperation(live, book, problems));
  return {
    openapi: '3.1.0',
    info: { title: 'Tidegate', version, license: { name: 'MIT', identifier: 'MIT' }, description: INTRODUCTION },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { cookie: [] }],
    tags: [...new Set([...mounted.map(({ service }) => service), 'platform'])].map((name) => ({ name })),
    paths: { ...paths, ...fixed },
    components: {
      schemas: { ...book.components, ...problems.schemas },
      responses: problems.responses,
      headers: HEADERS,
      securitySchemes: SECURITY,
    },
  };
}

export function bookOf(operations: Operation[], live: Live[]): SchemaBook {
  const part = (side: 'input' | 'output') =>
    Object.fromEntries(operations.map((operation) => [operation.subject, operation[side]])) as Record<
      string,
      z.ZodType
    >;
  const book = schemaBook(part('input'), { ...part('output'), ...problemSchemas(operations), ...streamSchemas(live) });
  // Tokens that are in cookies are not in the answer.
  const session = book.components['Session'] as Json | undefined;
  if (session) session['required'] = (session['required'] as string[]).filter((name) => !/Token$/.test(name));
  return book;
}

function describe(operation: Operation, making: Making): Json {
  const [method, path] = operation.http as [string, string];
  const { book } = making;
  const input = book.input(operation.subject);
  const example = exampleOf(operation, book);
  const inPath = new Set([...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name as string));
  const inQuery = method === 'GET' || method === 'DELETE';
  const parameters = [
    ...parametersOf(input, { inPath, inQuery, example, book }),
    ...headerParameters(operation, making.mounted),
  ];
  return {
    operationId: operation.name,
    tags: [operation.service],
    summary: operation.summary,
    ...(operation.description ? { description: operation.description } : {}),
    ...(operation.scope === 'public' ? { security: [] } : {}),
    'x-scope': operation.scope,
    ...(operation.limit ? { 'x-limit': operation.limit } : {}),
    ...(operation.needs ? { 'x-needs': operation.needs } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(inQuery
      ? {}
      : { requestBody: requestBody(operation, without(input, inPath, book.components), making, example) }),
    responses: { ...success(operation, book, example), ...making.problems.of(operation) },
  };
}

function parametersOf(
  input: Json,
  { inPath, inQuery, example, book }: { inPath: Set<string>; inQuery: boolean; example: Example; book: SchemaBook },
): Json[] {
  const shapes = shapesOf(input, book.components);
  if (inQuery && shapes.length !== 1) throw new Error('Query parameters cannot be a choice between shapes.');
  const required = new Set((shapes[0]?.['required'] ?? []) as string[]);
  const fields = new Map(
    shapes.flatMap((shape) => Object.entries((shape['properties'] ?? {}) as Record<string, Json>)),
  );
  for (const name of inPath)
    if (!fields.has(name)) throw new Error(`The path parameter ${name} is not a field of the input.`);
  return [...fields]
    .filter(([name]) => inPath.has(name) || inQuery)
    .map(([name, { description, ...schema }]) => ({
      name,
      in: inPath.has(name) ? 'path' : 'query',
      required: inPath.has(name) || required.has(name),
      description: description ?? PATH_PARAMETERS[name] ?? resolve(schema, book.components)['description'],
      schema,
      ...(example.input[name] === undefined ? {} : { example: example.input[name] }),
    }));
}

/** What the ids in paths are of. */
const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  backtestId: 'The backtest',
  botId: 'The bot',
  channelId: 'The channel',
  deliveryId: 'The delivery',
  indicator: 'Which indicator',
  invitationId: 'The invitation',
  keyId: 'Id of the API key, its first ten characters after `tg_`',
  leaseId: 'The lease',
  meter: 'The meter',
  organisationId: 'The organisation',
  queryKey: 'The statement',
  serverId: 'The server',
  sessionId: 'The session',
  sweepId: 'The sweep',
  tradeId: 'The trade',
  uploadId: 'The candle file',
  userId: 'The member',
};

function requestBody(operation: Operation, given: Json, { book }: Making, example: Example): Json {
  // A browser's refresh token is in its cookie.
  const schema = operation === refresh ? { ...resolve(given, book.components), required: undefined } : given;
  const fields = shapesOf(schema, book.components).flatMap((shape) => Object.keys((shape['properties'] ?? {}) as Json));
  const needed = shapesOf(schema, book.components).some((shape) => ((shape['required'] ?? []) as string[]).length > 0);
  const shown = Object.fromEntries(Object.entries(example.input).filter(([name]) => fields.includes(name)));
  const content = { 'application/json': { schema, example: shown } };
  return { required: needed, content: operation.cloudEvents ? { ...content, ...CLOUD_EVENTS } : content };
}

const CLOUD_EVENT_EXAMPLE = {
  specversion: '1.0',
  id: 'report-8812',
  source: 'https://shop.example.com/reports',
  type: 'reports',
  time: '2026-11-20T11:00:00+01:00',
  data: { quantity: 1 },
};
const CLOUD_EVENT = { $ref: '#/components/schemas/CloudEvent' };
/** Of operations that take them. In binary mode the attributes are headers, and the JSON body is the data. */
const CLOUD_EVENTS: Json = {
  'application/cloudevents+json': { schema: CLOUD_EVENT, example: CLOUD_EVENT_EXAMPLE },
  'application/cloudevents-batch+json': {
    schema: { type: 'array', items: CLOUD_EVENT, minItems: 1, maxItems: 1_000 },
    example: [CLOUD_EVENT_EXAMPLE],
  },
};

function success(operation: Operation, book: SchemaBook, example: Example): Json {
  if (operation.output === Empty) return { 204: { description: 'Done', headers: TRACED } };
  const more = operation.http?.[0] === 'GET' ? ['ETag'] : operation.status === 201 ? ['Location'] : [];
  const made = Object.fromEntries(more.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
  const unchanged = { 304: { description: 'It is still what If-None-Match says', headers: { ...TRACED, ...made } } };
  const schema = book.output(operation.subject);
  return {
    [operation.status]: {
      description: 'Success',
      headers: { ...TRACED, ...made },
      content: operation.file
        ? { [operation.file]: { schema: { type: 'string', format: 'binary' } } }
        : {
            'application/json': { schema, example: example.output },
            ...(operation.csv && { 'text/csv': { schema: { type: 'string' } } }),
          },
    },
    ...(operation.http?.[0] === 'GET' ? unchanged : {}),
  };
}

const SECURITY = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token of POST /api/v1/sessions, or an API key',
  },
  metricsToken: { type: 'http', scheme: 'bearer', description: 'METRICS_TOKEN of the installation' },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-tidegate-access',
    description:
      'For browsers: set by a log-in with the header `Session-Cookies: true`. Requests that change something must then come ' +
      'from the installation’s own origin',
  },
};

const INTRODUCTION = `JSON in, JSON out. Refusals are problems (RFC 9457): \`code\` is for programs, \`detail\` for people.

Lists answer \`items\` and, where there are more, a \`nextCursor\`: send it as \`cursor\` for the next page.

Answers may gain fields: leave alone what you do not know. Requests are strict: an unknown field is refused by name.

Instants are ISO 8601; requests may use any offset, answers are in UTC. Money and prices are decimals as text.`;
