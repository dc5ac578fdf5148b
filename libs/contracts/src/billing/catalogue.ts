import { z } from 'zod';
import { FeatureGrant, FeatureKey, Level, QuotaWindow } from './features.ts';
import { OneOffPrice, Percent, Price, UsagePrice } from './prices.ts';
import { ProductKey } from './products.ts';

/* What a catalogue sells. Everything is written out: nothing is unlimited or included because a field is missing. */

const key = (id: string, what: string, examples: string[]) =>
  z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'lower-case letters, digits, - and _, beginning with a letter')
    .meta({ id, description: what, examples });

export const PlanKey = key('PlanKey', 'Name of a plan, within its product', ['free', 'pro']);
export const AddonKey = key('AddonKey', 'Name of an add-on', ['extra_member']);
export const PackageKey = key('PackageKey', 'Name of a package', ['calls_1k']);

/** How the events of a metered feature become a number. */
export const MeterDefinition = z
  .object({
    aggregate: z.enum(['sum', 'count', 'unique', 'max', 'latest', 'time_weighted']),
    decimals: z.int().min(0).max(6).meta({ description: 'Digits behind the point that a quantity may have' }),
    groupBy: z.array(z.string()).max(4).meta({ description: 'Dimensions of an event that are reported apart' }),
    value: z.string().nullable().meta({ description: 'Where a CloudEvent carries the value; null: in `quantity`' }),
  })
  .meta({ id: 'MeterDefinition' });
export type MeterDefinition = z.infer<typeof MeterDefinition>;

export const FeatureInfo = z
  .object({
    key: FeatureKey,
    name: z.string(),
    unit: z.string(),
    description: z.string(),
    product: ProductKey.nullable().meta({ description: 'null: shared by all products' }),
    per: QuotaWindow.nullable().meta({ description: 'What a metered limit applies to; null for other kinds' }),
    coming: z.boolean().optional().meta({
      description: 'true: it is sold and granted, and cannot be used so far. Shown wherever it is sold',
    }),
  })
  .meta({ id: 'FeatureInfo' });
export type FeatureInfo = z.infer<typeof FeatureInfo>;

/** What a plan gives of a feature. Usage beyond the limit has a price for each currency when it is charged. */
export const PlanFeature = FeatureGrant.and(
  z.object({
    note: z.string().optional(),
    grace: z.int().min(1).optional().meta({ description: 'Per cent beyond a soft limit after which use is refused' }),
    price: z.record(z.string(), UsagePrice).optional().meta({ description: 'By currency: what overage costs' }),
  }),
).meta({ id: 'PlanFeature' });
export type PlanFeature = z.infer<typeof PlanFeature>;

export const Trial = z
  .object({
    days: z.int().min(1),
    card: z.boolean().meta({ description: 'Whether a payment method must be given before it begins' }),
  })
  .meta({ id: 'Trial', description: 'Once for each organisation' });

export const PauseTerms = z
  .object({
    days: z.int().min(1).meta({ description: 'After so many days a pause ends by itself' }),
    perYear: z.int().min(1).meta({ description: 'How many pauses may begin in any 365 days' }),
  })
  .meta({ id: 'PauseTerms', description: 'How customers may pause it; absent: they cannot' });

/** Members beyond `included` are paid by the add-on. */
export const Seats = z
  .object({ feature: FeatureKey, included: z.int().min(0), addon: AddonKey.nullable() })
  .meta({ id: 'Seats' });

export const Plan = z
  .object({
    product: ProductKey,
    plan: PlanKey,
    version: z.int().min(1),
    name: z.string(),
    description: z.string(),
    /** Given to organisations that have not chosen a plan of the product. */
    isDefault: z.boolean(),
    offered: z.boolean().meta({ description: 'false: only operators give it' }),
    approval: z.boolean().meta({ description: 'It begins when an operator approves the order' }),
    trial: Trial.nullable(),
    pause: PauseTerms.optional(),
    seats: Seats.nullable(),
    prices: z.array(Price),
    setup: z.array(OneOffPrice).meta({ description: 'Paid once, when it begins' }),
    revenueShare: Percent.nullable().meta({ description: 'Per cent of the revenue that is shared' }),
    features: z.record(FeatureKey, PlanFeature),
  })
  .meta({ id: 'Plan' });
export type Plan = z.infer<typeof Plan>;

/** What each unit of an add-on gives: numbers add to those of the plan, yes wins over no, the higher level over the lower. */
export const AddonFeature = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('boolean'), value: z.literal(true), note: z.string().optional() }),
    z.object({ kind: z.literal('level'), value: Level, note: z.string().optional() }),
    z.object({
      kind: z.enum(['counted', 'static', 'metered']),
      value: z.int().min(1).nullable().meta({ description: 'null is unlimited' }),
      note: z.string().optional(),
    }),
  ])
  .meta({ id: 'AddonFeature' });
export type AddonFeature = z.infer<typeof AddonFeature>;

export const Addon = z
  .object({
    product: ProductKey,
    addon: AddonKey,
    version: z.int().min(1),
    name: z.string(),
    description: z.string(),
    offered: z.boolean().meta({ description: 'false: only operators give it' }),
    plans: z.array(PlanKey).meta({ description: 'The plans of the product with which it can be had' }),
    max: z.int().min(1).nullable().meta({ description: 'How many at most; null: any number' }),
    prices: z.array(Price),
    setup: z.array(OneOffPrice).meta({ description: 'Paid once, when it begins' }),
    features: z.record(FeatureKey, AddonFeature),
  })
  .meta({ id: 'Addon' });
export type Addon = z.infer<typeof Addon>;

/** Prepaid usage, paid once. */
export const Package = z
  .object({
    package: PackageKey,
    name: z.string(),
    description: z.string(),
    offered: z.boolean().meta({ description: 'false: only operators give it' }),
    feature: FeatureKey,
    amount: z.int().min(1).meta({ description: 'How much of the feature it holds' }),
    expiresDays: z.int().min(1).nullable().meta({ description: 'Days until the rest expires; null: never' }),
    prices: z.array(OneOffPrice).min(1),
  })
  .meta({ id: 'Package' });
export type Package = z.infer<typeof Package>;

export const Product = z
  .object({
    product: ProductKey,
    name: z.string(),
    description: z.string(),
    defaultPlan: PlanKey.nullable().meta({ description: 'What every organisation has without paying; null: nothing' }),
  })
  .meta({ id: 'Product' });
export type Product = z.infer<typeof Product>;
