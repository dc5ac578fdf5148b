import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Empty, Id, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { AddonKey, PlanKey } from './catalogue.ts';
import { OverLimit } from './counted.ts';
import { PromotionCode, promotionCodeInvalid, RunningCoupon } from './coupons.ts';
import { Currency } from './currencies.ts';
import { Access } from './entitlements.ts';
import { paymentNeedsHolder, paymentRefused, priceNotPublished } from './payments.ts';
import { intervalNotOffered, unknownPlan } from './plans.ts';
import { ProductKey } from './products.ts';
import { SubscriptionStatus } from './subscription-status.ts';

export const BillingInterval = z
  .enum(['month', 'year'])
  .meta({ id: 'BillingInterval', description: 'What is paid for at a time' });

/** Something of which there is more than a plan allows. Nothing is deleted; nothing new can be created until it fits. */
export const SubscriptionAddon = z
  .object({
    addon: AddonKey,
    name: z.string(),
    version: z.int().min(1),
    quantity: z.int().min(1),
    until: Timestamp.nullable().meta({ description: 'When it ends; null: with the subscription' }),
  })
  .meta({ id: 'SubscriptionAddon' });

export const Subscription = z
  .object({
    product: ProductKey,
    productName: z.string(),
    plan: PlanKey.meta({ description: 'The plan that it is about' }),
    planName: z.string(),
    planVersion: z.int().min(1),
    /** The newest version of the plan; higher than `planVersion` when the catalogue has moved on. */
    latestVersion: z.int().min(1),
    inForce: PlanKey.nullable().meta({
      description: 'The plan that applies now: the default one when the subscription is over; null: none',
    }),
    status: SubscriptionStatus,
    access: Access,
    provider: z
      .enum(['none', 'manual', 'stripe'])
      .meta({ description: 'Who bills for it: nobody, the operator by hand, or Stripe' }),
    interval: BillingInterval,
    currency: z
      .string()
      .nullable()
      .meta({ examples: ['EUR'] }),
    addons: z.array(SubscriptionAddon),
    coupon: RunningCoupon.nullable().meta({ description: 'Of what is invoiced by hand; null: nothing is discounted' }),
    startedAt: Timestamp,
    periodStart: Timestamp.meta({
      description: 'Of what is paid for now; `GET /api/v1/usage/current` has that of quotas',
    }),
    periodEnd: Timestamp,
    trialEnd: Timestamp.nullable(),
    cancelAt: Timestamp.nullable().meta({ description: 'When it ends; until then it can be resumed' }),
    pausedAt: Timestamp.nullable(),
    pauseEndsAt: Timestamp.nullable().meta({
      description: 'When the pause ends by itself; null: not paused, or until an operator resumes it',
    }),
    graceUntil: Timestamp.nullable().meta({ description: 'A payment is overdue: from then on nothing can be created' }),
    overdueSince: Timestamp.nullable().meta({ description: 'When the first own invoice was due that is not paid' }),
    billingHeld: z.boolean().meta({
      description: 'It is from before there were invoices: nothing is charged until an operator says so',
    }),
    next: z
      .object({
        plan: PlanKey.nullable().meta({ description: 'null: none, the product has no default plan' }),
        planName: z.string().nullable(),
        planVersion: z.int().min(1).nullable(),
        interval: BillingInterval,
        at: Timestamp,
        overLimit: z.array(OverLimit).meta({ description: 'Of what there is now, that will be over the limits' }),
      })
      .nullable()
      .meta({ description: 'What follows: a change that was ordered, or the default plan at the end' }),
    order: z
      .object({ plan: PlanKey, planName: z.string(), interval: BillingInterval, orderedAt: Timestamp })
      .nullable()
      .meta({ description: 'A plan that waits for the approval of an operator' }),
  })
  .meta({ id: 'Subscription' });
export type Subscription = z.infer<typeof Subscription>;

