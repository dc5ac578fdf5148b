import { z } from 'zod';

/** `servers`, `api_calls`, …: one name for a feature in the catalogue, the code, the metrics and the responses. */
export const FeatureKey = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'lower-case letters, digits and underscores, beginning with a letter')
  .meta({
    id: 'FeatureKey',
    description: 'Name of a feature; a metered feature and its meter share it',
    examples: ['api_calls', 'servers'],
  });
export type FeatureKey = z.infer<typeof FeatureKey>;

/** A whole number that both JavaScript and Postgres hold exactly. `null` is unlimited. */
export const Limit = z
  .int()
  .min(0)
  .nullable()
  .meta({ id: 'Limit', description: 'The most that is allowed; null is unlimited' });

/** How many may exist at once: the service that owns the things counts them when it creates one. */
export const CountedGrant = z.object({ kind: z.literal('counted'), limit: Limit }).meta({ id: 'CountedGrant' });

/** A number the plan sets, such as days of retention. */
export const StaticGrant = z.object({ kind: z.literal('static'), value: z.int().min(0) }).meta({ id: 'StaticGrant' });

export const BooleanGrant = z.object({ kind: z.literal('boolean'), value: z.boolean() }).meta({ id: 'BooleanGrant' });

/** How far a customer may use a part of the product. Each level includes those before it. */
export const LEVELS = ['none', 'basic', 'premium', 'unlimited'] as const;
export const Level = z.enum(LEVELS).meta({ id: 'Level' });
export type Level = z.infer<typeof Level>;

/** How much of a feature. */
export const GrantValue = z
  .union([z.int().min(0), z.boolean(), Level, z.null()])
  .meta({ id: 'GrantValue', description: 'A number (null is unlimited), yes or no, or a level', examples: [5] });

export const LevelGrant = z.object({ kind: z.literal('level'), level: Level }).meta({ id: 'LevelGrant' });

/**
 * What a metered limit applies to. hour: of UTC. day: from midnight to midnight in the organisation's time zone. month: of
 * the subscription's periods. period: what is paid at a time, a month or a year. ever: all use there has been.
 */
export const QuotaWindow = z.enum(['hour', 'day', 'month', 'period', 'ever']).meta({ id: 'QuotaWindow' });
export type QuotaWindow = z.infer<typeof QuotaWindow>;

/** hard: refused at the limit. soft: counted and reported. overage: use beyond the limit is charged. */
export const Enforcement = z.enum(['hard', 'soft', 'overage']).meta({ id: 'Enforcement' });
export type Enforcement = z.infer<typeof Enforcement>;

/** What is left of a window can be used in the windows after it. */
export const Rollover = z
  .object({
    max: z.int().min(1).meta({ description: 'At most so many units are carried at any time' }),
    periods: z.int().min(1).meta({ description: 'For so many windows after their own' }),
  })
  .meta({ id: 'Rollover' });
export type Rollover = z.infer<typeof Rollover>;

/** How much may be used per window. The feature's key is the meter's name. */
export const MeteredGrant = z
  .object({
    kind: z.literal('metered'),
    limit: Limit,
    enforcement: Enforcement,
    ceiling: Limit.meta({
      description: 'Use never passes it: the limit when hard, more with a grace, null when nothing is refused',
    }),
    per: QuotaWindow,
    rollover: Rollover.optional().meta({ description: 'absent: what is left of a window is gone with it' }),
  })
  .meta({ id: 'MeteredGrant' });
export type MeteredGrant = z.infer<typeof MeteredGrant>;

export const FeatureGrant = z
  .discriminatedUnion('kind', [CountedGrant, StaticGrant, BooleanGrant, LevelGrant, MeteredGrant])
  .meta({ id: 'FeatureGrant' });
export type FeatureGrant = z.infer<typeof FeatureGrant>;
export type FeatureKind = FeatureGrant['kind'];
