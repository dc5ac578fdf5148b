import type { InvoiceOfAny, OrganisationSummary } from '@tidegate/contracts/billing/operator';
import { csvOf } from './csv.rules.ts';

const ORGANISATION = [
  'id',
  'name',
  'ownerEmail',
  'demo',
  'createdAt',
  'plans',
  'statuses',
  'currency',
  'mrrMinor',
  'otherMrr',
];

/** A line for each: what it brings in one currency as a number, and in others as `2900 EUR`. */
export const organisationTable = (
  organisations: readonly OrganisationSummary[],
  currency: string,
  options: { header: boolean },
): string =>
  csvOf(
    ORGANISATION,
    organisations.map(({ plans, mrr, demo, id, name, ownerEmail, createdAt }) => ({
      ...{ id, name, ownerEmail, demo: String(demo), createdAt, currency },
      plans: plans.map(({ product, plan }) => `${product}.${plan}`).join(' '),
      statuses: plans.map(({ status }) => status).join(' '),
      mrrMinor: mrr.find((one) => one.currency === currency)?.amountMinor ?? 0,
      otherMrr: mrr
        .filter((one) => one.currency !== currency)
        .map((one) => `${one.amountMinor} ${one.currency}`)
        .join(' '),
    })),
    options,
  );

const INVOICE = [
  ...(['organisationId', 'deleted', 'id', 'number', 'provider', 'status', 'customerName', 'customerTaxId'] as const),
  ...(['currency', 'subtotalMinor', 'discountMinor', 'taxMinor', 'totalMinor', 'fromBalanceMinor'] as const),
  ...(['creditedMinor', 'dueMinor', 'periodStart', 'periodEnd', 'issuedAt', 'dueAt', 'paidAt'] as const),
  // What came later stands behind what programs read by its place.
  ...(['customerCountry', 'taxName', 'taxRate', 'creditedTaxMinor'] as const),
];

/** A line for each, in the smallest unit of its currency; without its lines. */
export const invoiceTable = (invoices: readonly InvoiceOfAny[], options: { header: boolean }): string =>
  csvOf(
    INVOICE,
    invoices.map(({ lines: _lines, customer, deleted, tax, ...invoice }) => ({
      ...invoice,
      deleted: String(deleted),
      customerName: customer?.name ?? null,
      customerTaxId: customer?.taxId ?? null,
      customerCountry: customer?.country ?? null,
      taxName: tax?.name ?? null,
      taxRate: tax?.rate ?? null,
    })),
    options,
  );
