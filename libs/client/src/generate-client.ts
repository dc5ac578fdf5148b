import type { Operation } from '@tidegate/contracts/kernel/operation';
import { z } from 'zod';

type Schema = Record<string, unknown>;

/** Source of the typed client: one method per operation, types written out, nothing to install beside it. */
export function clientSource(operations: Operation[]): string {
  const mounted = operations.filter((operation) => operation.http);
  const types = mounted.map((operation) => {
    const name = pascal(operation.name);
    return `export type ${name}Input = ${typeOf(operation.input, 'input')};\nexport type ${name}Output = ${typeOf(operation.output, 'output')};`;
  });
  const methods = mounted.map((operation) => {
    const name = pascal(operation.name);
    const [method, path] = operation.http as readonly [string, string];
    const optional = operation.input.safeParse({}).success ? ' = {}' : '';
    return `  /** ${operation.summary.replaceAll('*/', '')} */\n  ${camel(name)} = (input: ${name}Input${optional}) =>\n    this.send<${name}Output>('${method}', '${path}', input);`;
  });
  return `/* Made from the contracts by \`npm run generate\`: do not edit. */
import { Transport } from '../transport.ts';

${types.join('\n\n')}

export class TidegateClient extends Transport {
${methods.join('\n\n')}
}
`;
}

const pascal = (name: string): string =>
  name
    .split(/[.-]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function typeOf(schema: z.ZodType, io: 'input' | 'output'): string {
  const json = z.toJSONSchema(schema, { io, unrepresentable: 'any', cycles: 'ref' }) as Schema;
  const definitions = (json['$defs'] ?? {}) as Record<string, Schema>;
  return write(json, definitions, 0);
}

/** JSON Schema as a TypeScript type; what TypeScript cannot say becomes unknown. */
function write(schema: Schema, definitions: Record<string, Schema>, depth: number): string {
  if (depth > 24) return 'unknown';
  const inner = (one: Schema) => write(one, definitions, depth + 1);
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const target = definitions[reference.replace('#/$defs/', '')];
    return target ? inner(target) : 'unknown';
  }
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum'])) return schema['enum'].map((one) => JSON.stringify(one)).join(' | ');
  const options = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (options) return options.map(inner).join(' | ');
  if (Array.isArray(schema['allOf'])) return (schema['allOf'] as Schema[]).map(inner).join(' & ');
  const { type } = schema;
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
      return `Array<${inner((schema['items'] ?? {}) as Schema)}>`;
    case 'object':
      return object(schema, inner);
    default:
      return 'unknown';
  }
}

function object(schema: Schema, inner: (one: Schema) => string): string {
  const required = new Set((schema['required'] ?? []) as string[]);
  const fields = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).map(
    ([name, field]) =>
      `${/^\w+$/.test(name) ? name : JSON.stringify(name)}${required.has(name) ? '' : '?'}: ${inner(field)}`,
  );
  const rest = schema['additionalProperties'];
  if (fields.length === 0 && typeof rest === 'object') return `Record<string, ${inner(rest as Schema)}>`;
  return fields.length === 0 ? 'Record<string, never>' : `{ ${fields.join('; ')} }`;
}
