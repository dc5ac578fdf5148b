import '@tidegate/contracts/all';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { COMMON_PROBLEMS } from '@tidegate/contracts/kernel/problem';
import { liveTopics, operations } from '@tidegate/contracts/kernel/registry';
import { Empty, secret } from '@tidegate/contracts/kernel/types';
import { documentValidator } from '@tidegate/testing/document-validator';
import { z } from 'zod';
import { exampleOf } from './examples.ts';
import { bookOf, openApiDocument } from './openapi.ts';
import { referencePage } from './reference-page.ts';
import { type Json, resolve, schemaBook, shapesOf } from './schemas.ts';

const mounted = operations().filter((operation) => operation.http);
const document = openApiDocument(operations(), liveTopics(), '0.0.0') as {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Json; responses: Json };
};
interface Described {
  operationId: string;
  parameters?: {
    name: string;
    in: string;
    description?: string;
    schema: Json;
    example?: unknown;
    required?: boolean;
  }[];
  requestBody?: { required: boolean; content: { 'application/json': { schema: Json; example: Json } } };
  responses: Record<string, { content?: { 'application/json'?: { schema: Json; example?: unknown } } }>;
}
const { validate, allRefsResolve } = documentValidator(document);
const book = bookOf(mounted, liveTopics());
const { schemas } = document.components;
const described = (operation: Operation): Described => {
  const [method, path] = operation.http as readonly [string, string];
  return document.paths[path]?.[method.toLowerCase()] as Described;
};
const each = mounted.map((operation) => [operation.name, operation] as const);

test('every reference resolves, and every schema is valid', () => {
  expect(allRefsResolve()).toEqual([]);
});

test.each(each)('%s accepts and answers its examples, by contract and by document', (_name, operation) => {
  const example = exampleOf(operation, book);
  expect(operation.input.safeParse(example.input).error?.issues).toBeUndefined();
  const { parameters = [], requestBody, responses } = described(operation);
  for (const { schema, example: value } of parameters)
    if (value !== undefined) expect(validate(schema, value)).toEqual([]);
  if (requestBody) {
    const { schema, example: body } = requestBody.content['application/json'];
    expect(validate(schema, body)).toEqual([]);
    expect(Object.keys(body).sort()).toEqual(
      Object.keys(example.input)
        .filter((name) => !parameters.some((parameter) => parameter.name === name))
        .sort(),
    );
  }
  if (operation.output === Empty) return;
  expect(operation.output.safeParse(example.output).error?.issues).toBeUndefined();
  const { content } = responses[operation.status] ?? {};
  if (operation.file) {
    expect(content).toEqual({ [operation.file]: { schema: { type: 'string', format: 'binary' } } });
    return;
  }
  const answer = content?.['application/json'];
  expect(validate(answer?.schema as Json, answer?.example)).toEqual([]);
});

test('what takes CloudEvents documents each form of them, with examples that are accepted', () => {
  const taking = mounted.filter(({ cloudEvents }) => cloudEvents);
  expect(taking.length).toBeGreaterThan(0);
  for (const operation of taking) {
    const { requestBody, parameters = [] } = described(operation);
    const content = requestBody?.content as unknown as Record<string, { schema: Json; example: unknown }>;
    for (const [type, events] of [
      ['application/cloudevents+json', (example: unknown) => [example]],
      ['application/cloudevents-batch+json', (example: unknown) => example],
    ] as const) {
      expect(validate(content[type]?.schema as Json, content[type]?.example)).toEqual([]);
      expect(operation.input.safeParse({ events: events(content[type]?.example) }).success).toBe(true);
    }
    expect(parameters.map(({ name }) => name)).toContain('ce-id');
  }
});

