import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Id, Instant, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { PackageKey } from './catalogue.ts';
import { Currency } from './currencies.ts';
import { FeatureKey } from './features.ts';
import { InvoiceWithLines, otherCurrency } from './invoices.ts';
import { paymentsNotConfigured } from './payments.ts';

const Reason = z.string().trim().min(1).max(500).meta({ description: 'Why; it is stored with who did it' });

/** Prepaid units of a metered feature, bought or given. */
export const Credit = z
  .object({
    id: Id,
    feature: FeatureKey,
    name: z.string().meta({ description: 'What customers read', examples: ['1,000 calls'] }),
    amount: z.int().min(1),
    from: Timestamp,
    until: Timestamp.nullable().meta({ description: 'When the rest expires; null: never' }),
    source: z.enum(['package', 'manual', 'promotion']),
    package: PackageKey.nullable(),
    priority: z.int().meta({ description: 'The lowest is used first; then what expires first' }),
    by: z.string(),
    reason: z.string(),
    givenAt: Timestamp,
  })
  .meta({ id: 'Credit' });
export type Credit = z.infer<typeof Credit>;

/** As customers see it, with what is left: why an operator gave it is theirs to know. */
export const CreditLeft = Credit.omit({ by: true, reason: true })
  .extend({
    source: z.enum([...Credit.shape.source.options, 'rollover']).meta({
      description: 'rollover: it was left of an earlier window of the plan, and is used before what that includes',
    }),
    left: z
      .number()
      .min(0)
      .nullable()
      .meta({ description: 'What can still be used; null: usage does not answer at present' }),
    expired: z.boolean(),
  })
  .meta({ id: 'CreditLeft' });
export type CreditLeft = z.infer<typeof CreditLeft>;

/** Units that were ordered and are not paid for yet. */
export const PackageOrder = z
  .object({
    id: Id,
    package: PackageKey,
    name: z.string(),
    feature: FeatureKey,
    quantity: z.int().min(1),
    amount: z.int().min(1).meta({ description: 'Units altogether' }),
    currency: Currency,
    totalMinor: z.int().min(0).meta({ description: 'In the smallest unit of the currency' }),
    status: z.enum(['open', 'granted', 'canceled']).meta({
      description: 'open: the invoice is not paid. granted: the units can be used. canceled: the invoice was withdrawn',
    }),
    invoiceId: Id.nullable(),
    creditId: Id.nullable(),
    orderedBy: z.string(),
    orderedAt: Timestamp,
  })
  .meta({ id: 'PackageOrder' });
export type PackageOrder = z.infer<typeof PackageOrder>;

export const getCredits = operation({
  service: 'billing',
  name: 'credits.get',
  http: ['GET', '/api/v1/billing/credits'],
  scope: 'billing:read',
  summary: 'What the organisation has to its credit: money, and prepaid units by feature',
  description:
    'Prepaid units are used beyond what the plan includes, in the order of the list: by priority, then what expires ' +
    'first, then what was free. What was left of earlier windows (`source` rollover) is used first. Of what is used up or expired the newest thousand are listed.',
  input: z.strictObject({}),
  output: z.object({
    balances: z
      .array(
        z.object({
          currency: Currency,
          amountMinor: z.int().meta({ description: 'Pays later invoices; in the smallest unit of the currency' }),
        }),
      )
      .meta({ description: 'Money from credit notes and unused time' }),
    features: z.array(
      z.object({
        feature: FeatureKey,
        left: z.number().min(0).nullable().meta({ description: 'null: usage does not answer at present' }),
        credits: z.array(CreditLeft),
      }),
    ),
    orders: z.array(PackageOrder).meta({ description: 'Packages that were ordered, newest first' }),
  }),
});

export const unknownPackage = problem(
  'unknown_package',
  404,
  'There is no such package on offer',
  z.object({ package: z.string(), packages: z.array(z.string()) }),
);

export const packageNotUsable = problem(
  'package_not_usable',
  409,
  'No plan of the organisation has the feature of this package',
  z.object({ package: z.string(), feature: z.string() }),
);

export const tooManyOrders = problem(
  'too_many_orders',
  409,
  'Too many packages are ordered and not paid',
  z.object({ open: z.int(), limit: z.int() }),
);

export const paymentNeededForPackage = problem(
  'package_payment_needed',
  402,
  'This has to be paid first',
  z.object({ package: z.string(), checkout: z.string() }),
);

