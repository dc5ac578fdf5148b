import { z } from 'zod';
import { INSTALLATION, notAudited } from '../kernel/audit.ts';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { FieldError, problem } from '../kernel/problem.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import {
  Addon,
  AddonKey,
  FeatureInfo,
  MeterDefinition,
  Package,
  PackageKey,
  Plan,
  PlanKey,
  Product,
} from './catalogue.ts';
import { OverLimit } from './counted.ts';
import { Currency } from './currencies.ts';
import { FeatureKey } from './features.ts';
import { ProductKey } from './products.ts';

export { PlanKey };

/** A plan by its product: `monitoring.pro`. Product and plan have no points. */
const PlanRef = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}\.[a-z][a-z0-9_-]{0,62}$/, 'a product and its plan, such as monitoring.pro')
  .meta({ id: 'PlanRef', description: 'A plan by its product', examples: ['monitoring.pro'] });

export const listPlans = operation({
  service: 'billing',
  name: 'plans.list',
  http: ['GET', '/api/v1/billing/plans'],
  scope: 'public',
  summary: 'What is on offer: plans by product, cheapest first, with add-ons and packages',
  input: z.strictObject({}),
  output: z.object({
    catalogueVersion: z.int().min(0),
    currency: Currency.meta({ description: 'Plans are compared by their monthly price in it' }),
    features: z.array(FeatureInfo),
    products: z.array(Product.extend({ plans: z.array(Plan), addons: z.array(Addon) })),
    packages: z.array(Package),
  }),
});

const CatalogueText = z.string().min(1).max(500_000).meta({ description: 'The YAML text of a plan catalogue' });

export const catalogueInvalid = problem(
  'catalogue_invalid',
  422,
  'The plan catalogue is not valid',
  z.object({
    errors: z.array(FieldError.extend({ line: z.int().optional(), column: z.int().optional() })),
  }),
);

export const catalogueChanged = problem(
  'catalogue_changed',
  409,
  'The catalogue was changed by somebody else',
  z.object({ catalogueVersion: z.int() }),
);

export const intervalNotOffered = problem(
  'interval_not_offered',
  422,
  'The plan has no price for this interval',
  z.object({ plan: z.string(), interval: z.enum(['month', 'year']), intervals: z.array(z.enum(['month', 'year'])) }),
);

export const unknownPlan = problem(
  'unknown_plan',
  422,
  'There is no such plan',
  z.object({ product: z.string(), plan: z.string(), plans: z.array(z.string()) }),
);

const FieldChange = z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() });

const Change = z.enum(['added', 'changed', 'removed', 'unchanged']);

export const PlanChange = z
  .object({
    product: ProductKey,
    plan: PlanKey,
    change: Change,
    fromVersion: z.int().nullable(),
    toVersion: z.int().nullable(),
    /** Subscriptions on earlier versions keep them until they are moved (`plans.move`). */
    subscriptions: z.int().min(0),
    fields: z.array(FieldChange),
  })
  .meta({ id: 'PlanChange' });
export type PlanChange = z.infer<typeof PlanChange>;

export const AddonChange = z
  .object({
    product: ProductKey,
    addon: AddonKey,
    change: Change,
    fromVersion: z.int().nullable(),
    toVersion: z.int().nullable(),
    fields: z.array(FieldChange),
  })
  .meta({ id: 'AddonChange' });
export type AddonChange = z.infer<typeof AddonChange>;

export const CatalogueDiff = z
  .object({
    catalogueVersion: z.int().min(0).meta({ description: 'The version that is in force' }),
    changed: z.boolean(),
    changes: z.array(PlanChange),
    addons: z.array(AddonChange),
    others: z.array(FieldChange).meta({ description: 'Currency, products, features, packages and coupons' }),
  })
  .meta({ id: 'CatalogueDiff' });
export type CatalogueDiff = z.infer<typeof CatalogueDiff>;

export const validatePlans = operation({
  service: 'billing',
  name: 'plans.validate',
  http: ['POST', '/api/v1/operator/plans/validate'],
  status: 200,
  scope: 'operator',
  summary: 'Check a catalogue without looking at the one in force',
  input: z.strictObject({ yaml: CatalogueText }),
  output: z.object({
    products: z.array(ProductKey),
    plans: z.array(PlanRef),
    features: z.array(FeatureKey),
    addons: z.array(AddonKey),
    packages: z.array(PackageKey),
  }),
  errors: [catalogueInvalid],
  readonly: true,
});

export const diffPlans = operation({
  service: 'billing',
  name: 'plans.diff',
  http: ['POST', '/api/v1/operator/plans/diff'],
  status: 200,
  scope: 'operator',
  summary: 'What applying a catalogue would change',
  input: z.strictObject({ yaml: CatalogueText }),
  output: CatalogueDiff,
  errors: [catalogueInvalid],
  readonly: true,
});