const Subscriptions = z
  .object({ organisationId: Id, subscriptions: z.array(Subscription) })
  .meta({ id: 'Subscriptions' });

export const getSubscriptions = operation({
  service: 'billing',
  name: 'subscriptions.get',
  http: ['GET', '/api/v1/billing/subscription'],
  scope: 'billing:read',
  summary: 'What the organisation has of every product',
  description:
    'An order that waits for approval is shown with the product it is for, also before there is a subscription.',
  input: z.strictObject({}),
  output: Subscriptions.extend({
    orders: z.array(
      z.object({
        product: ProductKey,
        productName: z.string(),
        plan: PlanKey,
        planName: z.string(),
        interval: BillingInterval,
        orderedAt: Timestamp,
      }),
    ),
    currency: Currency.nullable().meta({
      description: 'In which the organisation is billed, whatever else has a price; null: nothing was billed yet',
    }),
  }),
});

/** Nothing here takes money: what costs something is bought. */
export const paymentNeeded = problem(
  'payment_needed',
  402,
  'This has to be paid for',
  z.object({
    product: z.string(),
    plan: z.string(),
    interval: BillingInterval,
    price: z.object({ currency: z.string(), amountMinor: z.int() }).nullable(),
    trialDays: z.int().nullable().meta({ description: 'So long it can be tried first, with `trial: true`' }),
    checkout: z.string().nullable().meta({ description: 'Where it is bought; null: ask the operator' }),
  }),
);

export const trialNotAvailable = problem(
  'trial_not_available',
  409,
  'This plan cannot be tried',
  z.object({ product: z.string(), plan: z.string(), reason: z.enum(['no_trial', 'card_needed', 'already_tried']) }),
);

export const addonNotOffered = problem(
  'addon_not_offered',
  422,
  'This add-on cannot be had in this way',
  z.object({
    addon: z.string(),
    plan: z.string(),
    max: z.int().nullable(),
    plans: z.array(z.string()).meta({ description: 'The plans with which it can be had' }),
  }),
);

export const pauseNotAvailable = problem(
  'pause_not_available',
  409,
  'The subscription cannot be paused',
  z.object({
    product: z.string(),
    plan: z.string(),
    reason: z.enum(['not_offered', 'used_up']),
    availableAt: Timestamp.nullable().meta({ description: 'From then on it can be paused again; null: never' }),
  }),
);

export const ADDONS = z
  .array(
    z.strictObject({
      addon: AddonKey,
      quantity: z.int().min(1).max(10_000).default(1).meta({ description: 'How many of it' }),
    }),
  )
  .max(50)
  .meta({ description: 'All add-ons that it should have; by default those that it has and that go with the plan' });

const product = ProductKey.meta({ description: 'Name of the product', examples: ['main'] });
const reason = z.string().trim().max(500).default('').meta({ description: 'Why; it is stored with the change' });

export const changeSubscription = operation({
  service: 'billing',
  name: 'subscriptions.change',
  http: ['PUT', '/api/v1/billing/subscription/{product}'],
  scope: 'billing:write',
  summary: 'Choose a plan',
  description:
    'For what costs nothing, for a trial, and for subscriptions that are invoiced by hand. Anything else answers ' +
    '`payment_needed` with where to buy it. A plan that gives less of something begins when what is paid for ends ' +
    '(`at`), unless nothing is paid; the answer then names in `next` what will be over its limits. A plan that needs ' +
    'approval is ordered. Counters of the current period continue, and nothing is ever deleted.',
  audit: {
    thing: 'subscription',
    id: 'product',
    name: 'product',
    shows: ['plan', 'interval', 'addons', 'at', 'trial', 'promotionCode', 'reason'],
  },
  input: z.strictObject({
    product,
    plan: PlanKey.meta({ description: 'Name of the plan' }),
    interval: BillingInterval.optional().meta({ description: 'What is paid for at a time; by default as it is' }),
    addons: ADDONS.optional(),
    at: z.enum(['now', 'period_end']).optional().meta({ description: 'When it begins' }),
    trial: z.boolean().default(false).meta({ description: 'Try it first; once for each product' }),
    promotionCode: PromotionCode.optional().meta({ description: 'Of what is invoiced by hand' }),
    reason,
  }),
  output: Subscriptions,
  errors: [
    promotionCodeInvalid,
    unknownPlan,
    intervalNotOffered,
    paymentNeeded,
    trialNotAvailable,
    addonNotOffered,
    paymentRefused,
    paymentNeedsHolder,
    priceNotPublished,
  ],
  deadlineMs: 40_000,
});

