import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Id, IsDemo, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { PlanKey } from './catalogue.ts';
import { Currency } from './currencies.ts';
import { InvoiceWithLines } from './invoices.ts';
import { ProductKey } from './products.ts';
import { SubscriptionStatus } from './subscription-status.ts';
import { BillingInterval } from './subscriptions.ts';

/** Smallest units of one currency; amounts of different currencies are never added. */
export const Money = z
  .object({ currency: Currency, amountMinor: z.int().min(0) })
  .meta({ id: 'Money', description: 'In the smallest unit of the currency: 2900 is 29.00 EUR' });

const FORMAT = z.enum(['json', 'csv']).optional().meta({ description: 'csv: a table; by default what `Accept` says' });
const TABLE = z.string().optional().meta({ description: 'The table of the page, when CSV was asked for' });
const AS_CSV =
  'With `format=csv`, or `Accept: text/csv`, the answer is one table (RFC 4180) of all that the filter matches, from `cursor` on. ' +
  'It is whole when it ends: when a part cannot be read, the connection is cut.';

export const OrganisationSummary = z
  .object({
    id: Id,
    name: z.string().meta({ description: 'Empty for some seconds after sign-up or an upgrade' }),
    ownerEmail: z.string().nullable().meta({ description: 'Of the owner who has been it longest' }),
    demo: IsDemo,
    createdAt: Timestamp,
    plans: z.array(
      z.object({
        product: ProductKey,
        productName: z.string(),
        plan: PlanKey,
        planName: z.string(),
        planVersion: z.int().min(1),
        status: SubscriptionStatus,
        interval: BillingInterval,
        billingHeld: z.boolean().meta({ description: 'Not invoiced until an operator begins it' }),
      }),
    ),
    mrr: z.array(Money).meta({ description: 'What it brings in a month, by currency; empty: nothing' }),
  })
  .meta({ id: 'OrganisationSummary' });
export type OrganisationSummary = z.infer<typeof OrganisationSummary>;

export const searchOrganisations = operation({
  service: 'billing',
  name: 'organisations.search',
  http: ['GET', '/api/v1/operator/organisations'],
  scope: 'operator',
  summary: 'All organisations of this installation, with their plans and what they bring in a month',
  description:
    'Product, plan and status are of the same subscription. Sorted by `mrr`, only those are listed that pay something in ' +
    'the currency, the highest first. ' +
    AS_CSV,
  input: z.strictObject({
    q: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'A part of the name or of the owner’s address, or the whole id' }),
    product: ProductKey.optional().meta({ description: 'Those that have a subscription of it' }),
    plan: PlanKey.optional().meta({ description: 'Those that have a plan of this name' }),
    status: SubscriptionStatus.optional().meta({ description: 'Those that have a subscription in this state' }),
    held: z
      .boolean()
      .optional()
      .meta({ description: 'Those with, or without, a subscription that is not invoiced until an operator begins it' }),
    sort: z
      .enum(['created', 'name', 'mrr'])
      .default('created')
      .meta({ description: 'created: the newest first. name: from a to z. mrr: those that bring most first' }),
    currency: Currency.optional().meta({ description: 'By which `mrr` sorts; by default that of the catalogue' }),
    format: FORMAT,
    ...pageQuery,
  }),
  output: page(OrganisationSummary).extend({ csv: TABLE }),
  csv: true,
});

export const InvoiceOfAny = InvoiceWithLines.extend({
  organisationId: Id,
  deleted: z.boolean().meta({ description: 'Its organisation is deleted; the invoice is kept because laws want it' }),
}).meta({ id: 'InvoiceOfAny' });
export type InvoiceOfAny = z.infer<typeof InvoiceOfAny>;

export const listAllInvoices = operation({
  service: 'billing',
  name: 'invoices.list-all',
  http: ['GET', '/api/v1/operator/invoices'],
  scope: 'operator',
  summary: 'Invoices of all organisations, the newest first, with their lines',
  description: `${AS_CSV} It has a line for each invoice.`,
  input: z.strictObject({
    of: z
      .enum(['current', 'deleted'])
      .default('current')
      .meta({ description: 'deleted: of organisations that are deleted, kept for `INVOICE_KEEP_YEARS`' }),
    state: z
      .enum(['open', 'overdue', 'paid', 'void'])
      .optional()
      .meta({ description: 'By default all that were issued' }),
    organisationId: Id.optional().meta({ description: 'Only those of this organisation' }),
    format: FORMAT,
    ...pageQuery,
  }),
  output: page(InvoiceOfAny).extend({ csv: TABLE }),
  csv: true,
});

