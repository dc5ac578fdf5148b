import type { Operation } from '@tidegate/contracts/kernel/operation';
import { isSecret } from '@tidegate/contracts/kernel/types';
import { z } from 'zod';

/*
 * Finds the secret fields of a schema and maps them in a value of that shape. Works on values before validation: what
 * does not have the expected shape is left for the validation to refuse. A secret that could not be found in a value,
 * and an unknown kind of schema, are refused: every contract is checked when its operation is served or mounted, so
 * such a contract fails the start.
 */
type Mapper = (text: string) => string;

const cache = new WeakMap<z.ZodType, boolean>();

export function hasSecrets(schema: z.ZodType): boolean {
  const known = cache.get(schema);
  if (known !== undefined) return known;
  cache.set(schema, false); // a recursive schema gets here again on its way down
  try {
    const found = isSecret(schema) || children(schema).filter(hasSecrets).length > 0;
    cache.set(schema, found);
    return found;
  } catch (error) {
    cache.delete(schema);
    throw error;
  }
}

/** Called at the start for everything that is served: throws when a secret could be overlooked. */
export function checkSecrets(operation: Operation): void {
  try {
    hasSecrets(operation.input);
    hasSecrets(operation.output);
  } catch (error) {
    throw new Error(`${operation.subject}: ${(error as Error).message}`, { cause: error });
  }
}

export function mapSecrets(schema: z.ZodType, value: unknown, map: Mapper): unknown {
  if (!hasSecrets(schema)) return value;
  if (isSecret(schema)) return typeof value === 'string' ? map(value) : value;
  if (schema instanceof z.ZodObject) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const shape = schema.shape as Record<string, z.ZodType>;
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => {
        const inner = Object.hasOwn(shape, key) ? shape[key] : undefined;
        return [key, inner ? mapSecrets(inner, field, map) : field];
      }),
    );
  }
  if (schema instanceof z.ZodArray) {
    return Array.isArray(value) ? value.map((item) => mapSecrets(schema.element as z.ZodType, item, map)) : value;
  }
  if (schema instanceof z.ZodUnion) {
    const options = (schema.options as z.ZodType[]).filter(hasSecrets);
    const fitting = options.find((option) => discriminatorFits(option, value)) ?? options[0];
    return fitting ? mapSecrets(fitting, value, map) : value;
  }
  const inner = children(schema)[0];
  return inner && value !== undefined && value !== null ? mapSecrets(inner, value, map) : value;
}

/** An option whose literal fields all equal the value's. */
function discriminatorFits(option: z.ZodType, value: unknown): boolean {
  if (!(option instanceof z.ZodObject) || typeof value !== 'object' || value === null) return false;
  return Object.entries(option.shape as Record<string, z.ZodType>).every(
    ([key, field]) => !(field instanceof z.ZodLiteral) || field.values.has((value as Record<string, never>)[key]),
  );
}

/** Kinds that hold nothing else. */
const LEAVES: ReadonlySet<string> = new Set([
  ...['string', 'number', 'int', 'boolean', 'enum', 'literal', 'null', 'undefined', 'void', 'date', 'bigint'],
  ...['unknown', 'any', 'never', 'template_literal'],
]);
/** Kinds around one other: `mapSecrets` goes into it. */
const WRAPPERS: ReadonlySet<string> = new Set([
  ...['optional', 'nullable', 'default', 'prefault', 'nonoptional', 'readonly', 'catch'],
]);

interface Def {
  type: string;
  innerType?: z.ZodType;
  in?: z.ZodType;
  out?: z.ZodType;
  left?: z.ZodType;
  right?: z.ZodType;
  keyType?: z.ZodType;
  valueType?: z.ZodType;
  items?: z.ZodType[];
  catchall?: z.ZodType;
  getter?: () => z.ZodType;
}

/** The schemas in which a secret is found. In others of a schema's parts there must be none. */
function children(schema: z.ZodType): z.ZodType[] {
  const def = schema.def as unknown as Def;
  switch (def.type) {
    case 'object':
      mustHaveNone(def.type, [def.catchall]);
      return Object.values((schema as z.ZodObject).shape as Record<string, z.ZodType>);
    case 'array':
      return [(schema as z.ZodArray).element as z.ZodType];
    case 'union':
      return distinguished((schema as z.ZodUnion).options as z.ZodType[]);
    case 'pipe':
      mustHaveNone(def.type, [def.out]);
      return [def.in as z.ZodType];
    case 'record':
      return mustHaveNone(def.type, [def.keyType, def.valueType]);
    case 'intersection':
      return mustHaveNone(def.type, [def.left, def.right]);
    case 'tuple':
      return mustHaveNone(def.type, def.items ?? []);
    case 'lazy':
      return mustHaveNone(def.type, [def.getter?.()]);
    case 'transform':
      return [];
  }
  if (WRAPPERS.has(def.type)) return [def.innerType as z.ZodType];
  if (LEAVES.has(def.type)) return [];
  throw new Error(`Nobody knows where a secret would be in a schema of the kind "${def.type}". Say so in secrets.ts.`);
}

/** Where several options have secrets, a literal must say which one a value is. */
function distinguished(options: z.ZodType[]): z.ZodType[] {
  const telling = (option: z.ZodType) =>
    option instanceof z.ZodObject && Object.values(option.shape).some((field) => field instanceof z.ZodLiteral);
  const having = options.filter(hasSecrets);
  if (having.length < 2 || having.every(telling)) return options;
  throw new Error('Several options of a union have secrets, and no literal field says which one a value is.');
}

function mustHaveNone(kind: string, parts: readonly (z.ZodType | undefined)[]): [] {
  if (!parts.some((part) => part && hasSecrets(part))) return [];
  throw new Error(`A secret in a schema of the kind "${kind}" would cross the bus in the clear. Put it in an object.`);
}
