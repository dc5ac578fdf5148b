import { z } from 'zod';
import { CHANGES_NOTHING } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { Timestamp } from '../kernel/types.ts';
import { PlanKey } from './catalogue.ts';
import { OverLimit } from './counted.ts';
import { PromotionCode, promotionCodeInvalid } from './coupons.ts';
import { FeatureGrant, FeatureKey } from './features.ts';
import { InvoiceTax } from './invoice-tax.ts';
import { InvoiceLine } from './invoices.ts';
import { paymentRefused, priceNotPublished } from './payments.ts';
import { intervalNotOffered, unknownPlan } from './plans.ts';
import { ProductKey } from './products.ts';
import { ADDONS, addonNotOffered, BillingInterval, paymentNeeded } from './subscriptions.ts';

const Minor = (description: string) => z.int().meta({ description });

export const PreviewedInvoice = z
  .object({
    at: Timestamp.meta({ description: 'When it is issued' }),
    currency: z.string().meta({ examples: ['EUR'] }),
    lines: z.array(InvoiceLine),
    taxMinor: Minor('Added to the lines; in the total'),
    tax: InvoiceTax.nullable().optional().meta({ description: 'null: none, or another than our own computes it' }),
    totalMinor: Minor('In the smallest unit of the currency, not below zero'),
    fromBalanceMinor: Minor('Paid from the balance; below zero: what the credits leave over goes there'),
    dueMinor: Minor('What is left to pay'),
  })
  .meta({ id: 'PreviewedInvoice' });
export type PreviewedInvoice = z.infer<typeof PreviewedInvoice>;

export const previewChange = operation({
  service: 'billing',
  name: 'subscriptions.preview',
  http: ['POST', '/api/v1/billing/preview'],
  status: 200,
  scope: 'billing:read',
  summary: 'What another choice would cost, give and take; nothing is changed',
  description:
    'The same choice made at the same second is charged to the cent what is said here. What a payment provider bills for is ' +
    'computed by it, with taxes and discounts; while it cannot be reached there is no answer. What cannot be chosen is refused as ' +
    'the choice is; what has to be bought first is not.',
  audit: CHANGES_NOTHING,
  input: z.strictObject({
    product: ProductKey.meta({ description: 'Name of the product', examples: ['main'] }),
    plan: PlanKey.meta({ description: 'Name of the plan' }),
    interval: BillingInterval.optional().meta({ description: 'What is paid for at a time; by default as it is' }),
    addons: ADDONS.optional(),
    at: z.enum(['now', 'period_end']).optional().meta({ description: 'When it begins; by default as a change does' }),
    promotionCode: PromotionCode.optional().meta({ description: 'What it would take off; it is not used up' }),
  }),
  output: z.object({
    product: ProductKey,
    plan: PlanKey,
    interval: BillingInterval,
    provider: z.enum(['none', 'manual', 'stripe']).meta({ description: 'Who bills for it' }),
    beginsAt: Timestamp.nullable().meta({
      description: 'When the plan begins; null: when the operator approves it, and nothing changes before',
    }),
    dueNow: PreviewedInvoice.nullable().meta({ description: 'An invoice at once; null: nothing is owed now' }),
    next: PreviewedInvoice.nullable().meta({
      description:
        'The invoice at the next period; credits that wait are on it, and usage only as far as a payment provider has counted ' +
        'it by now. null: there is none, or the provider does not say it',
    }),
    owed: z
      .array(z.object({ currency: z.string().meta({ examples: ['EUR'] }), dueMinor: Minor('In the smallest unit') }))
      .meta({ description: 'Left to pay of invoices that are open already, besides `dueNow`; by currency' }),
    entitlements: z
      .array(
        z.object({
          feature: FeatureKey,
          before: FeatureGrant.nullable().meta({ description: 'null: not included' }),
          after: FeatureGrant.nullable().meta({ description: 'null: not included' }),
        }),
      )
      .meta({ description: 'What differs' }),
    overLimit: z.array(OverLimit).meta({ description: 'Of what there is now, that will be over the limits' }),
  }),
  errors: [
    promotionCodeInvalid,
    unknownPlan,
    intervalNotOffered,
    addonNotOffered,
    paymentNeeded,
    paymentRefused,
    priceNotPublished,
  ],
  deadlineMs: 40_000,
});
