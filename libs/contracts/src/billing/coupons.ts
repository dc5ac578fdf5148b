import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Empty, Id, Timestamp } from '../kernel/types.ts';
import { FeatureKey, GrantValue } from './features.ts';
import { OneOffPrice, Percent } from './prices.ts';
import { ProductKey } from './products.ts';

/** What somebody enters to pay less or to have more; compared without regard to case. */
export const PromotionCode = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,100}$/)
  .meta({ id: 'PromotionCode', description: 'A promotion code', examples: ['LAUNCH20'] });

/** What a subscription pays less, and for how long. */
export const RunningCoupon = z
  .object({
    coupon: z.string().meta({ examples: ['launch'] }),
    name: z.string(),
    percent: Percent.nullable(),
    amounts: z.array(OneOffPrice).nullable().meta({ description: 'Off every period; null: a percentage is' }),
    from: Timestamp,
    until: Timestamp.nullable().meta({ description: 'Charges whose time begins before it are discounted; null: all' }),
  })
  .meta({ id: 'RunningCoupon' });
export type RunningCoupon = z.infer<typeof RunningCoupon>;

/**
 * unknown: there is none. used: the organisation has had its coupon. another_runs: a product has one at a time. used_up: as
 * many have used it as it is for. not_here: it is entered where it is paid. by_itself: it gives features, whatever is paid.
 * with_choice: it takes something off, so it is entered with what is chosen.
 */
export const promotionCodeInvalid = problem(
  'promotion_code_invalid',
  422,
  'There is no such promotion code, or it cannot be used any more',
  z.object({
    promotionCode: z.string(),
    reason: z.enum([
      'unknown',
      'used',
      'another_runs',
      'used_up',
      'other_plan',
      'other_currency',
      'costs_nothing',
      'not_here',
      'by_itself',
      'with_choice',
    ]),
  }),
);

export const enterCode = operation({
  service: 'billing',
  name: 'codes.enter',
  http: ['POST', '/api/v1/billing/codes'],
  scope: 'billing:write',
  summary: 'Enter a promotion code that gives something',
  description:
    'What it gives is there at once, beside what the plans give, and for as long as is answered. An organisation has each coupon ' +
    'once. A code that takes something off a price is entered with the choice of a plan instead.',
  audit: { thing: 'coupon', id: 'coupon', name: 'promotionCode', shows: ['features', 'until'] },
  input: z.strictObject({ promotionCode: PromotionCode }),
  output: z.object({
    coupon: z.string().meta({ examples: ['launch'] }),
    name: z.string(),
    features: z
      .array(z.object({ feature: FeatureKey, name: z.string(), value: GrantValue }))
      .meta({ description: 'What is given on top of what plans give' }),
    from: Timestamp,
    until: Timestamp.nullable().meta({ description: 'null: for ever' }),
  }),
  errors: [promotionCodeInvalid],
});

const couponKey = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/)
  .meta({ description: 'Name of the coupon in the catalogue', examples: ['launch'] });

export const giveCoupon = operation({
  service: 'billing',
  name: 'coupons.give',
  http: ['POST', '/api/v1/operator/organisations/{organisationId}/coupons'],
  scope: 'operator',
  summary: 'Give an organisation a coupon of the catalogue, without a code',
  description:
    'For a subscription that is invoiced by hand, from its next charge on; `once` is for the next period. Each coupon is had ' +
    'once, and a product has one at a time. How many may use it and for which currency holds for operators as well.',
  audit: {
    thing: 'coupon',
    id: 'coupon',
    shows: ['product', 'percent', 'from', 'until', 'reason'],
    of: 'organisationId',
  },
  input: z.strictObject({
    organisationId: Id,
    product: ProductKey.meta({ description: 'Of which product less is paid', examples: ['main'] }),
    coupon: couponKey,
    reason: z.string().trim().min(1).max(500).meta({ description: 'Why it is given' }),
  }),
  output: RunningCoupon,
});

export const endCoupon = operation({
  service: 'billing',
  name: 'coupons.end',
  http: ['DELETE', '/api/v1/operator/organisations/{organisationId}/coupons/{coupon}'],
  scope: 'operator',
  summary: 'End a coupon that an organisation has: charges from now on are not discounted',
  audit: { thing: 'coupon', id: 'coupon', name: 'coupon', shows: ['reason'], of: 'organisationId' },
  input: z.strictObject({
    organisationId: Id,
    coupon: couponKey,
    reason: z.string().trim().max(500).default('').meta({ description: 'Why it ends' }),
  }),
  output: Empty,
});
