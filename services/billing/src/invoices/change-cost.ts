import type { Tx } from '@tidegate/database/tx';
import { findPaidPeriods, type PaidPeriodRow } from '../kernel/paid-period.rows.ts';
import { isBilledByHand, periodAt, type Subscription } from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import type { ProratedLine, RecurringItem } from '../prices/proration.rules.ts';
import { currencyOf } from './invoice.rows.ts';
import type { NewItem } from './invoice-item.rows.ts';
import {
  billChange,
  fullPeriod,
  type OpenUsage,
  periodFrom,
  type Steps,
  type UsageSegment,
} from './paid-period.rules.ts';
import { type SetUp, termsOf } from './subscription-terms.ts';

/** What a subscription has paid for. */
export type Paid = PaidPeriodRow<RecurringItem, OpenUsage>;

export interface Cost {
  next: Paid;
  items: NewItem[];
  segments: UsageSegment[];
}

export interface Given {
  tx: Tx;
  orgId: string;
  steps: Steps;
}

/** What a subscription costs that has changed at an instant, before or after the change is stored. Reads only. */
export async function costOfChange(
  { tx, orgId, steps }: Given,
  paid: Paid | undefined,
  { after, at, by }: { after: Subscription; at: number; by: string },
): Promise<Cost> {
  const { product } = after;
  const currency = await currencyFor(tx, orgId, paid, after);
  const terms = isBilledByHand(after) ? await termsOf(tx, after, currency, at) : undefined;
  const to = periodAt(steps[product] ?? [], at);
  const { state, lines, segments } = billChange(paid, terms, { to, at, steps });
  const seq = (paid?.seq ?? 0) + 1;
  const changes = lines.map((line) => ({
    ...toItem(product, line, by),
    effectKey: `change:${product}:${seq}:${line.key}:${line.amountMinor < 0n ? 'credit' : 'charge'}`,
  }));
  const items = [...setUps(product, terms?.setUp ?? [], by, at), ...changes].map((item) => ({ ...item, currency }));
  return { next: { product, seq, currency, ...state, nextAt: null }, items, segments };
}

/** What the period costs that follows the one that is paid for. Reads only. */
export async function costOfPeriod({ tx, orgId, steps }: Given, paid: Paid, one: Subscription): Promise<Cost> {
  const period = periodFrom(steps[one.product] ?? [], paid.period.end);
  const { items: recurring, currency } = await termsOf(tx, one, await currencyFor(tx, orgId, paid, one), period.start);
  const items = fullPeriod(recurring, period).map((line) => ({
    ...toItem(one.product, line, 'schedule'),
    effectKey: `period:${one.product}:${line.key}:${iso(period.start)}`,
    currency,
  }));
  return { next: { ...paid, currency, items: recurring, period }, items, segments: [] };
}

export async function findPaid(tx: Tx, orgId: string, product: string): Promise<Paid | undefined> {
  return (await findPaidPeriods<RecurringItem, OpenUsage>(tx, orgId)).find((row) => row.product === product);
}

/** An organisation is billed in one currency, also when that was decided after this began. */
const currencyFor = async (
  tx: Tx,
  orgId: string,
  paid: Paid | undefined,
  { currency }: Subscription,
): Promise<string> =>
  (await currencyOf(tx, orgId)) ?? paid?.currency ?? currency ?? (await requireCatalogue(tx)).currency;

const iso = (at: number): string => new Date(at).toISOString();

const toItem = (product: string, line: ProratedLine, by: string): Omit<NewItem, 'effectKey' | 'currency'> => ({
  product,
  item: line.key,
  description: line.amountMinor < 0n ? `Unused time of ${line.name}` : line.name,
  quantity: line.quantity,
  amountMinor: line.amountMinor,
  periodStart: iso(line.period.start),
  periodEnd: iso(line.period.end),
  by,
});

/** Once for each organisation, however often it comes back. */
const setUps = (product: string, list: readonly SetUp[], by: string, at: number): Omit<NewItem, 'currency'>[] =>
  list.map(({ key, name, amountMinor }) => ({
    effectKey: `set-up:${product}:${key}`,
    product,
    item: key,
    description: `${name}, set up`,
    quantity: 1,
    amountMinor: BigInt(amountMinor),
    periodStart: iso(at),
    periodEnd: iso(at),
    by,
  }));