export const applyPlans = operation({
  service: 'billing',
  name: 'plans.apply',
  http: ['POST', '/api/v1/operator/plans/apply'],
  status: 200,
  scope: 'operator',
  summary: 'Apply a catalogue; the same content again changes nothing',
  description:
    'Changed plans get a new version. Running subscriptions keep theirs until they are moved. A catalogue must have ' +
    'every built-in feature, and a feature keeps the kind it has in the catalogue in force.',
  audit: INSTALLATION,
  input: z.strictObject({
    yaml: CatalogueText,
    expectedVersion: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Refuse when another catalogue has been applied since the diff was shown' }),
  }),
  output: CatalogueDiff.extend({ appliedVersion: z.int().min(1) }),
  errors: [catalogueInvalid, catalogueChanged],
});

const MoveTime = z.enum(['now', 'period_end']);

/** Subscriptions of one version and interval, which all get the same changes. */
export const PlanMove = z
  .object({
    fromVersion: z.int().min(1),
    interval: z.enum(['month', 'year']),
    subscriptions: z.int().min(1),
    firstAt: Timestamp.meta({ description: 'When the first of them moves' }),
    lastAt: Timestamp.meta({ description: 'When the last of them moves' }),
    fields: z.array(FieldChange).meta({ description: 'What the move changes' }),
  })
  .meta({ id: 'PlanMove' });
export type PlanMove = z.infer<typeof PlanMove>;

/** Of a dry run: for each of them the services that own things are asked. */
export const MOVES_LOOKED_AT = 200;

export const movePlans = operation({
  service: 'billing',
  name: 'plans.move',
  http: ['POST', '/api/v1/operator/plans/move'],
  status: 200,
  scope: 'operator',
  summary: 'Move the running subscriptions of a plan to its newest version, or to another plan',
  description:
    'Works for a plan that has left the catalogue, too. `now`: limits follow within seconds; a subscription that is paid ' +
    'by the year and gets another plan starts a new year. `period_end`: each subscription moves when the month or year ' +
    'that is paid for ends, and shows the move as `scheduledMove` until then; setting a plan earlier cancels it. ' +
    'Counters, anchors and intervals stay the same.',
  audit: notAudited('of many organisations at once: each subscription that moves is recorded in its own log'),
  input: z.strictObject({
    from: PlanRef.meta({ description: 'The plan they have, on offer or not' }),
    to: PlanRef.optional().meta({
      description: 'The plan of the same product that they get; by default the newest version of the plan they have',
    }),
    at: MoveTime.default('now').meta({ description: 'When they move' }),
    toVersion: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'The version that a dry run showed; refused when another one is in force by now' }),
    dryRun: z.boolean().default(false).meta({ description: 'Only show what would move' }),
  }),
  output: z.object({
    from: PlanRef,
    to: PlanRef,
    version: z.int(),
    at: MoveTime,
    subscriptions: z.int().min(0).meta({ description: 'How many move' }),
    moves: z.array(PlanMove),
    overLimit: z
      .array(z.object({ organisationId: Id, over: z.array(OverLimit) }))
      .meta({ description: 'Of a dry run: who would have more than is allowed then, and what could only be read' }),
    lookedAt: z
      .int()
      .min(0)
      .meta({
        description: `Of a dry run: of how many organisations that is said, at most ${MOVES_LOOKED_AT}`,
      }),
    stay: z.int().min(0).meta({ description: 'Subscriptions of the plan that already have the target version' }),
  }),
  errors: [unknownPlan, intervalNotOffered, catalogueChanged],
  deadlineMs: 60_000,
});

export const exportPlans = operation({
  service: 'billing',
  name: 'plans.export',
  http: ['GET', '/api/v1/operator/plans/catalogue'],
  scope: 'operator',
  summary: 'The text of the catalogue in force, or of an earlier one, exactly as it was applied',
  input: z.strictObject({
    version: z.int().min(1).optional().meta({ description: 'Which catalogue; by default the one in force' }),
  }),
  output: z.object({
    catalogueVersion: z.int().min(1),
    appliedAt: Timestamp,
    yaml: z.string().meta({ examples: ['format: 2\ncurrency: EUR\n'] }),
  }),
});

export const CatalogueApplied = z.object({
  version: z.int().min(1),
  appliedAt: Timestamp,
  meters: z.array(FeatureInfo.extend({ meter: MeterDefinition })),
});

export const catalogueApplied = event({
  service: 'billing',
  name: 'catalogue.applied.v1',
  summary: 'A plan catalogue is in force; carries every meter it declares',
  data: CatalogueApplied,
  aggregate: () => 'catalogue',
});
