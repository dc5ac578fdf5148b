import { Config, envFlag, envInt } from '@tidegate/runtime/config';
import { z } from 'zod';
import type { TaxTerms } from './invoices/tax.rules.ts';

const SECRET = /^whsec_\S{8,}$/;

const countries = () =>
  z.string().regex(/^[A-Z]{2}(,[A-Z]{2})*$/, 'countries by two capital letters, separated by commas');

const schema = z
  .object({
    PLANS_FILE: z
      .string()
      .optional()
      .meta({
        description:
          'The plan catalogue that the first start applies (default: the shipped plans/tidegate.yaml). Later ones are ' +
          'applied with `tidegate plans apply`.',
      }),
    GRACE_DAYS: envInt(0, 365).default(7).meta({
      description:
        'Days after a payment has become overdue during which everything still works; after them nothing can be created',
    }),
    STRIPE_SECRET_KEY: z
      .string()
      .regex(/^(sk|rk)_(test|live)_\S{8,}$/, 'a secret or restricted key of Stripe: sk_test_…, sk_live_…, rk_…')
      .optional()
      .meta({
        description:
          'Secret key of Stripe; its second part says whether real money moves. Without it nothing can be paid by card, ' +
          'and everything else works (better: STRIPE_SECRET_KEY_FILE)',
      }),
    STRIPE_WEBHOOK_SECRET: z
      .string()
      .transform((text) => text.split(',').map((part) => part.trim()))
      .pipe(z.array(z.string().regex(SECRET, 'signing secrets of the endpoint: whsec_…')).max(2))
      .optional()
      .meta({
        description:
          'Signing secret of the webhook endpoint at Stripe; two, separated by a comma, while it is being changed. Without ' +
          'it no webhook is taken, and changes are found within five minutes (better: STRIPE_WEBHOOK_SECRET_FILE)',
      }),
    STRIPE_API_BASE: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ description: 'Where Stripe’s API is, for a double of it; by default https://api.stripe.com' }),
    STRIPE_RETURN_URL: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({
        description:
          'Where people come back to from Stripe’s pages; {organisation} becomes its id; by default the billing page of the console',
      }),
    STRIPE_TAX: envFlag()
      .optional()
      .meta({ description: 'true: Stripe Tax computes taxes, for which it has to be set up there' }),
    PACKAGES_BEFORE_PAYMENT: envFlag().optional().meta({
      description: 'true: prepaid packages that are ordered on an invoice can be used at once, and not when it is paid',
    }),
    UNPAID_DAYS: envInt(0, 3650)
      .default(30)
      .meta({
        description:
          'Days after the grace of an own invoice that is not paid until the default plan of the product takes the place of ' +
          'what it charges for; paid later, it comes back',
      }),
    INVOICE_REMINDER_DAYS: z
      .string()
      .regex(/^(-?\d{1,3}(,-?\d{1,3})*)?$/, 'whole numbers, separated by commas')
      .default('-3,0,3,6')
      .meta({
        description:
          'Days after the due date on which customers are reminded of an own invoice; -3 is three days before it. Empty: never',
      }),
    INVOICE_KEEP_YEARS: envInt(0, 100).default(10).meta({
      description:
        'Years, from the end of that in which they were issued, for which invoices of deleted organisations are kept',
    }),
    INVOICE_DUE_DAYS: z.coerce
      .number()
      .int()
      .min(0)
      .max(365)
      .default(14)
      .meta({ description: 'Days after which an invoice that is paid outside the platform is due' }),
    INVOICE_SELLER: z
      .string()
      .trim()
      .min(1)
      .max(600)
      .optional()
      .meta({
        description:
          'Who own invoices are from, as it stands on their PDFs, in lines that | separates: name, address, tax number. By ' +
          'default INSTALLATION_NAME. What was issued keeps the one of then',
      }),
    INVOICE_TAX_RATE: z
      .string()
      .regex(/^\d{1,2}(\.\d{1,4})?$/, 'a percentage as an exact decimal, such as 19 or 8.1')
      .optional()
      .meta({
        description:
          'Percent of tax that own invoices add to what they charge, such as 19 or 8.1; without it they add none. What was issued ' +
          'keeps the one of then. Stripe computes its own (STRIPE_TAX)',
      }),
    INVOICE_TAX_NAME: z.string().trim().min(1).max(20).default('VAT').meta({
      description: 'What that tax is called on invoices',
    }),
    INVOICE_TAX_COUNTRIES: countries()
      .optional()
      .meta({
        description:
          'Countries whose customers pay it, by their two letters and separated by commas, such as DE; by default all. Customers ' +
          'that have named no country pay it',
      }),
    INVOICE_TAX_REVERSE_CHARGE: countries()
      .optional()
      .meta({
        description:
          'Countries whose customers owe it themselves when they have a tax number, such as AT,FR: nothing is added then, and the ' +
          'invoice says so',
      }),
    INSTALLATION_NAME: z.string().min(1).max(80).default('Tidegate').meta({
      description: 'As for the notifier: who own invoices are from, where INVOICE_SELLER is not set',
    }),
  })
  .refine((values) => values.STRIPE_WEBHOOK_SECRET === undefined || values.STRIPE_SECRET_KEY !== undefined, {
    path: ['STRIPE_SECRET_KEY'],
    error: 'Set the secret key, because STRIPE_WEBHOOK_SECRET is set.',
  });

export class BillingConfig extends Config(schema) {}

/** Who invoices are from that are issued now, in lines: what the operator wants on them, or at least a name. */
export const sellerOf = ({
  INVOICE_SELLER,
  INSTALLATION_NAME,
}: Pick<BillingConfig, 'INVOICE_SELLER' | 'INSTALLATION_NAME'>): string =>
  INVOICE_SELLER?.replaceAll('|', '\n') ?? INSTALLATION_NAME;

/** The tax that own invoices add; undefined: none. */
export function taxTermsOf({
  INVOICE_TAX_RATE: rate,
  INVOICE_TAX_NAME: name,
  INVOICE_TAX_COUNTRIES: countries,
  INVOICE_TAX_REVERSE_CHARGE: reverse,
}: Pick<
  BillingConfig,
  'INVOICE_TAX_RATE' | 'INVOICE_TAX_NAME' | 'INVOICE_TAX_COUNTRIES' | 'INVOICE_TAX_REVERSE_CHARGE'
>): TaxTerms | undefined {
  if (rate === undefined) return undefined;
  const listed = (text: string | undefined) => text && new Set(text.split(','));
  return { name, rate, countries: listed(countries) || undefined, reverseCharge: listed(reverse) || new Set() };
}
