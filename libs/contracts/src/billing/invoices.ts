import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import {
  countedPage,
  countQuery,
  Id,
  Instant,
  PLAIN_TEXT,
  pageQuery,
  searchQuery,
  sortQuery,
  Timestamp,
} from '../kernel/types.ts';
import { Currency } from './currencies.ts';
import { InvoiceTax } from './invoice-tax.ts';

/** Stripe's words. uncollectible: given up, but still owed. */
export const InvoiceStatus = z.enum(['draft', 'open', 'paid', 'void', 'uncollectible']).meta({ id: 'InvoiceStatus' });
export type InvoiceStatus = z.infer<typeof InvoiceStatus>;

/** In the smallest unit of the invoice's currency; credits are negative. */
export const InvoiceId = Id.meta({ description: 'The invoice' });

const Amount = z
  .int()
  .meta({ id: 'AmountMinor', description: 'In the smallest unit of the currency: 2900 is 29.00 EUR' });

/** Plain text that may have lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
export const LINES = /^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*$/;

/** Whom an invoice is made out to. */
export const InvoiceCustomer = z
  .object({
    name: z.string(),
    address: z
      .string()
      .nullable()
      .meta({ examples: ['1 Harbour Street\n20457 Hamburg'] }),
    taxId: z
      .string()
      .nullable()
      .meta({ examples: ['DE123456789'] }),
    country: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'By its two letters of ISO 3166', examples: ['DE'] }),
  })
  .meta({ id: 'InvoiceCustomer' });
export type InvoiceCustomer = z.infer<typeof InvoiceCustomer>;

export const InvoiceLine = z
  .object({
    product: z.string().nullable().meta({ description: 'null: of no product, such as a one-off charge' }),
    item: z.string().meta({
      description: 'What is paid for, such as `plan:pro`, `addon:explain_pro` or `usage:api_calls`',
      examples: ['plan:pro'],
    }),
    description: z.string(),
    quantity: z.number().meta({
      description: 'Of usage what this line charges, in units of the meter, with its digits behind the point',
    }),
    amountMinor: Amount.meta({ description: 'Before discounts' }),
    discountMinor: Amount.meta({ description: 'What coupons take from this line, not below zero' }),
    taxMinor: Amount.meta({ description: 'On what is left; 0 where another than our own computes tax' }),
    periodStart: Timestamp,
    periodEnd: Timestamp,
    usage: z
      .object({
        meter: z.string(),
        from: Timestamp,
        to: Timestamp,
        used: z.number().nullable().meta({
          description: 'Everything that was counted in that time when the line was made; null: not known yet',
        }),
        covered: z
          .object({
            plan: z.number().meta({ description: 'By what the plan includes, with add-ons and grants' }),
            rollover: z.number().meta({ description: 'By what was left of earlier windows' }),
            credits: z.number().meta({ description: 'By prepaid units' }),
          })
          .nullable()
          .meta({ description: 'What paid for a part of it; null: not known' }),
        charged: z
          .number()
          .nullable()
          .meta({
            description:
              'What is charged of it, by this line and those before it for the same time: `used` less what is covered. ' +
              'null: not known',
          }),
        events: z.string().meta({
          description: 'Lists exactly its events: their quantities add up to what was used',
          examples: ['/api/v1/usage/events?meter=reports&from=2026-11-01T00:00:00.000Z&to=2026-12-01T00:00:00.000Z'],
        }),
      })
      .optional()
      .meta({ description: 'Of a line of usage: what it is about' }),
  })
  .meta({ id: 'InvoiceLine' });
export type InvoiceLine = z.infer<typeof InvoiceLine>;

export const Invoice = z
  .object({
    id: Id,
    number: z
      .string()
      .nullable()
      .meta({ description: 'null until it is issued', examples: ['2026-000042'] }),
    provider: z
      .enum(['manual', 'stripe', 'demo'])
      .meta({ description: 'manual: paid outside the platform; demo: made up, nobody owes it' }),
    status: InvoiceStatus,
    customer: InvoiceCustomer.nullable().meta({
      description: 'As it was when it was issued; null: the provider knows',
    }),
    currency: Currency,
    subtotalMinor: Amount,
    discountMinor: Amount,
    taxMinor: Amount.meta({ description: 'The sum of that of its lines' }),
    tax: InvoiceTax.nullable().optional().meta({ description: 'null: none, or another than our own computed it' }),
    totalMinor: Amount,
    fromBalanceMinor: Amount.meta({ description: 'Paid from the balance that earlier credits left' }),
    creditedMinor: Amount.meta({ description: 'Taken back by credit notes' }),
    creditedTaxMinor: Amount.optional().meta({ description: 'What of that is tax' }),
    dueMinor: Amount.meta({ description: 'What is left to pay' }),
    periodStart: Timestamp,
    periodEnd: Timestamp,
    issuedAt: Timestamp.nullable(),
    dueAt: Timestamp.nullable(),
    paidAt: Timestamp.nullable(),
    url: z
      .url()
      .nullable()
      .meta({ description: 'A page on which the invoice can be paid', examples: ['https://pay.example.com/i/42'] }),
    pdfUrl: z
      .url()
      .nullable()
      .meta({ examples: ['https://pay.example.com/i/42/pdf'] }),
  })
  .meta({ id: 'Invoice' });