test('every path parameter is present and required, and every field of an input appears once', () => {
  for (const operation of mounted) {
    const [, path] = operation.http as readonly [string, string];
    const { parameters = [], requestBody } = described(operation);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(parameters.filter((one) => one.in === 'path' && one.required).map(({ name }) => name)).toEqual(inPath);
    const body = requestBody ? fieldNames(requestBody.content['application/json'].schema) : [];
    const asked = [...parameters.filter((one) => one.in !== 'header').map(({ name }) => name), ...body];
    expect(asked.sort()).toEqual(fieldNames(book.input(operation.subject)).sort());
  }
});

const fieldNames = (schema: Json): string[] => [
  ...new Set(shapesOf(schema, schemas).flatMap((shape) => Object.keys((shape['properties'] ?? {}) as Json))),
];

test('every parameter and every field of a request is described', () => {
  const silent: string[] = [];
  const walk = (schema: Json, where: string, seen: readonly string[]) => {
    const own = resolve(schema, schemas);
    const ref = String(schema['$ref'] ?? '');
    if (ref && seen.includes(ref)) return;
    const on = ref ? [...seen, ref] : seen;
    for (const key of ['oneOf', 'anyOf', 'allOf']) for (const one of (own[key] ?? []) as Json[]) walk(one, where, on);
    if (own['items']) walk(own['items'] as Json, `${where}[]`, on);
    for (const [name, field] of Object.entries((own['properties'] ?? {}) as Record<string, Json>)) {
      if (!resolve(field, schemas)['description']) silent.push(`${where}.${name}`);
      walk(field, `${where}.${name}`, on);
    }
  };
  for (const operation of mounted) {
    const { parameters = [], requestBody } = described(operation);
    for (const { name, description } of parameters) if (!description) silent.push(`${operation.name} ${name}`);
    if (requestBody) walk(requestBody.content['application/json'].schema, operation.name, []);
  }
  expect(silent).toEqual([]);
});

/** Lists that are complete: bounded by the catalogue, by the requested range and step, or by their summary. */
const WHOLE = [
  ...['plans.list', 'meters.list', 'usage.current', 'usage.limits', 'usage.estimate', 'markets.list'],
  ...['usage.history', 'candles.list', 'candles.indicator', 'backtests.equity', 'servers.databases', 'services.list'],
  ...['bots.totals', 'bots.equity', 'seats.get', 'top-ups.get', 'candles.list-series'],
];

test('every list pages in the same way', () => {
  const lists = mounted.filter(({ output }) => output instanceof z.ZodObject && 'items' in output.shape);
  const pages = lists.filter(
    ({ input }) => input instanceof z.ZodObject && 'cursor' in input.shape && 'limit' in input.shape,
  );
  const others = lists.filter((one) => !pages.includes(one)).map(({ name }) => name);
  expect(others.filter((name) => !WHOLE.includes(name))).toEqual([]);
  for (const { output } of pages) expect((output as z.ZodObject).shape['nextCursor']).toBeDefined();
});

test('names from users are cleaned, and instants from users may have an offset', () => {
  const wrong: string[] = [];
  const walk = (schema: Json, where: string, seen: readonly string[]) => {
    const ref = String(schema['$ref'] ?? '');
    if (ref.endsWith('/Timestamp')) wrong.push(`${where}: Instant`);
    if (/(^|\.)(name|\w+Name)$/.test(where) && !ref.endsWith('/Name')) wrong.push(`${where}: Name`);
    if (ref && seen.includes(ref)) return;
    const own = resolve(schema, schemas);
    for (const key of ['oneOf', 'anyOf', 'allOf'])
      for (const one of (own[key] ?? []) as Json[]) walk(one, where, [...seen, ref]);
    for (const [name, field] of Object.entries((own['properties'] ?? {}) as Record<string, Json>))
      walk(field, `${where}.${name}`, [...seen, ref]);
  };
  for (const operation of mounted) walk(book.input(operation.subject), operation.name, []);
  expect(wrong).toEqual([]);
});

