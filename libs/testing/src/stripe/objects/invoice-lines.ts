import type { Account } from '../kernel/account.ts';
import { perAccount } from '../kernel/per-account.ts';
import type { Discount, InvoiceLine, Price } from '../kernel/stored.ts';
import { percentOf, split } from './amounts.rules.ts';
import { amountOff, couponOf } from './discounts.ts';
import type { Period } from './periods.rules.ts';

export interface DiscountShare {
  discount: string;
  amount: number;
}

/** What a line says before it is part of an invoice. `amount` is before discounts and tax. */
export interface LineDraft {
  amount: number;
  description: string;
  period: Period;
  price: Price | null;
  quantity: number | null;
  /** Exact, where usage may be broken. */
  quantityDecimal?: string;
  discountable: boolean;
  /** A credit gives back what was taken off when its time was charged; other discounts do not touch it. */
  discounts?: DiscountShare[];
  subscription: string | null;
  item: string | null;
  proration: boolean;
  invoiceItem: string | null;
  metadata: Record<string, string>;
}

/** A line for a price by itself, from and until now; `more` says its amount, and whatever is different. */
export const lineOfPrice = (
  account: Account,
  price: Price,
  quantity: number | null,
  more: Pick<LineDraft, 'amount'> & Partial<LineDraft>,
): LineDraft => ({
  description: account.store.find('product', price.product)?.name ?? price.id,
  period: { start: account.now(), end: account.now() },
  price,
  quantity,
  discountable: true,
  subscription: null,
  item: null,
  proration: false,
  invoiceItem: null,
  metadata: {},
  ...more,
});

/** The drafts of invoices that are drafts themselves: usage is counted again when they are finalised. */
export const draftsOf = perAccount(() => new Map<string, LineDraft[]>());

/**
 * What each discount takes off each line, one list per line. Per cent of a line are rounded for that line; a fixed
 * amount is spread over the lines that cost something and adds up to the cent.
 */
export function shares(
  account: Account,
  lines: LineDraft[],
  discounts: Discount[],
  currency: string,
): DiscountShare[][] {
  const result: DiscountShare[][] = lines.map((line) => [...(line.discounts ?? [])]);
  const left = lines.map((line) => line.amount);
  for (const discount of discounts) {
    const coupon = couponOf(account, discount);
    const products = coupon.applies_to?.products;
    const eligible = (line: LineDraft) =>
      line.discountable &&
      !line.discounts &&
      (!products || (line.price !== null && products.includes(line.price.product)));
    const open = lines.map((line, index) => (eligible(line) ? (left[index] ?? 0) : 0));
    const positive = open.map((amount) => Math.max(0, amount));
    const most = positive.reduce((sum, amount) => sum + amount, 0);
    const parts =
      coupon.percent_off !== null
        ? open.map((amount) => percentOf(amount, coupon.percent_off ?? 0))
        : split(Math.min(amountOff(coupon, currency) ?? 0, most), positive);
    parts.forEach((amount, index) => {
      if (amount === 0) return;
      result[index]?.push({ discount: discount.id, amount });
      left[index] = (left[index] ?? 0) - amount;
    });
  }
  return result;
}

export interface Priced {
  line: LineDraft;
  discounts: DiscountShare[];
  tax: number;
}

export function priced(
  account: Account,
  lines: LineDraft[],
  discounts: Discount[],
  { currency, taxed }: { currency: string; taxed: boolean },
): Priced[] {
  const taken = shares(account, lines, discounts, currency);
  return lines.map((line, index) => {
    const own = taken[index] ?? [];
    const net = line.amount - own.reduce((sum, one) => sum + one.amount, 0);
    return { line, discounts: own, tax: taxed ? percentOf(net, account.settings.taxPercent) : 0 };
  });
}

export function toLine(
  account: Account,
  invoice: string,
  currency: string,
  { line, discounts, tax }: Priced,
): InvoiceLine {
  const net = line.amount - discounts.reduce((sum, one) => sum + one.amount, 0);
  return {
    id: account.id('il'),
    object: 'line_item',
    amount: line.amount,
    currency,
    description: line.description,
    discount_amounts: discounts,
    discountable: line.discountable,
    discounts: discounts.map((one) => one.discount),
    invoice,
    livemode: account.settings.livemode,
    metadata: line.metadata,
    parent: parentOf(line),
    period: line.period,
    pretax_credit_amounts: discounts.map(({ amount, discount }) => ({ amount, discount, type: 'discount' as const })),
    pricing: line.price && {
      price_details: { price: line.price.id, product: line.price.product },
      type: 'price_details',
      unit_amount_decimal: line.price.unit_amount_decimal,
    },
    quantity: line.quantity,
    quantity_decimal: line.quantityDecimal ?? (line.quantity === null ? null : String(line.quantity)),
    subscription: line.subscription,
    subtotal: line.amount,
    taxes: tax === 0 ? [] : [taxOf(tax, net)],
  };
}

export const taxOf = (amount: number, taxable: number) => ({
  amount,
  tax_behavior: 'exclusive' as const,
  tax_rate_details: null,
  taxability_reason: 'standard_rated' as const,
  taxable_amount: taxable,
  type: 'tax_rate_details' as const,
});

function parentOf(line: LineDraft): InvoiceLine['parent'] {
  if (line.item)
    return {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: line.invoiceItem,
        proration: line.proration,
        proration_details: { credited_items: null },
        subscription: line.subscription,
        subscription_item: line.item,
      },
      type: 'subscription_item_details',
    };
  if (!line.invoiceItem) return null;
  return {
    invoice_item_details: {
      invoice_item: line.invoiceItem,
      proration: false,
      proration_details: null,
      subscription: line.subscription,
    },
    subscription_item_details: null,
    type: 'invoice_item_details',
  };
}
