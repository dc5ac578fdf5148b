import { isSecret } from '@tidegate/contracts/kernel/types';
import { z } from 'zod';

export type Json = Record<string, unknown>;
type Side = 'input' | 'output';

/** A set of contracts as JSON Schema, with its named models as shared components. */
export interface SchemaBook {
  input(key: string): Json;
  output(key: string): Json;
  components: Json;
}

/*
 * Inputs and outputs of one model differ: an input may leave out what has a default and refuses unknown fields; an
 * output has every field and may gain more, so that a new field breaks no strict client. Where they do, the input's
 * component is called `<Model>Input`. A kind of schema that JSON Schema cannot express is refused.
 */
export function schemaBook(inputs: Record<string, z.ZodType>, outputs: Record<string, z.ZodType>): SchemaBook {
  const asked = convert(inputs, 'input');
  const outgoing = convert(outputs, 'output');
  const differing = findDiffering(asked.models, outgoing.models);
  const nameOf = (side: Side) => (id: string) => (side === 'input' && differing.has(id) ? `${id}Input` : id);
  const place = (side: Side, schema: unknown) => rename(schema, nameOf(side)) as Json;
  const components: Json = {};
  for (const [id, model] of Object.entries(outgoing.models)) components[id] = place('output', model);
  for (const [id, model] of Object.entries(asked.models)) components[nameOf('input')(id)] = place('input', model);
  const read = (side: Side, roots: Json) => (key: string) => {
    const root = roots[key];
    if (!root) throw new Error(`There is no ${side} schema of ${key}.`);
    return place(side, root);
  };
  return {
    input: read('input', asked.roots),
    output: read('output', outgoing.roots),
    components: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** All of one side at once, so that a name means one model; zod refuses two models with the same name. */
function convert(schemas: Record<string, z.ZodType>, io: Side): { roots: Json; models: Record<string, Json> } {
  const { properties, $defs } = z.toJSONSchema(z.object(schemas), {
    io,
    unrepresentable: 'throw',
    cycles: 'ref',
    override: ({ zodSchema, jsonSchema }) => {
      delete jsonSchema['id'];
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (io === 'input' && isSecret(zodSchema as unknown as z.ZodType)) jsonSchema.writeOnly = true;
    },
  }) as { properties?: Json; $defs?: Record<string, Json> };
  return { roots: properties ?? {}, models: $defs ?? {} };
}

/** Models whose two sides differ, also in what they refer to. */
function findDiffering(asked: Record<string, Json>, outgoing: Record<string, Json>): Set<string> {
  const shared = Object.keys(asked).filter((id) => outgoing[id]);
  const differing = new Set(shared.filter((id) => JSON.stringify(asked[id]) !== JSON.stringify(outgoing[id])));
  for (let before = -1; before !== differing.size; ) {
    before = differing.size;
    for (const id of shared) if (refsOf(asked[id]).some((ref) => differing.has(ref))) differing.add(id);
  }
  return differing;
}

const DEFS = '#/$defs/';

function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner.slice(DEFS.length)] : refsOf(inner),
  );
}

function rename(value: unknown, nameOf: (id: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => rename(one, nameOf));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string'
        ? `#/components/schemas/${nameOf(inner.slice(DEFS.length))}`
        : rename(inner, nameOf),
    ]),
  );
}

/** The schema that a reference points to, with the keywords beside the reference. */
export function resolve(schema: Json, components: Json): Json {
  const ref = schema['$ref'];
  if (typeof ref !== 'string') return schema;
  const { $ref: _ref, ...beside } = schema;
  return { ...resolve(components[ref.split('/').at(-1) ?? ''] as Json, components), ...beside };
}

/** The objects that a schema may be: itself, or each of its choices. */
export function shapesOf(schema: Json, components: Json): Json[] {
  const own = resolve(schema, components);
  const choices = (own['oneOf'] ?? own['anyOf']) as Json[] | undefined;
  return choices ? choices.flatMap((choice) => shapesOf(choice, components)) : [own];
}

/** The schema without some of its fields; the unchanged reference where it has none of them. */
export function without(schema: Json, names: ReadonlySet<string>, components: Json): Json {
  const has = (shape: Json) => Object.keys((shape['properties'] ?? {}) as Json).some((name) => names.has(name));
  if (!shapesOf(schema, components).some(has)) return schema;
  const own = resolve(schema, components);
  const key = own['oneOf'] ? 'oneOf' : own['anyOf'] ? 'anyOf' : undefined;
  if (key) return { ...own, [key]: (own[key] as Json[]).map((choice) => without(choice, names, components)) };
  const properties = Object.entries((own['properties'] ?? {}) as Json).filter(([name]) => !names.has(name));
  const required = ((own['required'] ?? []) as string[]).filter((name) => !names.has(name));
  const { required: _required, ...rest } = own;
  return { ...rest, properties: Object.fromEntries(properties), ...(required.length > 0 ? { required } : {}) };
}
