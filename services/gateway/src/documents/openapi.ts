import { type Operation } from '@tidegate/contracts/kernel/operation';
import { COMMON_PROBLEMS, type Problem } from '@tidegate/contracts/kernel/problem';
import { Empty } from '@tidegate/contracts/kernel/types';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** OpenAPI 3.1 of every operation that has a route, made from the contracts alone. */
export function openApiDocument(operations: Operation[], version: string): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    if (!operation.http) continue;
    const [method, path] = operation.http;
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(operation, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Tidegate', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An access token of POST /api/v1/sessions, or an API key',
        },
      },
    },
  };
}

function describe(operation: Operation, schemas: Json): Json {
  const [method, path] = operation.http as [string, string];
  const input = jsonSchema(operation.input, 'input', schemas);
  const fields = Object.entries((input['properties'] as Json | undefined) ?? {});
  const required = new Set((input['required'] as string[] | undefined) ?? []);
  const inPath = new Set([...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name as string));
  const inQuery = method === 'GET' || method === 'DELETE';
  const parameters = fields
    .filter(([name]) => inPath.has(name) || inQuery)
    .map(([name, schema]) => ({
      name,
      in: inPath.has(name) ? 'path' : 'query',
      required: inPath.has(name) || required.has(name),
      schema,
    }));
  const body = fields.filter(([name]) => !inPath.has(name));
  return {
    operationId: operation.name,
    tags: [operation.service],
    summary: operation.summary,
    ...(operation.description ? { description: operation.description } : {}),
    ...(operation.scope === 'public' ? { security: [] } : {}),
    'x-scope': operation.scope,
    ...(operation.limit ? { 'x-limit': operation.limit } : {}),
    ...(parameters.length > 0 ? { parameters: [...parameters, ...idempotency(operation)] } : withKey(operation)),
    ...(inQuery ? {} : { requestBody: requestBody(body, required) }),
    responses: { ...success(operation, schemas), ...failures(operation, schemas) },
  };
}

const idempotency = (operation: Operation): Json[] =>
  operation.http?.[0] === 'POST'
    ? [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 200 }, required: false }]
    : [];

const withKey = (operation: Operation): Json => {
  const parameters = idempotency(operation);
  return parameters.length > 0 ? { parameters } : {};
};

function requestBody(fields: [string, unknown][], required: Set<string>): Json {
  const needed = fields.map(([name]) => name).filter((name) => required.has(name));
  const schema = {
    type: 'object',
    properties: Object.fromEntries(fields),
    ...(needed.length > 0 ? { required: needed } : {}),
    additionalProperties: false,
  };
  return { required: needed.length > 0, content: { 'application/json': { schema } } };
}

function success(operation: Operation, schemas: Json): Json {
  if (operation.output === Empty) return { 204: { description: 'Done' } };
  const schema = jsonSchema(operation.output, 'output', schemas);
  return { [operation.status]: { description: 'Success', content: { 'application/json': { schema } } } };
}

/** The declared problems, by status; the common ones as one default. */
function failures(operation: Operation, schemas: Json): Json {
  const problem = { $ref: '#/components/schemas/Problem' };
  jsonSchema(PROBLEM, 'output', schemas);
  const byStatus = Map.groupBy(operation.errors as unknown as readonly Problem<unknown>[], ({ status }) => status);
  const answers = [...byStatus].map(([status, problems]) => [
    status,
    {
      description: problems.map(({ code, title }) => `\`${code}\`: ${title}`).join('; '),
      content: { 'application/problem+json': { schema: problem } },
    },
  ]);
  const common = COMMON_PROBLEMS.map(({ code }) => `\`${code}\``).join(', ');
  return {
    ...Object.fromEntries(answers),
    default: { description: `Any of ${common}`, content: { 'application/problem+json': { schema: problem } } },
  };
}

const PROBLEM = z
  .object({
    type: z.string(),
    code: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    traceId: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), code: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

/** Schemas with an id go into the components, once; the rest stays in place. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const {
    $defs,
    $schema: _dialect,
    ...main
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    cycles: 'ref',
  }) as Json & { $defs?: Record<string, Json> };
  const refs = (value: unknown): unknown => rewrite(value);
  for (const [name, definition] of Object.entries($defs ?? {})) components[name] ??= strip(refs(definition) as Json);
  const { id } = main as { id?: string };
  const inline = strip(refs(main) as Json);
  if (!id || io === 'input') return inline;
  components[id] ??= inline;
  return { $ref: `#/components/schemas/${id}` };
}

function strip(schema: Json): Json {
  const { id: _id, $schema: _dialect, ...rest } = schema;
  return rest;
}

function rewrite(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewrite);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? inner.replace('#/$defs/', '#/components/schemas/') : rewrite(inner),
    ]),
  );
}
