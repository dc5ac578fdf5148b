import { z } from 'zod';
import { INTERNAL } from '../kernel/audit.ts';
import { event } from '../kernel/event.ts';
import { follow, live } from '../kernel/live.ts';
import { operation } from '../kernel/operation.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { UpgradeAddon } from '../kernel/upgrade-addon.ts';
import { FeatureGrant, FeatureKey, Level, Limit } from './features.ts';
import { ProductKey } from './products.ts';
import { SubscriptionStatus } from './subscription-status.ts';

/** A plan on offer, of the product that has the feature, with which the organisation has more of it than now. */
export const Upgrade = z
  .object({
    product: ProductKey,
    plan: z.string(),
    planName: z.string(),
    limit: Limit.meta({
      description: 'What is allowed with that plan; null is unlimited, a yes for a yes/no feature, or a level',
    }),
    level: Level.optional().meta({ description: 'What it gives of a feature with levels' }),
    ceiling: Limit.optional().meta({
      description: 'Of a metered feature whose use is not refused at the limit: what is never passed; null: nothing is',
    }),
  })
  .meta({ id: 'Upgrade' });
export type Upgrade = z.infer<typeof Upgrade>;

/** read_only: data can be read, but nothing new can be created (payment overdue, subscription paused). */
export const Access = z.enum(['full', 'read_only']).meta({ id: 'Access' });
export type Access = z.infer<typeof Access>;

/** The plan of one product, as it is in force. */
export const PlanInForce = z
  .object({
    plan: z.string(),
    planName: z.string(),
    /** The version of that plan the subscription is pinned to. */
    planVersion: z.int().min(1),
    status: SubscriptionStatus,
    access: Access,
  })
  .meta({ id: 'PlanInForce' });
export type PlanInForce = z.infer<typeof PlanInForce>;

export const PeriodStep = z
  .object({
    from: Timestamp,
    anchor: Timestamp,
    months: z.union([z.literal(1), z.literal(12)]).meta({ description: 'The length of what is paid at a time' }),
  })
  .meta({ id: 'PeriodStep', description: 'From an instant on, periods are counted from this anchor' });

export const SnapshotFeature = FeatureGrant.and(
  z.object({ product: ProductKey.nullable().meta({ description: 'null: shared by all products' }) }),
).meta({ id: 'SnapshotFeature' });
export type SnapshotFeature = z.infer<typeof SnapshotFeature>;

/** The key of `periods` for features that no product owns. */
export const SHARED = 'shared';

/**
 * Everything an organisation may do, in one document. Every service stores the newest one and decides from it alone.
 * A feature that is missing from `features` is not included: never treat it as unlimited.
 */
export const Entitlements = z
  .object({
    orgId: Id,
    /** Rises with every change for this organisation. Keep the highest version, drop the rest. */
    version: z.int().min(1),
    plans: z.record(ProductKey, PlanInForce).meta({
      description: 'By product; a product to which the organisation has no subscription is absent',
    }),
    features: z.record(FeatureKey, SnapshotFeature),
    periods: z.record(ProductKey, z.array(PeriodStep).min(1)).meta({
      description:
        'By product, and `shared` for features without one. A period is counted from the last step that began before ' +
        'it, half-open (UTC), and cut where the next step begins',
    }),
    /** Features without a better offer are absent. */
    upgrade: z.record(FeatureKey, Upgrade),
    further: z.record(FeatureKey, z.array(Upgrade)).optional().meta({
      description: 'By feature: dearer plans, each of which reaches further than `upgrade` and the one before it',
    }),
    addon: z.record(FeatureKey, UpgradeAddon).optional().meta({
      description: 'By feature: an add-on that gives more. Features without one are absent',
    }),
    demo: z.literal(true).optional().meta({ description: 'All of the organisation is made up, to be looked at' }),
  })
  .meta({ id: 'Entitlements' });
export type Entitlements = z.infer<typeof Entitlements>;

/** As customers see it. */
export const OwnEntitlements = Entitlements.omit({ orgId: true })
  .extend({ organisationId: Id })
  .meta({ id: 'OwnEntitlements' });
export type OwnEntitlements = z.infer<typeof OwnEntitlements>;

export const entitlementsChanged = event({
  service: 'billing',
  name: 'entitlements.changed.v1',
  summary: 'What an organisation may do has changed; carries the whole new snapshot',
  data: Entitlements,
  aggregate: (snapshot) => snapshot.orgId,
});

export const EntitlementsPulse = z
  .object({ version: z.int().min(1) })
  .meta({ id: 'EntitlementsPulse', description: 'Rises with every change: an answer with a lower one is old' });

export const entitlementsPulse = live({
  topic: 'entitlements',
  summary: 'What the organisation may do has changed: a plan, a limit, an access',
  data: EntitlementsPulse,
  refreshes: ['/api/v1/entitlements', '/api/v1/billing', '/api/v1/usage'],
  follows: [follow(entitlementsChanged, ({ version }) => ({ version }))],
});

/** For services: the snapshot of the organisation they act for. Creates the free subscription when there is none yet. */
export const getEntitlements = operation({
  service: 'billing',
  name: 'entitlements.get',
  scope: 'service',
  summary: "The organisation's entitlement snapshot",
  description: 'The organisation is the one of the call: `bus.call(getEntitlements, {}, { orgId })`.',
  audit: INTERNAL,
  input: z.strictObject({}),
  output: Entitlements,
});

export const currentEntitlements = operation({
  service: 'billing',
  name: 'entitlements.current',
  http: ['GET', '/api/v1/entitlements'],
  scope: 'billing:read',
  summary: 'What the organisation may do: limits, quotas and features of its plan',
  description:
    'Your own product can decide from this document: keep it, and read it again when `version` in it is older than ' +
    'the one of a `billing.entitlements.changed.v1` notification.',
  input: z.strictObject({}),
  output: OwnEntitlements,
});
