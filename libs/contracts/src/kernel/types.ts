import { z } from 'zod';

/** uuid, version 7 when we made it. */
export const Id = z.uuid().meta({ id: 'Id' });

/** An instant in UTC, ISO 8601 with `Z`. */
export const Timestamp = z.iso.datetime().meta({ id: 'Timestamp' });

/** An exact decimal as text, never a float. At most 40 digits on either side of the point. */
export const Decimal = z
  .string()
  .regex(/^-?\d{1,40}(\.\d{1,40})?$/, 'a decimal number as text, such as "12.50"')
  .meta({ id: 'Decimal' });

/** An exact decimal greater than zero. */
export const PositiveDecimal = Decimal.refine((text) => !text.startsWith('-') && /[1-9]/.test(text), {
  error: 'a decimal number greater than zero',
}).meta({ id: 'PositiveDecimal' });

export const Empty = z.object({}).meta({ id: 'Empty' });

const secretSchemas = new WeakSet<z.ZodType>();

/**
 * Marks a string as secret: it is sealed for the receiving service while it crosses the bus, `writeOnly` in
 * OpenAPI and never logged.
 */
export function secret<S extends z.ZodType<string>>(schema: S): S {
  const marked = schema.meta({ format: 'password' }) as S;
  secretSchemas.add(marked);
  return marked;
}

export function isSecret(schema: z.ZodType): boolean {
  return secretSchemas.has(schema);
}

/** A page of items with an opaque cursor for the next one; no cursor on the last page. */
export function page<I extends z.ZodType>(item: I) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}

/** The query fields of every paged list; spread into its input. */
export const pageQuery = {
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
};

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