export type Invoice = z.infer<typeof Invoice>;

export const InvoiceWithLines = Invoice.extend({ lines: z.array(InvoiceLine) }).meta({ id: 'InvoiceWithLines' });
export type InvoiceWithLines = z.infer<typeof InvoiceWithLines>;

export const listInvoices = operation({
  service: 'billing',
  name: 'invoices.list',
  http: ['GET', '/api/v1/billing/invoices'],
  scope: 'billing:read',
  summary: 'Invoices, the newest first or in another order',
  description: 'From our own records: works while a payment provider is down.',
  input: z.strictObject({
    ...pageQuery,
    ...sortQuery(
      ['created', 'number', 'issued', 'status', 'total', 'due'],
      '-created',
      'number, issued: what has none comes before the others; total, due: the amount, in whichever currency',
    ),
    ...searchQuery('the number'),
    ...countQuery,
  }),
  output: countedPage(Invoice),
});

export const getInvoice = operation({
  service: 'billing',
  name: 'invoices.get',
  http: ['GET', '/api/v1/billing/invoices/{invoiceId}'],
  scope: 'billing:read',
  summary: 'An invoice with its lines',
  input: z.strictObject({ invoiceId: InvoiceId }),
  output: InvoiceWithLines,
});

export const invoiceNotPayable = problem(
  'invoice_not_payable',
  409,
  'The state of the invoice does not allow this',
  z.object({ invoiceStatus: InvoiceStatus }),
);

export const invoiceOfProvider = problem(
  'invoice_of_provider',
  409,
  'The payment provider keeps this invoice: change it there',
  z.object({ provider: z.string() }),
);

export const otherCurrency = problem(
  'other_currency',
  409,
  'The organisation is billed in another currency',
  z.object({ currency: z.string() }),
);

const Reason = z
  .string()
  .min(3)
  .max(300)
  .regex(PLAIN_TEXT, 'a text without control characters')
  .meta({ description: 'Why; stored with who did it and when', examples: ['Bank transfer of 2026-11-20'] });

const OfInvoice = { organisationId: Id, invoiceId: InvoiceId, reason: Reason };

export const chargeOnce = operation({
  service: 'billing',
  name: 'invoices.charge-once',
  http: ['POST', '/api/v1/operator/organisations/{organisationId}/charges'],
  status: 200,
  scope: 'operator',
  summary: 'Put a one-off charge or credit on the next invoice, or on one of its own at once',
  audit: {
    thing: 'invoice',
    id: 'invoice.id',
    name: 'invoice.number',
    shows: ['description', 'currency', 'amountMinor', 'reason'],
    ignores: ['chargeKey', 'now'],
    of: 'organisationId',
  },
  input: z.strictObject({
    organisationId: Id,
    chargeKey: z
      .string()
      .min(1)
      .max(100)
      .regex(PLAIN_TEXT)
      .meta({ description: 'Chosen by you: the same key again changes nothing', examples: ['white-label-set-up'] }),
    description: z
      .string()
      .min(1)
      .max(200)
      .regex(PLAIN_TEXT)
      .meta({ description: 'What the customer reads on the invoice', examples: ['White label, set up'] }),
    currency: Currency,
    amountMinor: z
      .int()
      .min(-100_000_000_000)
      .max(100_000_000_000)
      .refine((amount) => amount !== 0, 'an amount other than zero')
      .meta({ description: 'In the smallest unit of the currency; below zero it is a credit', examples: [500_000] }),
    reason: Reason,
    now: z
      .boolean()
      .default(false)
      .meta({ description: 'Issue an invoice at once, with everything that waits for one' }),
  }),
  output: z.object({ invoice: InvoiceWithLines.nullable() }),
  errors: [otherCurrency],
});

