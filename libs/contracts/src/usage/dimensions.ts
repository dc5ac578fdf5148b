import { z } from 'zod';
import { Timestamp } from '../kernel/types.ts';
import { Figure } from './quantity.ts';

/** What an event said of each dimension; null where it said nothing. */
export const Dimensions = z
  .record(z.string(), z.string().nullable())
  .meta({ id: 'Dimensions', description: 'By dimension; null: the events said nothing of it' });

export const groupBy = z
  .array(z.string().max(31))
  .min(1)
  .max(4)
  .optional()
  .meta({ description: 'Dimensions of the meter by which to add up; repeat it for several', examples: [['model']] });

export const filter = z
  .array(
    z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,30}:/, 'a dimension, a colon and a value, such as model:small')
      .max(140),
  )
  .max(4)
  .optional()
  .meta({
    description: 'Only what has this value, as `dimension:value`; repeat it for several dimensions',
    examples: [['model:small']],
  });

const group = {
  dimensions: Dimensions,
  others: z.boolean().meta({
    description: 'true: the combinations that are not listed or were not counted apart, all together',
  }),
};

/** A combination in one window. */
export const UsageGroup = z.object({ ...group, used: Figure }).meta({ id: 'UsageGroup' });
export type UsageGroup = z.infer<typeof UsageGroup>;

/** The API key that used, as far as it is known still. */
export const UsageKey = z
  .object({
    id: z.string(),
    prefix: z.string().meta({ description: 'How the key begins, to tell which it is' }),
    name: z.string().nullable().meta({ description: 'null: it cannot be told at present, or not any more' }),
    endedAt: Timestamp.nullable().meta({ description: 'When it was revoked or expired; null while it is valid' }),
  })
  .meta({ id: 'UsageKey' });
export type UsageKey = z.infer<typeof UsageKey>;

/** A combination step by step. */
export const HistoryGroup = z
  .object({
    ...group,
    key: UsageKey.nullable().optional().meta({
      description: 'With `by=key`; null: no key, such as a person in a browser, or what was counted before keys were',
    }),
    source: z.string().nullable().optional().meta({
      description: 'With `by=source`; null: counted before sources were',
    }),
    total: Figure,
    items: z
      .array(z.object({ start: Timestamp, quantity: Figure, events: z.int().nullable() }))
      .meta({ description: 'Only steps in which something was counted' }),
  })
  .meta({ id: 'HistoryGroup' });
export type HistoryGroup = z.infer<typeof HistoryGroup>;
