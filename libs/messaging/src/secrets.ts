import { isSecret } from '@tidegate/contracts/kernel/types';
import { z } from 'zod';

/*
 * Finds the secret fields of a schema and maps them in a value of that shape. Works on values that were not validated
 * yet: what does not have the expected shape is left alone for the validation to refuse.
 */
type Mapper = (text: string) => string;

const cache = new WeakMap<z.ZodType, boolean>();

export function hasSecrets(schema: z.ZodType): boolean {
  const known = cache.get(schema);
  if (known !== undefined) return known;
  cache.set(schema, false); // a recursive schema asks again on its way down
  const found = isSecret(schema) || children(schema).some(hasSecrets);
  cache.set(schema, found);
  return found;
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

function children(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodObject) return Object.values(schema.shape as Record<string, z.ZodType>);
  if (schema instanceof z.ZodArray) return [schema.element as z.ZodType];
  if (schema instanceof z.ZodUnion) return schema.options as z.ZodType[];
  if (schema instanceof z.ZodPipe) return [schema.def.in as z.ZodType];
  const inner = (schema.def as { innerType?: z.ZodType }).innerType;
  return inner ? [inner] : [];
}
