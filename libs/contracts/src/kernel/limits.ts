import type { z } from 'zod';
import type { Limit, Pattern } from './check-limits.ts';

/* Reads of a schema what a form has to know of each field. What a schema decides by a function of its own is not among it. */

type Schema = z.core.$ZodType;

interface CheckDef {
  check?: string;
  format?: string;
  pattern?: RegExp;
  minimum?: number;
  maximum?: number;
  length?: number;
  value?: number;
  inclusive?: boolean;
  error?: (issue: object) => unknown;
}

interface Def extends CheckDef {
  type: string;
  innerType?: Schema;
  in?: Schema;
  shape?: Record<string, Schema>;
  element?: Schema;
  options?: readonly Schema[];
  discriminator?: string;
  entries?: Record<string, string | number>;
  values?: readonly (string | number | boolean | null)[];
  checks?: readonly { _zod: { def: CheckDef } }[];
}

type Writable = { -readonly [K in keyof Limit]: Limit[K] };
type Found = Map<string, Writable>;

const defOf = (schema: Schema): Def => schema._zod.def as unknown as Def;

/** The limits of an operation's fields, by their paths. Ids are none that somebody types. */
export function limitsOf(schema: Schema): Record<string, Limit> {
  const found: Found = new Map();
  collect(schema, '', { required: true }, found);
  return Object.fromEntries(found);
}

interface Presence {
  required?: true;
  nullable?: true;
}

function collect(schema: Schema, path: string, presence: Presence, into: Found): void {
  const def = defOf(schema);
  const inner = def.innerType ?? def.in;
  if (MAY_BE_ABSENT.has(def.type)) collect(inner as Schema, path, presence.nullable ? { nullable: true } : {}, into);
  else if (def.type === 'nullable') collect(inner as Schema, path, { ...presence, nullable: true }, into);
  else if (WRAPS.has(def.type)) collect(inner as Schema, path, presence, into);
  else if (def.type === 'union') collectUnion(def, path, presence, into);
  else if (def.type === 'array') collectList(def, path, presence, into);
  else if (def.type === 'object') {
    for (const [name, field] of Object.entries(def.shape ?? {}))
      collect(field, path ? `${path}.${name}` : name, { required: true }, into);
  } else {
    const limit = ofScalar(def);
    if (limit && path) into.set(path, { ...limit, ...presence });
  }
}

const MAY_BE_ABSENT = new Set(['optional', 'default', 'prefault']);
const WRAPS = new Set(['readonly', 'nonoptional', 'catch', 'pipe']);

/** What all of them demand; what one lacks, nobody has to give. */
function collectUnion({ options: all = [], discriminator }: Def, path: string, presence: Presence, into: Found): void {
  const decides = path ? `${path}.${discriminator}` : discriminator;
  const options = all.filter((one) => defOf(one).type !== 'null');
  const given: Presence = { ...presence, ...(options.length < all.length && { nullable: true }) };
  const found = options.map((option) => {
    const own: Found = new Map();
    collect(option, path, given, own);
    return own;
  });
  for (const name of new Set(found.flatMap((one) => [...one.keys()]))) {
    const limits = found.flatMap((one) => one.get(name) ?? []);
    // Beside an option that is no field, such as a record, nothing is known of it.
    const isOne = name === path && limits.length < found.length;
    if (isOne) continue;
    const merged = limits.reduce<Writable | undefined>(loosest, limits[0]) ?? either(limits);
    if (limits.length < found.length) delete merged.required;
    if (name === decides) merged.decides = true;
    into.set(name, merged);
  }
}

const either = (options: readonly Writable[]): Writable => ({
  kind: 'either',
  ...(options.every(({ required }) => required) && { required: true as const }),
  options: options.map(({ required: _required, nullable: _nullable, ...own }) => own),
});

function loosest(one: Writable | undefined, other: Writable): Writable | undefined {
  if (!one || one.kind !== other.kind) return undefined;
  if (one === other) return { ...one };
  const both: Writable = { kind: one.kind };
  if (one.required && other.required) both.required = true;
  if (one.nullable || other.nullable) both.nullable = true;
  if (one.min !== undefined && other.min !== undefined) both.min = Math.min(one.min, other.min);
  if (one.max !== undefined && other.max !== undefined) both.max = Math.max(one.max, other.max);
  if (one.choices && other.choices) both.choices = [...new Set([...one.choices, ...other.choices])];
  if (one.each && JSON.stringify(one.each) === JSON.stringify(other.each)) both.each = one.each;
  if (one.patterns && textOf(one.patterns) === textOf(other.patterns)) both.patterns = one.patterns;
  return both;
}

