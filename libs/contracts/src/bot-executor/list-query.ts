import { z } from 'zod';

/** Asks a list how much it has in all. */
export const count = z
  .boolean()
  .default(false)
  .meta({ description: 'true: the first page also says how many there are, in all and of each kind' });

const Count = z.int().min(0);

type Counts<Kind extends string> = z.ZodObject<Record<Kind | 'total', typeof Count>>;

/** How many there are in all, and of each kind. Nothing is counted unless `count` asks for it, and once for a list, not for each of its pages. */
export const countsOf = <Kind extends string>({ options }: { options: readonly Kind[] }, of: string) =>
  z
    .object(Object.fromEntries(['total', ...options].map((kind) => [kind, Count])))
    .nullable()
    .meta({
      description: `${of}; null unless \`count\` asks for it, and on further pages`,
    }) as unknown as z.ZodNullable<Counts<Kind>>;

export const searchedName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .optional()
  .meta({ description: 'A part of the name', examples: ['grid'] });
