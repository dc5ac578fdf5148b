import { z } from 'zod';

/** Text without control characters, as a pattern that every regex dialect understands. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
export const PLAIN_TEXT = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** A UUID; ours are version 7. */
export const Id = z.uuid().meta({ id: 'Id' });

/** An instant in UTC, ISO 8601 with `Z`. */
export const Timestamp = z.iso.datetime().meta({ id: 'Timestamp' });

/**
 * An instant as callers may write it: with any offset, converted to UTC. Only for inputs; answers use `Timestamp`.
 * Years that Postgres does not support are refused, even when only the offset leads to one.
 */
export const Instant = z.iso
  .datetime({ offset: true })
  .max(35)
  .overwrite(toUtc)
  .refine((text) => /^\d{4}-/.test(text) && !text.startsWith('0000'), 'a year from 0001 to 9999')
  .meta({ id: 'Instant', description: 'An instant in ISO 8601 with `Z` or an offset such as `+01:00`' });

/** Anything else stays unchanged: the check before has refused it. */
function toUtc(text: string): string {
  const [, whole, fraction = '', offset] = /^(.{19})(\.\d+)?([+-]\d\d:\d\d)$/.exec(text) ?? [];
  const time = new Date(`${whole}${offset}`);
  return Number.isNaN(time.getTime()) ? text : time.toISOString().replace('.000Z', `${fraction}Z`);
}

/** Of an organisation: it can only be read, is never charged for, and nothing of it reaches anybody outside. */
export const IsDemo = z.boolean().meta({ description: 'Whether all of it is made up, to be looked at' });

/** An exact decimal as text, never a float. At most 40 digits on either side of the point. */
export const Decimal = z
  .string()
  .regex(/^-?\d{1,40}(\.\d{1,40})?$/, 'a decimal number as text, such as "12.50"')
  .meta({ id: 'Decimal', examples: ['12.50'] });

/** An exact decimal greater than zero. */
export const PositiveDecimal = Decimal.regex(
  /^(?=.*[1-9])\d{1,40}(\.\d{1,40})?$/,
  'a decimal number greater than zero',
).meta({ id: 'PositiveDecimal' });

export const Empty = z.object({}).meta({ id: 'Empty' });

const SECRET_FORMAT = 'password';
const secretSchemas = new WeakSet<z.ZodType>();

/**
 * Marks a string as secret: it is sealed for the receiving service on the bus, `writeOnly` in OpenAPI and never logged.
 */
export function secret<S extends z.ZodType<string>>(schema: S): S {
  const marked = schema.meta({ format: SECRET_FORMAT }) as S;
  secretSchemas.add(marked);
  return marked;
}

/** Even if it got a description later, which creates another object. */
export function isSecret(schema: z.ZodType): boolean {
  return secretSchemas.has(schema) || schema.meta()?.format === SECRET_FORMAT;
}

export const nextCursor = z
  .string()
  .optional()
  .meta({ description: '`cursor` of the next page; absent on the last page' });

/** A page of items with an opaque cursor for the next one; no cursor on the last page. */
export function page<I extends z.ZodType>(item: I) {
  return z.object({ items: z.array(item), nextCursor });
}

/** The query fields of every paged list; spread into its input. */
export const pageQuery = {
  limit: z.int().min(1).max(200).default(50).meta({ description: 'Items on a page' }),
  cursor: z
    .string()
    .max(1_000)
    .optional()
    .meta({ description: '`nextCursor` of the page before, unchanged; absent for the first page' }),
};

/** Of a list that can say how many there are; spread into its input. */
export const countQuery = {
  count: z.boolean().default(false).meta({ description: 'true: also how many there are in all' }),
};

/** Of a list that can be searched; spread into its input. */
export const searchQuery = (of: string) => ({
  search: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: `Part of ${of}, in any case`, examples: ['shop'] }),
});

/**
 * Of a list that can be sorted; spread into its input. `by` is how it may be sorted, with what it means where the name does not
 * say it; `first` is how it comes where nothing is asked for.
 */
export const sortQuery = <const By extends string>(by: readonly By[], first: By | `-${By}`, meaning = '') => ({
  sort: z
    .enum([...by, ...by.map((one) => `-${one}` as const)])
    .default(first as never)
    .meta({
      description: `From the lowest up, from a to z, the earliest first; with a minus the other way round${meaning && `. ${meaning}`}`,
    }),
});

/** A page that says how many there are, on all pages together. */
export function countedPage<I extends z.ZodType>(item: I) {
  return page(item).extend({
    total: z
      .int()
      .nullable()
      .meta({ description: 'How many there are of what is asked for; null unless `count` asks for it' }),
  });
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
