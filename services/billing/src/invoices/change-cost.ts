import type { Period } from '@tidegate/contracts/billing/period';
import type { Tx } from '@tidegate/database/tx';
import { findRedemptions } from '../coupons/coupon.rows.ts';
import { couponDiscounts, isRunning, type Redemption } from '../coupons/coupon.rules.ts';
import { currencyOf } from '../kernel/currency.rows.ts';
import { findPaidPeriods, type PaidPeriodRow } from '../kernel/paid-period.rows.ts';
import { isBilledByHand, periodAt, type Subscription } from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { type ProratedLine, type RecurringItem, remaining } from '../prices/proration.rules.ts';
import { type DiscountedCharge, findCharged, findLastCharges, type NewItem } from './invoice-item.rows.ts';
import {
  billChange,
  type OpenUsage,
  periodAfter,
  priceOfPeriod,
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
  /** One that is looked at and not redeemed. */
  coupon?: Redemption | undefined;
}

/** What a subscription costs that has changed at an instant, before or after the change is stored. Reads only. */
export async function costOfChange(
  given: Given,
  paid: Paid | undefined,
  { after, at, by }: { after: Subscription; at: number; by: string },
): Promise<Cost> {
  const { tx, orgId, steps } = given;
  const { product } = after;
  const currency = await currencyFor(tx, orgId, paid, after);
  const terms = isBilledByHand(after) ? await termsOf(tx, after, currency, at) : undefined;
  const to = periodAt(steps[product] ?? [], at);
  const { state, lines, segments } = billChange(paid, terms, { to, at, steps });
  const seq = (paid?.seq ?? 0) + 1;
  const charged = await chargesFor(tx, orgId, product, paid);
  const changes = lines.map((line) => ({
    ...toItem(product, line, by),
    ...(line.amountMinor < 0n && { amountMinor: line.amountMinor + unused(charged.get(line.key), at) }),
    effectKey: `change:${product}:${seq}:${line.key}:${line.amountMinor < 0n ? 'credit' : 'charge'}`,
  }));
  // What goes on unchanged keeps what was taken from it.
  const kept = (paid?.items ?? []).filter(({ key }) => !lines.some((line) => line.key === key));
  const taken = kept.reduce((sum, { key }) => sum + unused(charged.get(key), at), 0n);
  const all = [...(await setUps(given, product, terms?.setUp ?? [], by, at)), ...changes];
  const items = await discounted(given, after, { items: all, currency, period: to, at, given: taken });
  return { next: { product, seq, currency, ...state, nextAt: null }, items, segments };
}

/** What the period costs that follows the one that is paid for. Reads only. */
export async function costOfPeriod(given: Given, paid: Paid, one: Subscription): Promise<Cost> {
  const { tx, orgId, steps } = given;
  const at = paid.period.end;
  const period = periodAfter(steps[one.product] ?? [], at);
  const { items: recurring, currency } = await termsOf(tx, one, await currencyFor(tx, orgId, paid, one), at);
  const all = priceOfPeriod(recurring, period, at).map((line) => ({
    ...toItem(one.product, line, 'schedule'),
    effectKey: `period:${one.product}:${line.key}:${iso(at)}`,
  }));
  const items = await discounted(given, one, { items: all, currency, period, at, given: 0n });
  return { next: { ...paid, currency, items: recurring, period }, items, segments: [] };
}

export async function findPaid(tx: Tx, orgId: string, product: string): Promise<Paid | undefined> {
  return (await findPaidOfAll(tx, orgId)).find((row) => row.product === product);
}

export const findPaidOfAll = (tx: Tx, orgId: string): Promise<Paid[]> =>
  findPaidPeriods<RecurringItem, OpenUsage>(tx, orgId);

/** An organisation is billed in one currency, also when that was decided after this began. */
const currencyFor = async (
  tx: Tx,
  orgId: string,
  paid: Paid | undefined,
  { currency }: Subscription,
): Promise<string> =>
  (await currencyOf(tx, orgId)) ?? paid?.currency ?? currency ?? (await requireCatalogue(tx)).currency;

/** Charges with what the coupon of the product takes from them. */
async function discounted(
  { tx, orgId, coupon }: Given,
  { product, plan }: Subscription,
  of: { items: readonly Omit<NewItem, 'currency'>[]; currency: string; period: Period; at: number; given: bigint },
): Promise<NewItem[]> {
  const { items, currency, ...time } = of;
  const charges = items.filter(({ amountMinor }) => amountMinor > 0n);
  const redemption = coupon ?? (await findRedemptions(tx, orgId)).find((one) => isOf(one, product, time.at));
  const starts = charges.map((item) => ({ amountMinor: item.amountMinor, start: Date.parse(item.periodStart) }));
  const discounts = couponDiscounts(starts, redemption, { plan, currency, ...time });
  const byItem = new Map(charges.map((item, index) => [item, discounts[index]]));
  return items.map((item) => ({ ...item, currency, discountMinor: byItem.get(item) ?? 0n }));
}

const isOf = (one: Redemption, product: string, at: number): boolean =>
  one.product === product && one.from <= at && isRunning(one, at);

/** By item, what was charged last for the period that is paid for. */
async function chargesFor(
  tx: Tx,
  orgId: string,
  product: string,
  paid: Paid | undefined,
): Promise<Map<string, DiscountedCharge>> {
  if (!paid || paid.items.length === 0) return new Map();
  const charges = await findLastCharges(tx, orgId, product, new Date(paid.period.end));
  return new Map(charges.map((charge) => [charge.item, charge]));
}

/** What a coupon took from the time that is left: it was never paid, and is not given back. */
function unused(charge: DiscountedCharge | undefined, at: number): bigint {
  if (!charge) return 0n;
  const { discount_minor: discount, period_start: start, period_end: end } = charge;
  return remaining(BigInt(discount), { start: start.getTime(), end: end.getTime() }, at);
}

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

/** Once for each organisation, however often it comes back: what was charged before has no share in a coupon. */
async function setUps(
  { tx, orgId }: Given,
  product: string,
  list: readonly SetUp[],
  by: string,
  at: number,
): Promise<Omit<NewItem, 'currency'>[]> {
  const items = list.map(({ key, name, amountMinor }) => ({
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
  if (items.length === 0) return items;
  const charged = await findCharged(
    tx,
    orgId,
    items.map(({ effectKey }) => effectKey),
  );
  return items.filter(({ effectKey }) => !charged.has(effectKey));
}