test('answers are open: a new field breaks no client', () => {
  const closed: string[] = [];
  const walk = (schema: unknown, where: string, seen: readonly string[]) => {
    if (typeof schema !== 'object' || schema === null) return;
    const { $ref: ref, additionalProperties } = schema as Json;
    if (additionalProperties === false) closed.push(where);
    if (typeof ref === 'string' && ref.startsWith('#/components/schemas/') && !seen.includes(ref)) {
      walk(resolve({ $ref: ref }, schemas), where, [...seen, ref]);
    }
    for (const [key, inner] of Object.entries(schema)) if (key !== 'example') walk(inner, `${where}/${key}`, seen);
  };
  for (const operation of mounted) walk(described(operation).responses, operation.name, []);
  walk(document.components.responses, 'responses', []);
  expect(closed).toEqual([]);
});

test('on the wire an organisation is an organisationId', () => {
  const text = JSON.stringify([document.paths, document.components]);
  expect(text.includes('"organisationId"')).toBe(true);
  expect(text.includes('"orgId"')).toBe(false);
});

test('every problem is a component that accepts what is thrown and nothing else', () => {
  const all = new Map([...COMMON_PROBLEMS, ...mounted.flatMap(({ errors }) => errors)].map((one) => [one.code, one]));
  const given = { type: 't', title: 't', instance: '/x', traceId: 'y', more: [] };
  for (const { code, status, data } of all.values()) {
    const name = `${code.replaceAll(/(^|_)(.)/g, (_all, _bar, letter: string) => letter.toUpperCase())}Problem`;
    if (code === 'method_not_allowed') continue;
    const faults = validate({ $ref: `#/components/schemas/${name}` }, { ...given, code, status });
    expect(faults.length > 0).toBe(data ? !data.safeParse({}).success : false);
    expect(validate({ $ref: `#/components/schemas/${name}` }, { ...given, code: 'other', status })).not.toEqual([]);
  }
});

test('Idempotency-Key is documented where it works', () => {
  const keyed = (name: string) =>
    described(mounted.find((one) => one.name === name) as Operation).parameters?.some(
      (one) => one.name === 'Idempotency-Key',
    ) ?? false;
  expect(['bots.create', 'members.change-role', 'bots.delete'].map(keyed)).toEqual([true, true, true]);
  expect(['accounts.register', 'sessions.login', 'bots.list', 'bots.preview-ladder'].map(keyed)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test('inputs and outputs of a model that differ have two names; secrets are only written', () => {
  const Thing = z.strictObject({ word: secret(z.string()), size: z.int().default(1) }).meta({ id: 'Thing' });
  const made = schemaBook({ a: z.strictObject({ thing: Thing }) }, { a: z.object({ things: z.array(Thing) }) });
  expect(made.input('a')['properties']).toEqual({ thing: { $ref: '#/components/schemas/ThingInput' } });
  expect(made.components['ThingInput']).toMatchObject({ required: ['word'], additionalProperties: false });
  expect(made.components['Thing']).toMatchObject({ required: ['word', 'size'] });
  expect(JSON.stringify(made.components['Thing'])).not.toMatch(/additionalProperties|writeOnly/);
  expect(JSON.stringify(made.components['ThingInput'])).toContain('"writeOnly":true');
});

test.each<[string, z.ZodType]>([
  ['a transform', z.string().transform((text) => text.length)],
  ['a date', z.date()],
  ['a map', z.map(z.string(), z.string())],
])('%s cannot be documented and is refused', (_what, schema) => {
  expect(() => schemaBook({}, { a: z.object({ field: schema }) })).toThrow();
});

test('the page has an anchor for every operation and model, and nothing inline that a strict policy would stop', () => {
  const page = referencePage(document as unknown as Json);
  for (const { operationId } of Object.values(document.paths).flatMap((methods) => Object.values(methods)))
    expect(page.includes(`id="${operationId}"`)).toBe(true);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const missing = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id).filter((id) => !ids.includes(id));
  expect([...new Set(missing)]).toEqual([]);
  expect(/<style|style="|<script>| on\w+="|(src|href)="https?:/.exec(page)).toBeNull();
});