export const listDoublePayments = operation({
  service: 'billing',
  name: 'double-payments.list',
  http: ['GET', '/api/v1/operator/double-payments'],
  scope: 'operator',
  summary: 'Products for which an organisation pays by two subscriptions at once, the oldest first',
  description:
    'Made in the dashboard of the payment provider, or by two pages that were paid at once. `subscriptionId` is the one ' +
    'that gives nothing: cancel it there and refund it.',
  input: z.strictObject({ ...pageQuery }),
  output: page(
    z
      .object({
        organisationId: Id,
        product: ProductKey,
        subscriptionId: z.string().meta({ examples: ['sub_1Nv0kL2eZvKYlo2C'] }),
        foundAt: Timestamp,
      })
      .meta({ id: 'DoublePayment' }),
  ),
});

/** One thing that happened to an organisation. */
export const StoryEntry = z
  .object({
    id: z.string(),
    at: Timestamp,
    kind: z.enum(['change', 'charge', 'invoice', 'invoice_change', 'balance', 'payment', 'difference']).meta({
      description:
        'change: of subscriptions, seats, grants, orders and billing details, and of usage that was counted. charge: put on the next invoice. invoice: issued. invoice_change: ' +
        'paid, withdrawn or credited by hand. balance: of what it has to its credit. payment: what the payment provider ' +
        'reported. difference: found when the provider was compared, and healed',
    }),
    product: ProductKey.nullable(),
    action: z.string().meta({ examples: ['changed'] }),
    by: z.string().meta({ description: 'A person, a key, a service, or the payment provider' }),
    reason: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'StoryEntry' });
export type StoryEntry = z.infer<typeof StoryEntry>;

export const organisationStory = operation({
  service: 'billing',
  name: 'organisations.story',
  http: ['GET', '/api/v1/operator/organisations/{organisationId}/story'],
  scope: 'operator',
  summary: 'Everything that happened to one organisation: what, when, by whom and why; the newest first',
  description: 'What it has now is at `GET /api/v1/operator/organisations/{organisationId}/billing`.',
  input: z.strictObject({ organisationId: Id, ...pageQuery }),
  output: page(StoryEntry),
});

export const Month = z
  .string()
  .regex(/^(20|21)\d\d-(0[1-9]|1[0-2])$/, 'a month such as 2026-11')
  .meta({ id: 'Month', description: 'A month of UTC', examples: ['2026-11'] });
const minor = z.int().min(0);
const count = z.int().min(0);
const rate = z
  .string()
  .nullable()
  .meta({ description: 'A share to four digits; null: of nothing', examples: ['0.0250'] });

/** What each means, with an example: docs/operations.md, *Your business*. */
export const RevenueFigures = z
  .object({
    currency: Currency,
    from: Month,
    to: Month,
    asOf: Timestamp.meta({ description: 'Until when facts count; a month that is over does not change any more' }),
    mrr: z.array(
      z.object({
        month: Month,
        startMinor: minor,
        newMinor: minor,
        expansionMinor: minor,
        reactivationMinor: minor,
        contractionMinor: minor,
        churnMinor: minor,
        endMinor: minor,
        customersAtStart: count,
        customersNew: count,
        customersReactivated: count,
        customersLost: count,
        customersAtEnd: count,
        customerChurnRate: rate,
        revenueChurnRate: rate,
      }),
    ),
    trials: z.array(z.object({ month: Month, begun: count, ended: count, converted: count, conversionRate: rate })),
    plans: z.array(
      z.object({
        month: Month,
        product: ProductKey,
        productName: z.string(),
        plan: PlanKey,
        planName: z.string(),
        subscriptions: count,
        mrrMinor: minor,
      }),
    ),
    cohorts: z.array(z.object({ cohort: Month, month: Month, signedUp: count, paying: count, mrrMinor: minor })),
    csv: z.string().optional().meta({ description: 'The table, when CSV was asked for' }),
  })
  .meta({ id: 'RevenueFigures' });
export type RevenueFigures = z.infer<typeof RevenueFigures>;

export const REVENUE_TABLES = ['mrr', 'trials', 'plans', 'cohorts'] as const;

export const getRevenue = operation({
  service: 'billing',
  name: 'revenue.get',
  http: ['GET', '/api/v1/operator/revenue'],
  scope: 'operator',
  summary: 'What the business brings, by month: recurring revenue and its movements, trials, plans and cohorts',
  description:
    'Of one currency: amounts of different currencies are never added. With `format=csv`, or `Accept: text/csv`, the answer ' +
    'is one `table` as CSV (RFC 4180).',
  input: z.strictObject({
    from: Month.optional().meta({ description: 'The first month; by default eleven before the last' }),
    to: Month.optional().meta({ description: 'The last month; by default the present one' }),
    currency: Currency.optional().meta({ description: 'By default that of the catalogue' }),
    table: z.enum(REVENUE_TABLES).default('mrr').meta({ description: 'Which table, of CSV' }),
    format: z.enum(['json', 'csv']).optional().meta({ description: 'csv: one table; by default what `Accept` says' }),
  }),
  output: RevenueFigures,
  csv: true,
  deadlineMs: 60_000,
});
