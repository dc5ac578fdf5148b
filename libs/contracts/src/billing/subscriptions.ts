import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { intervalNotOffered, PlanKey, unknownPlan } from './plans.ts';
import { SubscriptionStatus } from './subscription-status.ts';

export const Subscription = z
  .object({
    organisationId: Id,
    plan: PlanKey,
    planName: z.string(),
    planVersion: z.int().min(1),
    /** The newest version of the plan; higher than `planVersion` when the catalogue has moved on. */
    latestVersion: z.int().min(1),
    status: SubscriptionStatus,
    interval: z.enum(['month', 'year']),
    /** Quota periods are months counted from this instant, whatever is paid for. It never changes. */
    periodAnchor: Timestamp,
    intervalSince: Timestamp.meta({
      description:
        'Paid intervals are counted from here: from the anchor, or from the change that started this interval',
    }),
    periodStart: Timestamp.meta({
      description: 'Of the current paid interval; `GET /api/v1/usage/current` has that of quotas',
    }),
    periodEnd: Timestamp,
    startedAt: Timestamp,
    scheduledMove: z
      .object({ plan: PlanKey, planVersion: z.int().min(1), at: Timestamp })
      .nullable()
      .meta({ description: 'The plan version that a scheduled move brings, and when; null when none is scheduled' }),
  })
  .meta({ id: 'Subscription' });
export type Subscription = z.infer<typeof Subscription>;

export const getSubscription = operation({
  service: 'billing',
  name: 'subscriptions.get',
  http: ['GET', '/api/v1/subscription'],
  scope: 'billing:read',
  summary: "The organisation's subscription",
  input: z.strictObject({}),
  output: Subscription,
});

export const setSubscription = operation({
  service: 'billing',
  name: 'subscriptions.set',
  http: ['PUT', '/api/v1/operator/organisations/{organisationId}/subscription'],
  scope: 'operator',
  summary: 'Put an organisation on a plan (operators only)',
  description:
    'Takes effect at once and moves the organisation to the newest version of the plan. Counters of the current ' +
    'period continue; only the limits change. Nothing that exceeds the new limits is deleted. A new interval, or another ' +
    'plan that is paid by the year, starts at that moment and never earlier. A scheduled move is cancelled.',
  input: z.strictObject({
    organisationId: Id,
    plan: PlanKey,
    interval: z
      .enum(['month', 'year'])
      .optional()
      .meta({ description: 'What is paid for at a time; by default the interval stays the same' }),
  }),
  output: Subscription,
  errors: [unknownPlan, intervalNotOffered],
});
