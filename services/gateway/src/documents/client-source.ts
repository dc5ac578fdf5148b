import type { Live } from '@tidegate/contracts/kernel/live';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { Empty } from '@tidegate/contracts/kernel/types';
import { CANDLE_FILE } from './fixed-paths.ts';
import { bookOf } from './openapi.ts';
import { everywhere, pascal, problemsOf } from './problem-answers.ts';
import { type Json, resolve, type SchemaBook } from './schemas.ts';

/** Where the client's transport lies, as seen from the generated file. */
const TRANSPORT = '../transport/transport.ts';

/** Source of the typed client: one method per operation, one type per model, nothing to install beside it. */
export function clientSource(operations: Operation[]): string {
  const mounted = operations.filter((operation) => operation.http);
  const book = bookOf(mounted, []);
  const models = Object.entries(book.components).map(([name, model]) => declaration(name, model as Json));
  const types = mounted.flatMap((operation) => {
    const name = pascal(operation.name);
    if (['Input', 'Output', 'Problem'].some((part) => book.components[name + part])) {
      throw new Error(`A model has the name of the input, output or problems of ${operation.name}. Rename it.`);
    }
    const output = operation.output === Empty ? {} : book.output(operation.subject);
    return [
      declaration(`${name}Input`, inputOf(operation, book)),
      operation.file ? `export type ${name}Output = Blob;` : declaration(`${name}Output`, output),
      problemCodes(operation),
    ];
  });
  return `/* Made from the contracts by \`npm run generate\`: do not edit. */
import { type CallOptions, type FileBody, Transport } from '${TRANSPORT}';

/** Codes of problems that any call may end with. */
export type EveryProblem = ${union(everywhere())};

${[...models, ...types].join('\n\n')}

export class TidegateClient extends Transport {
${[...mounted.map((operation) => method(operation)), candleFile()].join('\n\n')}
}
`;
}

/** A row for each method of the client: what a console must know of an operation without asking. */
export function operationsSource(operations: Operation[], topics: Live[]): string {
  const rows = operations
    .filter(({ http }) => http)
    .map(({ name, service, scope, readonly }) => {
      return `  ${camel(pascal(name))}: { service: '${service}', scope: '${scope}', reads: ${readonly === true} },`;
    });
  return `/* Made from the contracts by \`npm run generate\`: do not edit. */

export const OPERATIONS = {
${rows.join('\n')}
} as const;

/** Live topics: what a message is about, which answers it makes old, and which of those change without one as well. */
export const LIVE = {
${topics.map((topic) => liveRow(topic, operations)).join('\n')}
} as const;
`;
}

function liveRow({ topic, about, refreshes, moves }: Live, operations: Operation[]): string {
  const reads = operations.filter(({ http }) => http?.[0] === 'GET');
  const below = (paths: readonly string[]) =>
    reads.filter(({ http }) => paths.some((path) => `${http?.[1]}/`.startsWith(`${path}/`)));
  const names = (found: Operation[]) => `[${found.map(({ name }) => `'${camel(pascal(name))}'`).join(', ')}]`;
  return `  ${topic}: {
    about: ${about ? `'${about}'` : 'undefined'},
    refreshes: ${names(below(refreshes))},
    moves: ${names(reads.filter(({ http }) => moves.includes(http?.[1] ?? '')))},
  },`;
}

const union = (codes: string[]): string => codes.map((code) => `'${code}'`).join(' | ');

/** Problem codes of the operation, its own first. */
function problemCodes(operation: Operation): string {
  const common = new Set(everywhere());
  const codes = new Set([...operation.errors, ...problemsOf(operation)].map(({ code }) => code));
  const own = [...codes].filter((code) => !common.has(code));
  return `export type ${pascal(operation.name)}Problem = ${[...(own.length > 0 ? [union(own)] : []), 'EveryProblem'].join(' | ')};`;
}

/** A browser's refresh token is in its cookie. */
function inputOf(operation: Operation, book: SchemaBook): Json {
  const input = book.input(operation.subject);
  return operation.name === 'sessions.refresh' ? { ...resolve(input, book.components), required: [] } : input;
}

function method(operation: Operation): string {
  const name = pascal(operation.name);
  const [verb, path] = operation.http as readonly [string, string];
  const optional = operation.input.safeParse({}).success || operation.name === 'sessions.refresh' ? ' = {}' : '';
  const repeat = operation.readonly ? 'safe' : operation.scope === 'public' ? 'never' : 'keyed';
  const text = [operation.summary, operation.description].filter(Boolean).join('. ').replaceAll('*/', '');
  return `  /** ${text} */
  ${camel(name)} = (input: ${name}Input${optional}, options?: CallOptions): Promise<${name}Output> =>
    this.send({ method: '${verb}', path: '${path}', repeat: '${repeat}'${operation.file ? `, answers: '${operation.file}'` : ''} }, input, options);`;
}

function candleFile(): string {
  const { id, path, summary, description } = CANDLE_FILE;
  return `  /** ${summary}. ${description} */
  ${camel(pascal(id))} = (input: { uploadId: Id; file: FileBody }, options?: CallOptions): Promise<CandleUpload> =>
    this.send({ method: 'PUT', path: '${path}', repeat: 'safe', file: 'file' }, input, options);`;
}

/** The name of the client's method of an operation. */
export const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const comment = (schema: Json, indent = ''): string =>
  schema['description'] ? `${indent}/** ${String(schema['description']).replaceAll('*/', '')} */\n` : '';

const declaration = (name: string, schema: Json): string =>
  `${comment(schema)}export type ${name} = ${write(schema, '')};`;

/** JSON Schema as a TypeScript type; what TypeScript cannot say becomes unknown. */
function write(schema: Json, indent: string): string {
  const inner = (one: Json) => write(one, indent);
  const reference = schema['$ref'];
  if (typeof reference === 'string') return reference.split('/').at(-1) as string;
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum'])) return schema['enum'].map((one) => JSON.stringify(one)).join(' | ');
  const options = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined;
  if (options) return [...new Set(options.map(inner))].join(' | ');
  const { type, allOf } = schema;
  if (Array.isArray(type)) return type.map((one) => inner({ ...schema, type: one })).join(' | ');
  switch (type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return `Array<${inner((schema['items'] ?? {}) as Json)}>`;
    case 'object':
      return object(schema, indent);
    default:
      return Array.isArray(allOf) ? (allOf as Json[]).map((one) => `(${inner(one)})`).join(' & ') : 'unknown';
  }
}

function object(schema: Json, indent: string): string {
  const required = new Set((schema['required'] ?? []) as string[]);
  const deeper = `${indent}  `;
  const fields = Object.entries((schema['properties'] ?? {}) as Record<string, Json>).map(
    ([name, field]) =>
      `${comment(field, deeper)}${deeper}${/^\w+$/.test(name) ? name : JSON.stringify(name)}${required.has(name) ? '' : '?'}: ${write(field, deeper)};\n`,
  );
  const rest = schema['additionalProperties'];
  if (fields.length === 0 && typeof rest === 'object') return `Record<string, ${write(rest as Json, indent)}>`;
  return fields.length === 0 ? 'Record<string, never>' : `{\n${fields.join('')}${indent}}`;
}
