import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Id } from '../kernel/types.ts';
import { PackageKey } from './catalogue.ts';
import { packageNotUsable, unknownPackage } from './credits.ts';
import { Currency } from './currencies.ts';
import { FeatureKey } from './features.ts';
import { otherCurrency } from './invoices.ts';
import { paymentsNotConfigured, priceNotPublished } from './payments.ts';

const Minor = (description: string) => z.int().min(0).meta({ description });
const threshold = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .meta({
    description: 'Units are bought when no more than so many are left, of the limit and prepaid',
    examples: [200],
  });

export const TopUp = z
  .object({
    feature: FeatureKey,
    package: PackageKey,
    name: z.string().meta({ description: 'Of the package' }),
    enabled: z.boolean(),
    threshold,
    monthlyCapMinor: Minor('The most that is spent in a month (UTC), before taxes'),
    spentMinor: Minor('Of it, in this month'),
    currency: Currency,
    stopped: z.enum(['payment_failed', 'package_gone']).nullable().meta({
      description: 'Why it switched itself off: a payment failed, or the package is not sold any more',
    }),
    capReached: z.boolean().meta({ description: 'Another one would be more than is spent in a month' }),
  })
  .meta({ id: 'TopUp' });
export type TopUp = z.infer<typeof TopUp>;

export const noPaymentMethod = problem(
  'no_payment_method',
  402,
  'There is no card to charge',
  z.object({ portal: z.string() }),
);

export const listTopUps = operation({
  service: 'billing',
  name: 'top-ups.get',
  http: ['GET', '/api/v1/billing/top-ups'],
  scope: 'billing:read',
  summary: 'Which packages are bought by themselves, at which amount left, and up to which sum',
  input: z.strictObject({}),
  output: z.object({ items: z.array(TopUp) }),
});

export const setTopUp = operation({
  service: 'billing',
  name: 'top-ups.set',
  http: ['PUT', '/api/v1/billing/top-ups/{feature}'],
  scope: 'billing:write',
  summary: 'Buy packages by themselves when units run low, up to a sum in a month, or not any more',
  description:
    'Off until it is switched on. The card that pays for the subscription is charged, as many packages at a time as bring ' +
    'what is left above the threshold. A payment that fails switches it off, and the owners are told.',
  audit: { thing: 'top_up', id: 'feature', shows: ['enabled', 'package', 'threshold', 'monthlyCapMinor'] },
  input: z.strictObject({
    feature: FeatureKey.meta({ description: 'A metered feature', examples: ['api_calls'] }),
    enabled: z.boolean().meta({ description: 'Whether packages are bought' }),
    package: PackageKey.optional().meta({ description: 'Which one; needed to switch it on for the first time' }),
    threshold: threshold.optional(),
    monthlyCapMinor: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .optional()
      .meta({
        description: 'The most that is spent in a month, before taxes; needed to switch it on',
        examples: [5000],
      }),
  }),
  output: TopUp,
  errors: [unknownPackage, packageNotUsable, otherCurrency, paymentsNotConfigured, priceNotPublished, noPaymentMethod],
  deadlineMs: 40_000,
});

/** What usage has to tell when it runs low. */
export const topUpSet = event({
  service: 'billing',
  name: 'top-up.set.v1',
  summary: 'Packages are bought when no more than this is left of a feature; null: not any more',
  data: z.object({ orgId: Id, feature: FeatureKey, threshold: z.int().min(0).nullable() }),
  aggregate: ({ orgId, feature }) => `${orgId}:${feature}`,
});

export const topUpStopped = event({
  service: 'billing',
  name: 'top-up.stopped.v1',
  summary: 'Packages are not bought by themselves any more, or not before the next month',
  data: z.object({
    orgId: Id,
    feature: FeatureKey,
    name: z.string().meta({ description: 'Of the package' }),
    reason: z.enum(['payment_failed', 'package_gone', 'cap_reached']),
  }),
  aggregate: ({ orgId }) => orgId,
});
