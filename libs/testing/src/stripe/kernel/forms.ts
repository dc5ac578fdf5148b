import type { Json, JsonObject, Schema } from './description.ts';
import { resolve } from './description.ts';
import { invalid } from './refusal.ts';

/** `a[b][0][c]=x` and `a[]=x` as objects whose values are text; lists become lists when the schema is known. */
export function decodeForm(text: string): JsonObject {
  const form: JsonObject = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const path = key.match(/^[^[\]]+|(?<=\[)[^[\]]*(?=\])/g);
    if (!path) throw invalid(`Invalid request: cannot read the parameter ${key}`);
    put(form, path, value);
  }
  return form;
}

function put(form: JsonObject, path: string[], value: string): void {
  let place = form;
  path.forEach((part, depth) => {
    const key = part === '' ? String(Object.keys(place).length) : part;
    if (depth === path.length - 1) {
      place[key] = value;
      return;
    }
    const inner = place[key];
    place[key] = isObject(inner) ? inner : {};
    place = place[key] as JsonObject;
  });
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Text as the schema's type; what does not fit stays as it is, for the validation to refuse. */
export function typed(value: Json, schema: Schema): Json {
  const variants = variantsOf(schema);
  if (isObject(value)) {
    const list = variants.find((one) => one.type === 'array');
    if (list && Object.keys(value).every((key) => /^\d+$/.test(key))) return listOf(value, list);
    const object =
      variants.find((one) => one.type === 'object' && fits(value, one)) ??
      variants.find((one) => one.type === 'object');
    return object ? objectOf(value, object) : value;
  }
  if (typeof value !== 'string') return value;
  if (variants.some((one) => one.enum?.includes(value))) return value;
  if (variants.some((one) => one.type === 'number') && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (variants.some((one) => one.type === 'boolean') && /^(true|false)$/.test(value)) return value === 'true';
  return value;
}

function variantsOf(schema: Schema): Schema[] {
  const found = resolve(schema);
  return found.anyOf ? found.anyOf.flatMap(variantsOf) : [found];
}

const fits = (value: JsonObject, schema: Schema): boolean =>
  Object.keys(value).every((key) => schema.properties?.[key] || schema.additionalProperties);

function listOf(value: JsonObject, schema: Schema): Json {
  const keys = Object.keys(value).sort((a, b) => Number(a) - Number(b));
  return keys.map((key) => typed(value[key] as Json, schema.items ?? {}));
}

function objectOf(value: JsonObject, schema: Schema): Json {
  const others = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, typed(inner, schema.properties?.[key] ?? others)]),
  );
}
