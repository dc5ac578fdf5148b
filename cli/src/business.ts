import { type COST_TABLES, type CostFigures, getCosts } from '@tidegate/contracts/billing/costs';
import { majorOf } from '@tidegate/contracts/billing/currencies';
import { organisationBilling } from '@tidegate/contracts/billing/grants';
import {
  getRevenue,
  type OrganisationSummary,
  organisationStory,
  type REVENUE_TABLES,
  type RevenueFigures,
  searchOrganisations,
} from '@tidegate/contracts/billing/operator';
import { beginBilling } from '@tidegate/contracts/billing/subscriptions';
import { asOperator } from './operator.ts';

const print = (text: string): void => void process.stdout.write(text);
const printJson = (value: unknown): void => print(`${JSON.stringify(value, null, 2)}\n`);

/** Given as typed: the operation refuses what it does not know, and lists what it does. */
export interface ListOptions {
  q: string | undefined;
  product: string | undefined;
  plan: string | undefined;
  status: string | undefined;
  held: boolean | undefined;
  sort: string | undefined;
  json: boolean;
}

/** All that fit, page by page: a list of many thousands begins at once. */
export async function listOrganisations({ json, ...search }: ListOptions): Promise<void> {
  const given = Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
  await asOperator(async (bus) => {
    const all: OrganisationSummary[] = [];
    for (let cursor: string | undefined; ; ) {
      const { items, nextCursor } = await bus.call(searchOrganisations, { ...given, limit: 200, cursor });
      if (json) all.push(...items);
      else print(describeOrganisations(items));
      if (!nextCursor) break;
      cursor = nextCursor;
    }
    if (json) printJson(all);
  });
}

/** What is from before there were invoices is invoiced from now on, of one organisation or of all. */
export async function billOrganisation(
  organisation: string,
  { reason, json }: { reason: string | undefined; json: boolean },
): Promise<void> {
  await asOperator(async (bus) => {
    const given = reason === undefined ? {} : { reason };
    const begun: string[] = [];
    const begin = async (organisationId: string) => {
      const { subscriptions } = await bus.call(beginBilling, { organisationId, ...given });
      begun.push(organisationId);
      if (json) return;
      const has = subscriptions
        .filter(({ provider }) => provider === 'manual')
        .map(({ product, plan }) => `${product}.${plan}`);
      print(`${organisationId}  ${has.join(', ') || 'nothing that is invoiced'}\n`);
    };
    if (organisation !== 'all') await begin(organisation);
    else {
      const page = () => bus.call(searchOrganisations, { held: true, limit: 200 });
      for (let { items } = await page(); items.length > 0; { items } = await page()) {
        for (const { id } of items) await begin(id);
      }
    }
    if (json) printJson(begun);
  });
}

/** What one organisation has, and everything that was done. */
export async function showOrganisation(organisationId: string, { json }: { json: boolean }): Promise<void> {
  await asOperator(async (bus) => {
    const { items } = await bus.call(searchOrganisations, { q: organisationId });
    const organisation = items.find(({ id }) => id === organisationId.toLowerCase());
    const { subscriptions, grants, orders } = await bus.call(organisationBilling, { organisationId, limit: 1 });
    const story = await bus.call(organisationStory, { organisationId, limit: 200 });
    if (json) return printJson({ organisation, subscriptions, grants, orders, story });
    if (organisation) print(describeOrganisations([organisation]));
    for (const { at, product, action, by, reason } of story.items) {
      print(`${[at, product ?? '-', action, `by ${by}`, reason].join('  ').trimEnd()}\n`);
    }
    if (story.nextCursor)
      print(`… older entries: GET /api/v1/operator/organisations/${organisationId}/story, with its cursor\n`);
  });
}

export interface RevenueOptions {
  from: string | undefined;
  to: string | undefined;
  currency: string | undefined;
  /** The table that is printed as CSV. */
  csv: string | undefined;
  json: boolean;
}