const textOf = (patterns: Limit['patterns']) => JSON.stringify(patterns?.map(({ is, ...more }) => [String(is), more]));

function collectList(def: Def, path: string, presence: Presence, into: Found): void {
  const list: Writable = { kind: 'list', ...presence };
  bound(list, def);
  const inner: Found = new Map();
  collect(def.element as Schema, '*', {}, inner);
  const each = inner.get('*');
  if (each) list.each = each;
  if (path) into.set(path, list);
  for (const [name, limit] of inner) if (name !== '*') into.set(path ? `${path}.${name}` : name, limit);
}

const NO_FIELD = new Set(['uuid', 'guid']);

function ofScalar(def: Def): Writable | undefined {
  switch (def.type) {
    case 'boolean':
      return { kind: 'flag' };
    case 'enum':
      return { kind: 'choice', choices: Object.values(def.entries ?? {}) };
    case 'literal':
      return { kind: 'choice', choices: (def.values ?? []).filter((one) => one !== null) };
    case 'number': {
      const isWhole = [def, ...checksOf(def)].some(({ format }) => format?.includes('int'));
      const limit: Writable = { kind: isWhole ? 'integer' : 'number' };
      bound(limit, def);
      return limit;
    }
    case 'string': {
      if (NO_FIELD.has(def.format ?? '')) return undefined;
      if (def.format === 'datetime') return { kind: 'instant' };
      const limit: Writable = { kind: 'text' };
      bound(limit, def);
      return limit;
    }
    default:
      return undefined;
  }
}

const checksOf = ({ checks }: Def): CheckDef[] => (checks ?? []).map(({ _zod }) => _zod.def);

function bound(limit: Writable, def: Def): void {
  for (const check of [def, ...checksOf(def)]) {
    switch (check.check) {
      case 'min_length':
        tighten(limit, check.minimum, check);
        break;
      case 'max_length':
        limit.max = Math.min(limit.max ?? Number.POSITIVE_INFINITY, check.maximum as number);
        break;
      case 'length_equals':
        limit.min = check.length as number;
        limit.max = check.length as number;
        break;
      case 'greater_than':
        if (check.inclusive) tighten(limit, check.value, check);
        else limit.above = check.value as number;
        break;
      case 'less_than':
        if (check.inclusive) limit.max = Math.min(limit.max ?? Number.POSITIVE_INFINITY, check.value as number);
        else limit.below = check.value as number;
        break;
      case 'string_format':
        if (check.pattern) limit.patterns = [...(limit.patterns ?? []), patternOf(check, check.pattern)];
    }
  }
}

function tighten(limit: Writable, minimum: number | undefined, check: CheckDef): void {
  if (minimum === undefined || minimum <= (limit.min ?? Number.NEGATIVE_INFINITY)) return;
  limit.min = minimum;
  const says = wordsOf(check);
  if (says === undefined) delete limit.saysMin;
  else limit.saysMin = says;
}

function patternOf(check: CheckDef, is: RegExp): Pattern {
  const says = wordsOf(check);
  const isKnown = check.format !== undefined && check.format !== 'regex';
  return { is, ...(says !== undefined && { says }), ...(isKnown && { format: check.format as string }) };
}

/** What a check says in the contract's own words. */
function wordsOf({ error }: CheckDef): string | undefined {
  const said = error?.({});
  return typeof said === 'string' ? said : undefined;
}

/** All that a schema may say in words of its own, wherever in it. */
export function ownWords(schema: Schema, seen = new Set<Schema>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(schema)) return found;
  seen.add(schema);
  const def = defOf(schema);
  for (const check of [def, ...checksOf(def)]) {
    const said = wordsOf(check);
    if (said !== undefined) found.add(said);
  }
  const inner = [def.innerType, def.in, def.element, ...(def.options ?? []), ...Object.values(def.shape ?? {})];
  for (const one of inner) if (one) for (const said of ownWords(one, seen)) found.add(said);
  return found;
}
