import { Injectable } from '@nestjs/common';
import { monthAt, yearAt } from '@tidegate/contracts/billing/period';
import type { PreviewedInvoice } from '@tidegate/contracts/billing/preview';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Stripe } from 'stripe';
import type { PaidChange, PaidSubscription, PreviewedCost } from '../../subscriptions/payments.ts';
import { StripeApi } from '../client/stripe-api.ts';
import { invoiceState } from '../mirror/invoice-state.rules.ts';
import { shownLine } from '../mirror/shown-line.rules.ts';
import { fromStripe } from '../prices/stripe-amount.rules.ts';
import { priceKeys } from '../prices/stripe-price.rows.ts';
import {
  belongsTo,
  changeAtOnce,
  endOf,
  itemUpdates,
  type Part,
  phaseItems,
  type Target,
} from './item-changes.rules.ts';
import { type Entered, PaidItems } from './paid-items.ts';

type Asked = Stripe.InvoiceCreatePreviewParams;

/** What a change would cost, computed by Stripe from the same items that the change itself would send. Nothing is made. */
@Injectable()
export class PreviewPayments {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly items: PaidItems,
  ) {}

  async preview(paid: PaidSubscription, to: PaidChange): Promise<PreviewedCost> {
    const { found, parts } = await this.items.find(paid);
    const target = await this.items.targetOf(paid, to, found);
    const items = itemUpdates(parts, paid.product, target);
    const others = parts.filter((part) => !belongsTo(part, paid.product));
    const atOnce = to.at === 'now' && items.length > 0;
    const another = to.plan !== paid.plan;
    // A trial that another plan ends, and another interval, begin a period of their own.
    const restarts =
      (atOnce && another && found.status === 'trialing') ||
      (items.length > 0 && isAnotherRhythm(found, others, target, to.interval));
    const entered = await this.items.discountsOf(found, to);
    const dueNow = atOnce ? await this.dueNow(found, items, entered.now, another) : null;
    const discounts = dueNow ? entered.later : entered.now;
    const next = restarts
      ? await this.firstOf(found, phaseItems({ parts, next: undefined }, paid.product, target), discounts)
      : await this.ask({
          subscription: found.id,
          ...discounts,
          ...(items.length > 0 && { subscription_details: { items, proration_behavior: 'none' } }),
        });
    const begins = restarts && dueNow ? periodEnd(to.interval, dueNow.created) : endOf(found.items.data);
    return {
      dueNow: dueNow && (await this.shown(dueNow, dueNow.created)),
      next: next && (await this.shown(next, restarts ? begins : next.period_end, dueNow ? leftBy(dueNow) : undefined)),
    };
  }

  /** Of a trial that goes on nothing is charged. */
  private dueNow(
    found: Stripe.Subscription,
    items: ReturnType<typeof itemUpdates>,
    discounts: Entered['now'],
    another: boolean,
  ) {
    if (found.status === 'trialing' && !another) return null;
    return this.ask({
      subscription: found.id,
      subscription_details: changeAtOnce(found, items, another),
      ...discounts,
    });
  }

  /** The first whole period. What a discount is worth in it, Stripe does not say. */
  private firstOf(found: Stripe.Subscription, items: ReturnType<typeof phaseItems>, { discounts }: Entered['now']) {
    if (found.discounts.length > 0 || discounts) return null;
    const customer = typeof found.customer === 'string' ? found.customer : found.customer.id;
    const { enabled } = found.automatic_tax;
    return this.ask({ customer, subscription_details: { items }, ...(enabled && { automatic_tax: { enabled } }) });
  }

  private ask(params: Asked): Promise<Stripe.Invoice> {
    return this.api.call('POST /v1/invoices/create_preview', (stripe) => stripe.invoices.createPreview(params));
  }

  /** `balance`: what an invoice before it leaves of the customer's, in Stripe's units; by default what Stripe says. */
  private async shown(
    invoice: Stripe.Invoice,
    at: number,
    balance = -invoice.starting_balance,
  ): Promise<PreviewedInvoice> {
    const { lines, currency, tax } = invoiceState(invoice);
    const ids = [...new Set(lines.flatMap(({ priceId }) => priceId ?? []))];
    const keys = await priceKeys(this.tenants.reader({}), invoice.livemode, ids);
    const { total, fromBalance, due } = paidBy(invoice.total, balance);
    const money = (amount: number) => fromStripe(amount, currency);
    return {
      at: iso(at),
      currency,
      lines: lines.map((line) => {
        const { amount, discount, periodStart, periodEnd, ...shown } = shownLine(line, keys);
        const period = { periodStart: iso(periodStart), periodEnd: iso(periodEnd) };
        const quantity = Number(shown.quantity);
        return { ...shown, quantity, amountMinor: amount, discountMinor: discount, taxMinor: 0, ...period };
      }),
      taxMinor: tax,
      tax: null,
      totalMinor: money(total),
      fromBalanceMinor: money(fromBalance),
      dueMinor: money(due),
    };
  }
}

/** Credits on the invoice go to the balance; otherwise the balance pays what it can, or adds what is owed from before. */
function paidBy(sum: number, balance: number): { total: number; fromBalance: number; due: number } {
  if (sum < 0) return { total: 0, fromBalance: sum, due: 0 };
  const fromBalance = Math.min(sum, balance);
  return { total: sum, fromBalance, due: sum - fromBalance };
}

const leftBy = ({ total, starting_balance }: Stripe.Invoice): number =>
  -starting_balance - paidBy(total, -starting_balance).fromBalance;

/** Whether nothing that is had is paid in the same rhythm as before: then a new period begins. */
function isAnotherRhythm(
  { items }: Stripe.Subscription,
  others: readonly Part[],
  { usage }: Target,
  interval: 'month' | 'year',
): boolean {
  const before = new Set(items.data.map(({ price }) => price.recurring?.interval));
  const kept = items.data.filter(({ id }) => others.some(({ item }) => item.id === id));
  const after = [
    interval,
    ...kept.map(({ price }) => price.recurring?.interval),
    ...(usage.length > 0 ? ['month'] : []),
  ];
  return !after.some((one) => before.has(one as 'month'));
}

const periodEnd = (interval: 'month' | 'year', start: number): number =>
  (interval === 'year' ? yearAt : monthAt)(start * 1_000, start * 1_000).end / 1_000;
const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();