export async function showRevenue({ json, csv, ...range }: RevenueOptions): Promise<void> {
  const given = Object.fromEntries(Object.entries(range).filter(([, value]) => value !== undefined));
  const table = csv === undefined ? {} : { format: 'csv' as const, table: csv as (typeof REVENUE_TABLES)[number] };
  const figures = await asOperator((bus) => bus.call(getRevenue, { ...given, ...table }));
  if (figures.csv !== undefined) return print(figures.csv);
  if (json) return printJson(figures);
  print(describeRevenue(figures));
}

export interface CostOptions {
  month: string | undefined;
  currency: string | undefined;
  /** The table that is printed as CSV. */
  csv: string | undefined;
  json: boolean;
}

export async function showCosts({ json, csv, ...range }: CostOptions): Promise<void> {
  const given = Object.fromEntries(Object.entries(range).filter(([, value]) => value !== undefined));
  const table =
    csv === undefined ? {} : { format: 'csv' as const, table: csv as (typeof COST_TABLES)[number], limit: 10_000 };
  const figures = await asOperator((bus) => bus.call(getCosts, { ...given, ...table }));
  if (figures.csv !== undefined) return print(figures.csv);
  if (json) return printJson(figures);
  print(describeCosts(figures));
}

/** By plan, then the organisations that bring least. */
export function describeCosts({ currency, month, plans, organisations, unknown }: CostFigures): string {
  const money = (row: { mrrMinor: number; usageMinor: number; cost: string; margin: string }) => [
    majorOf(row.mrrMinor, currency),
    majorOf(row.usageMinor, currency),
    row.cost,
    row.margin,
  ];
  const rows = [
    ['plan', 'organisations', 'recurring', 'usage', 'cost', 'margin'],
    ...plans.map((row) => [
      row.product === null ? 'shared' : `${row.product}.${row.plan ?? '-'}`,
      String(row.organisations),
      ...money(row),
    ]),
    ['organisation', 'plans', 'recurring', 'usage', 'cost', 'margin'],
    ...organisations.map((row) => [row.organisationId, row.plans.join(' ') || '-', ...money(row)]),
  ];
  const missing = unknown > 0 ? `Of ${unknown} organisations it is not known what they used.\n` : '';
  return `Use of ${month} against what it brings, in ${currency}\n${rows.map((row) => row.join('  ')).join('\n')}\n${missing}`;
}

export const describeOrganisations = (items: readonly OrganisationSummary[]): string =>
  items
    .map(({ id, name, ownerEmail, createdAt, plans, mrr }) => {
      const has = plans.map(
        ({ product, plan, status, billingHeld }) =>
          `${product}.${plan}${status === 'active' ? '' : ` (${status})`}${billingHeld ? ' (not invoiced)' : ''}`,
      );
      const brings = mrr.map(({ currency, amountMinor }) => amount(amountMinor, currency));
      return `${[id, createdAt.slice(0, 10), name || '-', ownerEmail ?? '-', has.join(', ') || '-', brings.join(' + ') || '-'].join('  ')}\n`;
    })
    .join('');

const MOVEMENTS = ['start', 'new', 'expansion', 'reactivation', 'contraction', 'churn', 'end'] as const;

export function describeRevenue({ currency, mrr }: RevenueFigures): string {
  const head = ['month', ...MOVEMENTS, 'customers', 'lost'];
  const rows = mrr.map((row) => [
    row.month,
    ...MOVEMENTS.map((name) => majorOf(row[`${name}Minor`], currency)),
    String(row.customersAtEnd),
    row.customerChurnRate ?? '-',
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const lines = [head, ...rows].map((row) => row.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('  '));
  return `Recurring revenue of a month, in ${currency}\n${lines.join('\n')}\n`;
}

const amount = (minor: number, currency: string): string => `${majorOf(minor, currency)} ${currency}`;
