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

/** How much may be used per period. The feature's key is the meter's name. */
export const MeteredGrant = z
  .object({
    kind: z.literal('metered'),
    limit: Limit,
    /** hard: refused at the limit. soft: counted and reported, never refused. */
    enforcement: z.enum(['hard', 'soft']),
    /** month: of the organisation's periods. day: from midnight to midnight in its time zone. */
    per: z.enum(['month', 'day']),
  })
  .meta({ id: 'MeteredGrant' });
export type MeteredGrant = z.infer<typeof MeteredGrant>;

export const FeatureGrant = z
  .discriminatedUnion('kind', [CountedGrant, StaticGrant, BooleanGrant, MeteredGrant])
  .meta({ id: 'FeatureGrant' });
export type FeatureGrant = z.infer<typeof FeatureGrant>;
export type FeatureKind = FeatureGrant['kind'];
