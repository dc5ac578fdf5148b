import { z } from 'zod';
import { CHANGES_NOTHING, notAudited } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Timestamp } from '../kernel/types.ts';
import { AddonKey, PlanKey } from './catalogue.ts';
import { PromotionCode, promotionCodeInvalid } from './coupons.ts';
import { ChosenPackage, packageNotUsable, tooManyOrders, unknownPackage } from './credits.ts';
import { Currency } from './currencies.ts';
import { otherCurrency } from './invoices.ts';
import { paymentRefused, paymentsNotConfigured, priceNotPublished } from './payments.ts';
import { unknownPlan } from './plans.ts';
import { ProductKey } from './products.ts';

export const alreadySubscribed = problem(
  'already_subscribed',
  409,
  'There is a paid subscription of this product already',
  z.object({ product: z.string(), plan: z.string() }),
);

export const notForSale = problem(
  'not_for_sale',
  422,
  'This cannot be bought in this way',
  z.object({ product: z.string(), item: z.string() }),
);

export const ChosenAddon = z
  .strictObject({
    addon: AddonKey,
    quantity: z.int().min(1).max(10_000).default(1).meta({ description: 'How many of it' }),
  })
  .meta({ id: 'ChosenAddon' });

const sessionId = z
  .string()
  .regex(/^cs_[A-Za-z0-9_]{1,250}$/)
  .meta({ description: 'The checkout session', examples: ['cs_test_Example'] });

const Page = z.object({
  sessionId,
  url: z.url().meta({ examples: ['https://checkout.stripe.com/c/pay/cs_test_Example'] }),
  expiresAt: Timestamp,
});

export const createCheckout = operation({
  service: 'billing',
  name: 'checkout.create',
  http: ['POST', '/api/v1/billing/checkout'],
  scope: 'billing:write',
  summary: 'A page on which the organisation buys a plan',
  description:
    'Send the person to `url`. The same choice again answers the same page while it is open. When they come back, call ' +
    'the `finish` of the session: the plan is in force before it answers, whether or not the webhook has come.',
  audit: notAudited('it opens a page to pay on; what was bought is recorded when it is paid'),
  input: z.strictObject({
    product: ProductKey,
    plan: PlanKey,
    interval: z.enum(['month', 'year']).default('month').meta({ description: 'What is paid for at a time' }),
    currency: Currency.optional().meta({
      description:
        'By default that of the organisation’s invoices, or of the catalogue; once something was paid it stays',
    }),
    addons: z.array(ChosenAddon).max(50).default([]).meta({ description: 'What is bought with it' }),
    promotionCode: PromotionCode.optional().meta({ description: 'Without it the page asks for one' }),
  }),
  output: Page,
  errors: [
    paymentsNotConfigured,
    paymentRefused,
    alreadySubscribed,
    unknownPlan,
    notForSale,
    otherCurrency,
    priceNotPublished,
    promotionCodeInvalid,
  ],
  deadlineMs: 40_000,
});

export const buyPackage = operation({
  service: 'billing',
  name: 'checkout.buy-package',
  http: ['POST', '/api/v1/billing/packages/{package}/checkout'],
  scope: 'billing:write',
  summary: 'A page on which the organisation buys prepaid units',
  description:
    'The same choice with the same key is the same page while it is open. The units can be used when it is paid: before ' +
    '`finish` of the session answers, or when the webhook has come.',
  audit: notAudited('it opens a page to pay on; what was bought is recorded when it is paid'),
  input: ChosenPackage,
  output: Page,
  errors: [
    paymentsNotConfigured,
    paymentRefused,
    unknownPackage,
    packageNotUsable,
    tooManyOrders,
    otherCurrency,
    priceNotPublished,
  ],
  deadlineMs: 40_000,
});

export const finishCheckout = operation({
  service: 'billing',
  name: 'checkout.finish',
  http: ['POST', '/api/v1/billing/checkout/{sessionId}/finish'],
  status: 200,
  scope: 'billing:write',
  summary: 'Store what was bought, when the person comes back from the page',
  description: 'Safe to repeat. Nobody has to call it: the webhook does the same a moment later.',
  audit: notAudited('it looks whether a page was paid; the subscription that follows is recorded'),
  input: z.strictObject({ sessionId }),
  output: z.object({
    status: z.enum(['open', 'complete', 'expired']),
    paid: z.boolean().meta({ description: 'True as well when nothing is due yet, as in a trial' }),
  }),
  errors: [paymentsNotConfigured, paymentRefused],
  deadlineMs: 40_000,
});

export const createPortal = operation({
  service: 'billing',
  name: 'portal.create',
  http: ['POST', '/api/v1/billing/portal'],
  scope: 'billing:write',
  summary: 'A page on which the organisation manages cards, addresses and invoices',
  audit: CHANGES_NOTHING,
  input: z.strictObject({
    page: z
      .enum(['home', 'payment_method'])
      .default('home')
      .meta({ description: 'payment_method: straight to a new card' }),
  }),
  output: z.object({ url: z.url().meta({ examples: ['https://billing.stripe.com/p/session/test_Example'] }) }),
  errors: [paymentsNotConfigured, paymentRefused],
  deadlineMs: 40_000,
});
