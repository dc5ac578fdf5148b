import type { Operation } from '@tidegate/contracts/kernel/operation';
import { type Json, resolve, type SchemaBook } from './schemas.ts';

/*
 * Examples of every operation: those of its contract, the rest generated from the schema, by a field's name where that
 * says more than its type. A test checks every one of them against contract and document.
 */
export interface Example {
  input: Json;
  output: Json;
}

export function exampleOf(operation: Operation, book: SchemaBook): Example {
  const { input, output } = operation.example;
  return {
    input: over(invent(book.input(operation.subject), book.components, 'input', ''), input),
    output: over(invent(book.output(operation.subject), book.components, 'output', ''), output),
  };
}

/** Members of a given object replace generated ones. */
const over = (invented: unknown, given: unknown): Json => ({ ...(invented as Json), ...(given as Json | undefined) });

/** Sample values by the end of a field's name. */
const BY_NAME: readonly [RegExp, unknown][] = [
  [/email|address$/i, 'ada@example.com'],
  [/^(organisation)?name$/i, 'Orders'],
  [/botName/, 'Bitcoin by steps'],
  [/^market$/, 'BTC-USDT'],
  [/^currency$/, 'USDT'],
  [/^host$/, 'db.example.com'],
  [/^url$/, 'https://example.com/hooks/tidegate'],
  [/^database$/, 'shop'],
  [/^schema$/, 'public'],
  [/^(table|relation)$/, 'orders'],
  [/^index$/, 'orders_customer_id_idx'],
  [/^role$/, 'app'],
  [/^application$/, 'shop-api'],
  [/^sql$/, 'DROP INDEX CONCURRENTLY "public"."orders_customer_id_idx"'],
  [/text$/i, 'SELECT * FROM orders WHERE customer_id = $1'],
  [/^plan$/, 'free'],
  [/^planName$/, 'Free'],
  [/^upgradeTo$/, 'pro'],
  [/^(meter|key)$/, 'api_calls'],
  [/^unit$/, 'calls'],
  [/pid$/i, 4711],
  [/^port$/, 5432],
  [/^(message|what|reason|description|note)$/, 'What is wrong and what to do'],
];
/** Later instants by name, so that no example ends before it starts. */
const LATER = /^(to|.*(End|expiresAt|resetsAt|Until|closedAt|finishedAt|deliveredAt|lastAt|lastClosedAt))$/;
const UUID = '0197a3c2-5b1e-7d34-9a6f-3c2f8e1d4b7a';
const CURSOR = 'WyIwMTk3YTNjMi01YjFlLTdkMzQtOWE2Zi0zYzJmOGUxZDRiN2EiXQ';

function invent(given: Json, components: Json, side: keyof Example, name: string, depth = 0): unknown {
  const schema = resolve(given, components);
  const samples = schema['examples'] as unknown[] | undefined;
  if (samples?.length) return samples[0];
  if (schema['default'] !== undefined) return schema['default'];
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  const inner = (one: Json, called = name) => invent(one, components, side, called, depth + 1);
  const choices = (schema['oneOf'] ?? schema['anyOf']) as Json[] | undefined;
  if (choices) return inner(choices.find((choice) => choice['type'] !== 'null') ?? {});
  if (Array.isArray(schema['allOf']))
    return Object.assign({}, ...(schema['allOf'] as Json[]).map((part) => inner(part)));
  const byName = BY_NAME.find(([pattern]) => pattern.test(name))?.[1];
  switch ([schema['type']].flat().find((type) => type !== 'null')) {
    case 'string':
      return text(schema, name, byName);
    case 'integer':
    case 'number':
      return typeof byName === 'number' ? byName : Math.max(Number(schema['minimum'] ?? 1), 1);
    case 'boolean':
      return false;
    case 'array':
      return depth > 8 ? [] : [inner((schema['items'] ?? {}) as Json)];
    case 'object':
      return object(schema, side, inner);
    default:
      return {};
  }
}

function object(schema: Json, side: keyof Example, inner: (one: Json, name: string) => unknown): Json {
  const required = new Set((schema['required'] ?? []) as string[]);
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Json>);
  const wanted = properties.filter(([name]) => side === 'output' || required.has(name));
  const made = Object.fromEntries(wanted.map(([name, field]) => [name, inner(field, name)]));
  const values = schema['additionalProperties'];
  if (properties.length > 0 || typeof values !== 'object' || values === null) return made;
  const keys = (schema['propertyNames'] as { enum?: string[] } | undefined)?.enum ?? ['api_calls'];
  return { [keys[0] ?? 'api_calls']: inner(values as Json, '') };
}

function text(schema: Json, name: string, byName: unknown): string {
  if (schema['format'] === 'uuid') return UUID;
  if (schema['format'] === 'date-time') return LATER.test(name) ? '2026-03-31T12:00:00Z' : '2026-03-01T09:00:00Z';
  if (schema['format'] === 'email') return 'ada@example.com';
  if (schema['format'] === 'password') return 'correct horse battery staple';
  if (String(schema['pattern']).includes('\\.\\d')) return '12.50';
  if (/cursor$/i.test(name)) return CURSOR;
  const words = typeof byName === 'string' ? byName : 'text';
  return words.slice(0, Number(schema['maxLength'] ?? 200)).padEnd(Number(schema['minLength'] ?? 0), 'x');
}
