import { z } from 'zod';
import { problem } from '../kernel/problem.ts';

/** What somebody enters to pay less; compared without regard to case. */
export const PromotionCode = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,100}$/)
  .meta({ id: 'PromotionCode', description: 'A promotion code', examples: ['LAUNCH20'] });

/** unknown: there is none. used: the organisation has had its coupon. used_up: too many others have. */
export const promotionCodeInvalid = problem(
  'promotion_code_invalid',
  422,
  'There is no such promotion code, or it cannot be used any more',
  z.object({
    promotionCode: z.string(),
    reason: z.enum(['unknown', 'used', 'used_up', 'other_plan', 'other_currency', 'costs_nothing', 'not_here']),
  }),
);
