import { z } from 'zod';

/** The cheapest add-on that gives more of a feature, with the plan to which it is added. */
export const UpgradeAddon = z
  .object({
    product: z.string().meta({ examples: ['monitoring'] }),
    plan: z.string().meta({
      description: 'The own plan, or the cheapest that is paid for and can have it where the own one costs nothing',
      examples: ['starter'],
    }),
    planName: z.string().meta({ examples: ['Starter'] }),
    addon: z.string().meta({ examples: ['extra_member'] }),
    addonName: z.string().meta({ examples: ['Extra member'] }),
    quantity: z
      .int()
      .min(1)
      .optional()
      .meta({
        description: 'How many more of it are needed for what was asked; absent: one',
        examples: [2],
      }),
    limit: z.int().min(0).nullable().meta({
      description: 'What is allowed with so many more of it; null is unlimited, a yes for a yes/no feature, or a level',
    }),
    level: z
      .string()
      .optional()
      .meta({ description: 'The level that it gives, of a feature with levels', examples: ['premium'] }),
    each: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'What one of it adds, of a feature with numbers', examples: [1] }),
    most: z
      .int()
      .min(1)
      .nullable()
      .optional()
      .meta({
        description: 'How many more of it can be had, of a feature with numbers; null: any number',
        examples: [5],
      }),
  })
  .meta({ id: 'UpgradeAddon' });
export type UpgradeAddon = z.infer<typeof UpgradeAddon>;

/** A sentence for people: what gives more, one way or the other; empty where nothing does. */
export function allowMore(...ways: (string | null | undefined)[]): string {
  const named = ways.filter(Boolean).join(', or ');
  return named && `${named.charAt(0).toUpperCase()}${named.slice(1)} allows more.`;
}
