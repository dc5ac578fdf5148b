import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Empty, Id, Instant, nextCursor, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { OwnEntitlements } from './entitlements.ts';
import { FeatureKey, GrantValue } from './features.ts';
import { ProductKey } from './products.ts';
import { PlanOrder, Subscription } from './subscriptions.ts';

const op = z.enum(['set', 'add', 'max']).meta({
  description: 'set: exactly this in place of what plans give. add: on top. max: at least this',
});

export const Grant = z
  .object({
    id: Id,
    feature: FeatureKey,
    op,
    value: GrantValue,
    from: Timestamp,
    until: Timestamp.nullable(),
    source: z.enum(['trial', 'manual', 'promotion', 'coupon']),
    by: z.string(),
    reason: z.string(),
    givenAt: Timestamp,
  })
  .meta({ id: 'Grant' });
export type Grant = z.infer<typeof Grant>;

export const createGrant = operation({
  service: 'billing',
  name: 'grants.create',
  http: ['POST', '/api/v1/operator/organisations/{organisationId}/grants'],
  scope: 'operator',
  summary: 'Give an organisation something beside its plans, for as long as is said',
  description:
    'Of the grants that `set` a feature the one that began last counts; otherwise the most that a plan or a `max` gives. ' +
    'Then everything that is added. It begins and ends to the second, without a request.',
  audit: {
    thing: 'grant',
    name: 'feature',
    shows: ['feature', 'op', 'value', 'from', 'until', 'source', 'reason'],
    of: 'organisationId',
  },
  input: z.strictObject({
    organisationId: Id,
    feature: FeatureKey,
    op: op.default('add'),
    value: GrantValue,
    from: Instant.optional().meta({ description: 'When it begins; by default now' }),
    until: Instant.optional().meta({ description: 'When it ends; by default never' }),
    source: z.enum(['manual', 'promotion', 'trial']).default('manual').meta({ description: 'What it is given as' }),
    reason: z.string().trim().min(1).max(500).meta({ description: 'Why it is given' }),
  }),
  output: Grant,
});

export const listGrants = operation({
  service: 'billing',
  name: 'grants.list',
  http: ['GET', '/api/v1/operator/organisations/{organisationId}/grants'],
  scope: 'operator',
  summary: 'What was given to an organisation beside its plans, with what has ended; newest first',
  input: z.strictObject({ organisationId: Id, ...pageQuery }),
  output: page(Grant),
});

export const deleteGrant = operation({
  service: 'billing',
  name: 'grants.delete',
  http: ['DELETE', '/api/v1/operator/organisations/{organisationId}/grants/{grantId}'],
  scope: 'operator',
  summary: 'Take back what was given',
  audit: { thing: 'grant', id: 'grantId', name: 'feature', shows: ['reason'], of: 'organisationId' },
  input: z.strictObject({
    organisationId: Id,
    grantId: Id.meta({ description: 'Which grant' }),
    reason: z.string().trim().max(500).default('').meta({ description: 'Why it is taken back' }),
  }),
  output: Empty,
});

/** Who changed what, when and why. */
export const BillingChange = z
  .object({
    id: Id,
    at: Timestamp,
    product: ProductKey.nullable(),
    action: z.string().meta({ examples: ['changed'] }),
    by: z.string(),
    reason: z.string(),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'BillingChange' });
export type BillingChange = z.infer<typeof BillingChange>;

export const organisationBilling = operation({
  service: 'billing',
  name: 'organisations.billing',
  http: ['GET', '/api/v1/operator/organisations/{organisationId}/billing'],
  scope: 'operator',
  summary: 'The whole story of an organisation: what it has, what it was given, and every change',
  input: z.strictObject({ organisationId: Id, ...pageQuery }),
  output: z.object({
    organisationId: Id,
    subscriptions: z.array(Subscription),
    orders: z.array(PlanOrder),
    trials: z.array(
      z.object({
        product: ProductKey,
        productName: z.string(),
        plan: z.string(),
        planName: z.string(),
        startedAt: Timestamp,
        endsAt: Timestamp,
      }),
    ),
    grants: z.array(Grant),
    entitlements: OwnEntitlements,
    changes: z.array(BillingChange).meta({ description: 'Newest first' }),
    nextCursor,
  }),
});
