import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { description, type Json, type JsonObject, named, type Operation, resolve, type Schema } from './description.ts';
import { isObject, typed } from './forms.ts';
import { refuseBeyondLimits } from './limits.ts';
import { DoubleFault, invalid, type Refusal } from './refusal.ts';

/** A schema is used a few times in a process: making its validator quickly counts for more than a quick validator. */
const ajv = new Ajv2020({ strict: false, validateFormats: false, inlineRefs: false, code: { optimize: false } });
const compiled = new Map<string, ValidateFunction>();

/** Each schema is compiled when it is first needed, with the few that it refers to. */
function validator(key: string, schema: Schema): ValidateFunction {
  const known = compiled.get(key);
  if (known) return known;
  const $defs: Record<string, Schema> = {};
  collect(schema, $defs);
  const check = ajv.compile({ ...schema, $defs });
  compiled.set(key, check);
  return check;
}

function collect(value: unknown, into: Record<string, Schema>): void {
  if (typeof value !== 'object' || value === null) return;
  const ref = (value as Schema).$ref;
  if (typeof ref === 'string') {
    const name = ref.slice('#/$defs/'.length);
    if (into[name]) return;
    into[name] = named(name);
    collect(into[name], into);
    return;
  }
  for (const inner of Object.values(value)) collect(inner, into);
}

/** Parameters as the operation's schema types them, or Stripe's refusal of them. */
export function readParams(name: string, operation: Operation, raw: JsonObject): JsonObject {
  const params = typed(raw, operation.params) as JsonObject;
  const check = validator(`params ${name}`, operation.params);
  if (!check(params)) throw refusalOf(check.errors ?? [], params);
  refuseBeyondLimits(params);
  return params;
}

/** Of the errors of all variants, the one that got furthest into the value says most. */
function refusalOf(errors: ErrorObject[], params: Json): Refusal {
  const depth = (error: ErrorObject) => error.instancePath.split('/').length;
  const rank = (error: ErrorObject) => depth(error) * 10 + (error.keyword === 'additionalProperties' ? 1 : 0);
  const worst = errors.filter((error) => error.keyword !== 'anyOf').sort((a, b) => rank(b) - rank(a))[0] ?? errors[0];
  const { additionalProperty, missingProperty } = (worst?.params ?? {}) as Record<string, string | undefined>;
  const at = (worst?.instancePath ?? '').split('/').slice(1);
  const param = (path: (string | undefined)[]) => path.map((part, i) => (i === 0 ? part : `[${part}]`)).join('');
  if (worst?.keyword === 'additionalProperties') {
    const unknown = param([...at, additionalProperty]);
    return invalid(`Received unknown parameter: ${unknown}`, unknown, 'parameter_unknown');
  }
  if (worst?.keyword === 'required') {
    const lacking = param([...at, missingProperty]);
    return invalid(`Missing required param: ${lacking}.`, lacking, 'parameter_missing');
  }
  const given = JSON.stringify(
    at.reduce<Json | undefined>((value, key) => (value as JsonObject | undefined)?.[key], params),
  );
  if (worst?.keyword === 'enum' || worst?.keyword === 'const') {
    const allowed = ((worst.params as { allowedValues?: Json[] }).allowedValues ?? []).join(', ');
    return invalid(`Invalid ${param(at)}: must be one of ${allowed}`, param(at));
  }
  const wanted = (worst?.params as { type?: string } | undefined)?.type;
  if (wanted === 'number') return invalid(`Invalid integer: ${given}`, param(at), 'parameter_invalid_integer');
  return invalid(`Invalid ${wanted}: ${given}`, param(at));
}

/** What the double answers must be what Stripe would: the envelope by the operation, each object in it by its type. */
export function checkAnswer(name: string, operation: Operation, answer: Json): void {
  check(`the answer of ${name}`, validator(`answer ${name}`, operation.answer), answer);
  checkObjects(name, answer);
}

export function checkObjects(where: string, value: Json): void {
  if (Array.isArray(value)) for (const inner of value) checkObjects(where, inner);
  else if (isObject(value)) {
    const type = value['object'];
    const names = typeof type === 'string' ? description().objects[type] : undefined;
    const deleted = value['deleted'] === true;
    const name = names?.find((one) => names.length === 1 || /(^|\.)Deleted/.test(one) === deleted);
    if (name) check(`${type} in ${where}`, validator(`object ${name}`, { $ref: `#/$defs/${name}` }), value);
    for (const inner of Object.values(value)) checkObjects(where, inner);
  }
}

function check(what: string, validate: ValidateFunction, value: Json): void {
  if (validate(value)) return;
  const faults = (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
  throw new DoubleFault(`${what} is not what the description says: ${faults.slice(0, 8).join('; ')}`);
}

/** Null or an empty list for each required field of the schema that may be so and is not given. */
export function blank(type: string): JsonObject {
  const known = blanks.get(type);
  if (known) return known;
  const names = description().objects[type] ?? [];
  const schema = named(names.find((name) => !/(^|\.)Deleted/.test(name)) ?? '');
  const fields: JsonObject = {};
  for (const [field, of] of Object.entries(schema.properties ?? {})) {
    if (!schema.required?.includes(field)) continue;
    const variants = [of, ...(of.anyOf ?? [])].map(resolve);
    if (variants.some((one) => one.type === 'null' || (Array.isArray(one.type) && one.type.includes('null'))))
      fields[field] = null;
    else if (of.type === 'array') fields[field] = [];
  }
  blanks.set(type, fields);
  return fields;
}
const blanks = new Map<string, JsonObject>();