export const cancelSubscription = operation({
  service: 'billing',
  name: 'subscriptions.cancel',
  http: ['POST', '/api/v1/billing/subscription/{product}/cancel'],
  status: 200,
  scope: 'billing:write',
  summary: 'End a subscription, or withdraw an order',
  description: 'The default plan of the product follows, if it has one. Until the end it can be resumed.',
  audit: { thing: 'subscription', id: 'product', name: 'product', shows: ['at', 'reason'] },
  input: z.strictObject({
    product,
    at: z.enum(['now', 'period_end']).default('period_end').meta({ description: 'When it ends' }),
    reason,
  }),
  output: Subscriptions,
  errors: [paymentRefused],
  deadlineMs: 40_000,
});

export const resumeSubscription = operation({
  service: 'billing',
  name: 'subscriptions.resume',
  http: ['POST', '/api/v1/billing/subscription/{product}/resume'],
  status: 200,
  scope: 'billing:write',
  summary: 'Take back a cancellation, a pause, or a change that was ordered for later',
  description:
    'Where Stripe bills, the period that begins with the end of a pause is charged: a card that is declined leaves it paused ' +
    '(`payment_refused`), and where the bank asks for its holder it goes on when they have confirmed the payment on the page ' +
    'that `payment_needs_holder` names.',
  audit: { thing: 'subscription', id: 'product', name: 'product', shows: ['reason'] },
  input: z.strictObject({ product, reason }),
  output: Subscriptions,
  errors: [paymentRefused, paymentNeedsHolder],
  deadlineMs: 40_000,
});

export const pauseSubscription = operation({
  service: 'billing',
  name: 'subscriptions.pause',
  http: ['POST', '/api/v1/billing/subscription/{product}/pause'],
  status: 200,
  scope: 'billing:write',
  summary: 'Pause a subscription: everything can be read, nothing can be created',
  description:
    'Ends by itself after the days that the plan names (`pause` of `GET /api/v1/billing/plans`), and can be had so often in ' +
    'any 365 days as it says. Nothing is charged meanwhile, and what runs on its own stands still.',
  audit: { thing: 'subscription', id: 'product', name: 'product', shows: ['reason'] },
  input: z.strictObject({ product, reason }),
  output: Subscriptions,
  errors: [paymentRefused, pauseNotAvailable],
  deadlineMs: 40_000,
});

export const setSubscription = operation({
  service: 'billing',
  name: 'subscriptions.set',
  http: ['PUT', '/api/v1/operator/organisations/{organisationId}/subscription'],
  scope: 'operator',
  summary: 'Put an organisation on a plan (operators only)',
  description:
    'Moves the organisation to the newest version of the plan, now or when what is paid for ends. Whatever the plan ' +
    'costs is invoiced by hand. Counters of the current period continue; only the limits change. Nothing that exceeds ' +
    'the new limits is deleted. A change or cancellation that was ordered for later is cancelled. For a subscription ' +
    'that Stripe bills, Stripe is asked.',
  audit: {
    thing: 'subscription',
    id: 'product',
    name: 'product',
    shows: ['plan', 'interval', 'addons', 'at', 'status', 'promotionCode', 'reason'],
    of: 'organisationId',
  },
  input: z.strictObject({
    organisationId: Id,
    product: product.optional().meta({ description: 'By default the only product that has a plan of this name' }),
    plan: PlanKey.meta({ description: 'Name of the plan, also of one that is not on offer' }),
    interval: BillingInterval.optional().meta({ description: 'What is paid for at a time; by default as it is' }),
    addons: ADDONS.optional(),
    at: z.enum(['now', 'period_end']).default('now').meta({ description: 'When it begins' }),
    status: z
      .enum(['active', 'past_due', 'unpaid', 'paused', 'canceled'])
      .default('active')
      .meta({ description: 'past_due: a payment is overdue, the grace period begins' }),
    promotionCode: PromotionCode.optional().meta({ description: 'Of what is invoiced by hand' }),
    reason,
  }),
  output: Subscriptions,
  errors: [promotionCodeInvalid, unknownPlan, intervalNotOffered, addonNotOffered, paymentRefused, priceNotPublished],
  deadlineMs: 40_000,
});

