import type { Account } from '../kernel/account.ts';
import { perAccount } from '../kernel/per-account.ts';
import type { Price, Subscription, SubscriptionItem } from '../kernel/stored.ts';
import { amountOf, share, units } from './amounts.rules.ts';
import type { DiscountShare, LineDraft, Priced } from './invoice-lines.ts';
import { type Interval, type Period, periodAt } from './periods.rules.ts';
import { usageLine } from './usage-line.ts';

/** What was last charged in advance for an item, and for which time. */
interface Charged {
  amount: number;
  from: number;
  to: number;
  /** Not known before the invoice is made: then the credit is discounted as the charge will be. */
  discounts: DiscountShare[] | null;
}
const charged = perAccount(() => new Map<string, Charged>());

export const isMetered = (price: Price): boolean => price.recurring?.usage_type === 'metered';
export const periodOf = (item: SubscriptionItem): Period => ({
  start: item.current_period_start,
  end: item.current_period_end,
});

export const intervalOf = (price: Price): Interval => ({
  interval: price.recurring?.interval ?? 'month',
  interval_count: price.recurring?.interval_count ?? 1,
});

export const intervalName = (price: Price): string => {
  const { interval, interval_count } = intervalOf(price);
  return interval_count === 1 ? interval : `${interval_count} ${interval}s`;
};

function lineFor(account: Account, subscription: Subscription, item: SubscriptionItem, period: Period): LineDraft {
  const product = account.store.find('product', item.price.product);
  const each = item.price.unit_amount_decimal ?? 'tiers';
  const name = `${product?.name ?? item.price.id} (at ${each} ${item.price.currency} / ${intervalName(item.price)})`;
  return {
    amount: 0,
    description: isMetered(item.price) ? name : `${item.quantity ?? 1} × ${name}`,
    period,
    price: item.price,
    quantity: item.quantity ?? null,
    discountable: true,
    subscription: subscription.id,
    item: item.id,
    proration: false,
    invoiceItem: null,
    metadata: item.metadata,
  };
}

/** A whole period of a licensed item, or nothing for a metered one. A part of a period costs its share by seconds. */
export function chargeLine(
  account: Account,
  subscription: Subscription,
  item: SubscriptionItem,
  period = periodOf(item),
): LineDraft[] {
  if (isMetered(item.price)) return [];
  const line = lineFor(account, subscription, item, period);
  const whole = periodAt(subscription.billing_cycle_anchor, intervalOf(item.price), period.start);
  const full = amountOf(item.price, units(item.quantity ?? 1));
  const amount = share(full, period.end - period.start, whole.end - whole.start);
  return [{ ...line, amount }];
}

export const trialLine = (account: Account, subscription: Subscription, item: SubscriptionItem): LineDraft => ({
  ...lineFor(account, subscription, item, periodOf(item)),
  description: `Trial period for ${account.store.find('product', item.price.product)?.name ?? item.price.id}`,
});

/** The usage of a metered item in a period, as far as it is known. */
export function arrearsLine(
  account: Account,
  subscription: Subscription,
  item: SubscriptionItem,
  period: Period,
): LineDraft[] {
  const line = usageLine(account, subscription.customer, lineFor(account, subscription, item, period));
  return line && isMetered(item.price) ? [line] : [];
}

/** The unused time of what was charged, given back with the discounts that it had. */
export function creditLine(
  account: Account,
  subscription: Subscription,
  item: SubscriptionItem,
  at: number,
): LineDraft[] {
  const was = charged(account).get(item.id);
  if (!was || was.to <= at || was.amount === 0) return [];
  const from = Math.max(at, was.from);
  const part = (amount: number) => -share(amount, was.to - from, was.to - was.from);
  const line = lineFor(account, subscription, item, { start: from, end: was.to });
  return [
    {
      ...line,
      amount: part(was.amount),
      description: `Unused time on ${line.description}`,
      proration: true,
      discountable: was.discounts === null,
      ...(was.discounts ? { discounts: was.discounts.map((one) => ({ ...one, amount: part(one.amount) })) } : {}),
    },
  ];
}

/** The rest of an item's period at its new price and quantity. */
export const debitLine = (
  account: Account,
  subscription: Subscription,
  item: SubscriptionItem,
  at: number,
): LineDraft[] =>
  (item.current_period_end <= at
    ? []
    : chargeLine(account, subscription, item, { start: at, end: item.current_period_end })
  ).map((line) => ({
    ...line,
    description: `Remaining time on ${line.description}`,
    proration: true,
  }));

/** Remembers a charge that waits for its invoice. */
export function rememberPending(account: Account, line: LineDraft): void {
  if (line.item && line.amount >= 0)
    charged(account).set(line.item, {
      amount: line.amount,
      from: line.period.start,
      to: line.period.end,
      discounts: null,
    });
}

/** Remembers what an invoice charged in advance. */
export function rememberCharged(account: Account, lines: Priced[]): void {
  for (const { line, discounts } of lines) {
    if (!line.item || line.amount < 0 || !line.price || isMetered(line.price)) continue;
    charged(account).set(line.item, { amount: line.amount, from: line.period.start, to: line.period.end, discounts });
  }
}

export function dropCharged(account: Account, item: string): void {
  charged(account).delete(item);
}