/** What is bought, on an invoice or on a page of the payment provider. */
export const ChosenPackage = z.strictObject({
  package: PackageKey.meta({ description: 'Name of the package' }),
  quantity: z.int().min(1).max(1_000).default(1).meta({ description: 'How many of it' }),
  orderKey: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,100}$/)
    .meta({ description: 'Chosen by you, new for each order', examples: ['order-2026-17'] }),
});

export const orderPackage = operation({
  service: 'billing',
  name: 'packages.order',
  http: ['POST', '/api/v1/billing/packages/{package}'],
  scope: 'billing:write',
  summary: 'Order prepaid units, on an invoice',
  description:
    'For organisations that are invoiced by hand, and wherever no payment provider is configured: an invoice is issued at ' +
    'once, and the units can be used when it is paid (or at once, as `PACKAGES_BEFORE_PAYMENT` says). Everybody else is ' +
    'told where they are bought. The same key again is the same order.',
  audit: { thing: 'package', id: 'package', name: 'package', shows: ['quantity'], ignores: ['orderKey'] },
  input: ChosenPackage,
  output: z.object({ order: PackageOrder, invoice: InvoiceWithLines.nullable() }),
  errors: [
    unknownPackage,
    packageNotUsable,
    tooManyOrders,
    otherCurrency,
    paymentsNotConfigured,
    paymentNeededForPackage,
  ],
});

const creditKey = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,100}$/)
  .meta({ description: 'Chosen by you: the same key again gives nothing more', examples: ['ticket-4711'] });

export const giveCredit = operation({
  service: 'billing',
  name: 'credits.give',
  http: ['POST', '/api/v1/operator/organisations/{organisationId}/credits'],
  scope: 'operator',
  summary: 'Give an organisation units of a metered feature, or a package',
  audit: {
    thing: 'credit',
    shows: ['package', 'feature', 'amount', 'from', 'until', 'priority', 'source', 'reason'],
    ignores: ['creditKey'],
    of: 'organisationId',
  },
  input: z.strictObject({
    organisationId: Id,
    creditKey,
    package: PackageKey.optional().meta({
      description: 'A package, also one that is not on offer; or feature and amount',
    }),
    feature: FeatureKey.optional().meta({ description: 'A metered feature' }),
    amount: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().meta({ description: 'How many units' }),
    name: Name.optional().meta({
      description: 'What customers read; by default the package, or the amount',
      examples: ['With our thanks'],
    }),
    until: Instant.optional().meta({ description: 'When the rest expires; by default as the package, or never' }),
    priority: z.int().min(-1_000).max(1_000).default(0).meta({ description: 'The lowest is used first' }),
    source: z.enum(['manual', 'promotion']).default('manual').meta({ description: 'What it is given as' }),
    reason: Reason,
  }),
  output: Credit,
  errors: [unknownPackage],
});

export const listCredits = operation({
  service: 'billing',
  name: 'credits.list',
  http: ['GET', '/api/v1/operator/organisations/{organisationId}/credits'],
  scope: 'operator',
  summary: 'Units that an organisation has bought or was given, newest first',
  input: z.strictObject({ organisationId: Id, ...pageQuery }),
  output: page(Credit),
});

export const endCredit = operation({
  service: 'billing',
  name: 'credits.end',
  http: ['DELETE', '/api/v1/operator/organisations/{organisationId}/credits/{creditId}'],
  scope: 'operator',
  status: 200,
  summary: 'Take back what is left of units that were bought or given',
  description: 'What was used of them stays used.',
  audit: { thing: 'credit', id: 'creditId', shows: ['feature', 'amount', 'reason'], of: 'organisationId' },
  input: z.strictObject({
    organisationId: Id,
    creditId: Id.meta({ description: 'Which units' }),
    reason: z.string().trim().max(500).default('').meta({ description: 'Why they are taken back' }),
  }),
  output: Credit,
});

/** All there is to know of the units, each time: the newest counts. */
export const creditsChanged = event({
  service: 'billing',
  name: 'credits.changed.v1',
  summary: 'Prepaid units were bought, given or taken back',
  data: z.object({ orgId: Id, credit: Credit, free: z.boolean().meta({ description: 'Nothing was paid for them' }) }),
  aggregate: ({ orgId }) => orgId,
});