export const beginBilling = operation({
  service: 'billing',
  name: 'subscriptions.begin-billing',
  http: ['POST', '/api/v1/operator/organisations/{organisationId}/billing/begin'],
  status: 200,
  scope: 'operator',
  summary: 'Begin to invoice what an organisation has from before there were invoices',
  description:
    'Its subscriptions with `billingHeld`: the rest of the running period is charged at once, then each period as it begins. ' +
    'Repeated it changes nothing. To give it for nothing further on, leave it as it is.',
  audit: { thing: 'subscription', id: null, shows: ['reason'], of: 'organisationId' },
  input: z.strictObject({ organisationId: Id, reason }),
  output: Subscriptions,
});

export const PlanOrder = z
  .object({
    organisationId: Id,
    organisationName: z.string().meta({ description: 'Empty for some seconds after sign-up or an upgrade' }),
    product: ProductKey,
    productName: z.string(),
    plan: PlanKey,
    planName: z.string(),
    interval: BillingInterval,
    orderedBy: z.string(),
    orderedAt: Timestamp,
  })
  .meta({ id: 'PlanOrder' });
export type PlanOrder = z.infer<typeof PlanOrder>;

export const listOrders = operation({
  service: 'billing',
  name: 'orders.list',
  http: ['GET', '/api/v1/operator/orders'],
  scope: 'operator',
  summary: 'Orders of plans that wait for approval, oldest first',
  input: z.strictObject({ ...pageQuery }),
  output: page(PlanOrder),
});

export const decideOrder = operation({
  service: 'billing',
  name: 'orders.decide',
  http: ['POST', '/api/v1/operator/organisations/{organisationId}/orders/{product}'],
  status: 200,
  scope: 'operator',
  summary: 'Approve or refuse the order of a plan',
  description: 'An approved plan begins at once; whatever it costs is invoiced by hand.',
  audit: { thing: 'subscription', id: 'product', name: 'product', shows: ['approve', 'reason'], of: 'organisationId' },
  input: z.strictObject({
    organisationId: Id,
    product,
    approve: z.boolean().meta({ description: 'true: the plan begins; false: the order is refused' }),
    reason,
  }),
  output: Empty,
  errors: [unknownPlan, intervalNotOffered, addonNotOffered],
});

const OrderEvent = z.object({
  orgId: Id,
  product: ProductKey,
  productName: z.string().optional().meta({ description: 'Absent of what versions before this field emitted' }),
  plan: PlanKey,
  planName: z.string(),
  by: z.string(),
});

export const planOrdered = event({
  service: 'billing',
  name: 'plan.ordered.v1',
  summary: 'A plan was ordered that begins when an operator approves',
  data: OrderEvent,
  aggregate: ({ orgId }) => orgId,
});

export const planOrderDecided = event({
  service: 'billing',
  name: 'plan.order-decided.v1',
  summary: 'An operator approved or refused the order of a plan',
  data: OrderEvent.extend({ approved: z.boolean(), reason: z.string() }),
  aggregate: ({ orgId }) => orgId,
});