export const payInvoice = operation({
  service: 'billing',
  name: 'invoices.pay',
  http: ['POST', '/api/v1/operator/organisations/{organisationId}/invoices/{invoiceId}/pay'],
  status: 200,
  scope: 'operator',
  summary: 'Mark an invoice as paid by hand',
  audit: { thing: 'invoice', id: 'invoiceId', name: 'number', shows: ['status', 'reason'], of: 'organisationId' },
  input: z.strictObject(OfInvoice),
  output: Invoice,
  errors: [invoiceNotPayable, invoiceOfProvider],
});

export const voidInvoice = operation({
  service: 'billing',
  name: 'invoices.void',
  http: ['POST', '/api/v1/operator/organisations/{organisationId}/invoices/{invoiceId}/void'],
  status: 200,
  scope: 'operator',
  summary: 'Withdraw an open invoice: nothing of it is owed',
  description: 'What was paid from the balance returns to it. A paid invoice is not withdrawn but credited.',
  audit: { thing: 'invoice', id: 'invoiceId', name: 'number', shows: ['status', 'reason'], of: 'organisationId' },
  input: z.strictObject(OfInvoice),
  output: Invoice,
  errors: [invoiceNotPayable, invoiceOfProvider],
});

export const creditInvoice = operation({
  service: 'billing',
  name: 'invoices.credit',
  http: ['POST', '/api/v1/operator/organisations/{organisationId}/invoices/{invoiceId}/credit-notes'],
  status: 200,
  scope: 'operator',
  summary: 'Take back a part of an invoice by a credit note',
  description:
    'What is not paid yet is owed no longer; what is paid already goes to the balance, or was refunded outside.',
  audit: {
    thing: 'invoice',
    id: 'invoiceId',
    name: 'number',
    shows: ['amountMinor', 'reason'],
    ignores: ['creditKey', 'refunded'],
    of: 'organisationId',
  },
  input: z.strictObject({
    ...OfInvoice,
    creditKey: z.string().min(1).max(100).regex(PLAIN_TEXT).meta({
      description: 'Chosen by you: the same key again changes nothing',
    }),
    amountMinor: z.int().min(1).max(100_000_000_000).meta({ description: 'In the smallest unit of the currency' }),
    refunded: z
      .boolean()
      .default(false)
      .meta({ description: 'The money was returned outside; else the balance gets it' }),
  }),
  output: Invoice,
  errors: [invoiceNotPayable, invoiceOfProvider],
});

export const extendInvoice = operation({
  service: 'billing',
  name: 'invoices.extend',
  http: ['POST', '/api/v1/operator/organisations/{organisationId}/invoices/{invoiceId}/extend'],
  status: 200,
  scope: 'operator',
  summary: 'Give an open invoice another due date',
  description: 'What was overdue because of it is not any more, within a second. Reminders start over.',
  audit: { thing: 'invoice', id: 'invoiceId', name: 'number', shows: ['dueAt', 'reason'], of: 'organisationId' },
  input: z.strictObject({
    ...OfInvoice,
    dueAt: Instant.meta({ description: 'When it is due from now on: in the future, within a year' }),
  }),
  output: Invoice,
  errors: [invoiceNotPayable, invoiceOfProvider],
});

export const InvoiceFact = z.object({
  orgId: Id,
  invoice: Invoice,
  by: z.string().meta({ description: 'Who did it: a user, a key, or a service' }),
});

const fact = (name: string, summary: string) =>
  event({ service: 'billing', name, summary, data: InvoiceFact, aggregate: ({ orgId }) => orgId });

export const invoiceIssued = fact(
  'invoice.issued.v1',
  'An invoice is issued, and owed if anything of it is left to pay',
);
export const invoicePaid = fact('invoice.paid.v1', 'An invoice is paid');
export const invoiceVoided = fact('invoice.voided.v1', 'An invoice is withdrawn');
export const invoiceCredited = fact('invoice.credited.v1', 'A part of an invoice was taken back by a credit note');
export const invoiceExtended = fact('invoice.extended.v1', 'An invoice is due later');

export const invoiceReminder = event({
  service: 'billing',
  name: 'invoice.reminder.v1',
  summary: 'An own invoice that is open will soon be due, or is overdue',
  data: InvoiceFact.extend({
    daysOverdue: z.int().meta({ description: 'Below zero: so many days before it is due' }),
    readOnlyAt: Timestamp.meta({ description: 'If it is not paid by then, nothing can be created any more' }),
    unpaidAt: Timestamp.meta({ description: 'If it is not paid by then, the default plan takes its place' }),
  }),
  aggregate: ({ orgId }) => orgId,
});
