import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { FeatureGrant, FeatureKey, Limit } from './features.ts';

/** The cheapest plan on offer that gives more of a feature than the organisation has now. */
export const Upgrade = z
  .object({
    plan: z.string(),
    planName: z.string(),
    limit: Limit.meta({ description: 'What that plan allows; null is unlimited, or a yes for a yes/no feature' }),
  })
  .meta({ id: 'Upgrade' });
export type Upgrade = z.infer<typeof Upgrade>;

/**
 * Everything an organisation may do, in one document. Every service stores the newest one and decides from it alone.
 * A feature that is missing from `features` is not included: never treat it as unlimited.
 */
export const Entitlements = z
  .object({
    orgId: Id,
    /** Rises with every change for this organisation. Keep the highest version, drop the rest. */
    version: z.int().min(1),
    plan: z.string(),
    planName: z.string(),
    /** The version of that plan the subscription is pinned to. */
    planVersion: z.int().min(1),
    /** read_only: data can be read, but nothing new can be created (payment overdue, subscription paused). */
    access: z.enum(['full', 'read_only']),
    features: z.record(FeatureKey, FeatureGrant),
    /** Billing and quota periods are months counted from this instant (half-open, UTC). It never changes. */
    periodAnchor: Timestamp,
    /** Features without a better offer are absent. */
    upgrade: z.record(FeatureKey, Upgrade),
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

/** For services: the snapshot of the organisation they act for. Creates the free subscription when there is none yet. */
export const getEntitlements = operation({
  service: 'billing',
  name: 'entitlements.get',
  scope: 'service',
  summary: "The organisation's entitlement snapshot",
  description: 'The organisation is the one of the call: `bus.call(getEntitlements, {}, { orgId })`.',
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
