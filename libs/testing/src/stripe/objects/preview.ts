import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { invalid, Refusal, required } from '../kernel/refusal.ts';
import type { Discount, Invoice, Params, Subscription } from '../kernel/stored.ts';
import { onlyServed } from '../kernel/unserved.ts';
import type { GivenDiscount } from './discounts.ts';
import { draftInvoice, type InvoiceHead } from './invoice-draft.ts';
import { pendingLines } from './invoice-items.ts';
import type { LineDraft } from './invoice-lines.ts';
import type { GivenItem } from './item-changes.ts';
import { type Period, periodAt } from './periods.rules.ts';
import { type GivenChange, planChange } from './subscription-change.ts';
import { draftDiscounts, draftSubscription, type NewSubscription } from './subscription-create.ts';
import { isOver } from './subscription-end.ts';
import { discountsOf, headOf } from './subscription-invoices.ts';
import { arrearsLine, chargeLine, creditLine, intervalOf, periodOf } from './subscription-lines.ts';

type PreviewParams = Params<Stripe.InvoiceCreatePreviewParams>;

const DETAILS = [
  'items',
  'proration_behavior',
  'proration_date',
  'billing_cycle_anchor',
  'trial_end',
  'cancel_at_period_end',
  'cancel_now',
];

/** The invoice that a change, a beginning or the next period would make. It is planned in the same way, and not done. */
export function preview(account: Account, params: PreviewParams): Invoice {
  if (params.preview_mode === 'recurring') throw invalid('The double previews the next invoice only.', 'preview_mode');
  if (params.schedule || params.schedule_details || params.invoice_items)
    throw invalid('The double does not serve previews of schedules and invoice items.', 'schedule');
  if (params.subscription_details?.items?.some((item) => item.price_data))
    throw invalid('The double does not serve price_data in previews.', 'subscription_details[items]');
  onlyServed(params.subscription_details ?? {}, DETAILS, 'subscription_details');
  const made = params.subscription ? ofKnown(account, params) : ofNew(account, params);
  return { ...made, id: `upcoming_${made.id}`, lines: { ...made.lines, url: '/v1/invoices/upcoming/lines' } };
}

function ofNew(account: Account, params: PreviewParams): Invoice {
  if (!params.customer) throw required('customer');
  const details = params.subscription_details ?? {};
  const given = {
    customer: params.customer,
    items: details.items as GivenItem[],
    ...(typeof details.trial_end === 'number' ? { trial_end: details.trial_end } : {}),
    ...(params.automatic_tax ? { automatic_tax: { enabled: params.automatic_tax.enabled } } : {}),
  } as NewSubscription;
  const { subscription, lines } = draftSubscription(account, given);
  const discounts = discountsFor(account, params, subscription);
  const now = account.now();
  return draft(account, subscription, 'subscription_create', { start: now, end: now }, lines, discounts);
}

function ofKnown(account: Account, params: PreviewParams): Invoice {
  const known = account.store.get('subscription', params.subscription ?? '', 'subscription');
  const enabled = params.automatic_tax?.enabled ?? known.automatic_tax.enabled;
  const subscription = { ...known, automatic_tax: { ...known.automatic_tax, enabled } };
  if (params.customer && params.customer !== subscription.customer)
    throw invalid('The subscription is of another customer.', 'subscription');
  if (isOver(subscription)) throw none(subscription);
  const details = params.subscription_details ?? {};
  const now = account.now();
  const discounts = discountsFor(account, params, subscription);
  const waiting = pendingLines(account, subscription.customer, subscription.id);
  if (details.cancel_now) {
    const credits = subscription.items.data.flatMap((item) =>
      details.proration_behavior === 'none'
        ? []
        : creditLine(account, subscription, item, details.proration_date ?? now),
    );
    return draft(
      account,
      subscription,
      'subscription_update',
      { start: now, end: now },
      [...waiting, ...credits],
      discounts,
    );
  }
  const changes = details.items ?? details.trial_end ?? details.billing_cycle_anchor;
  const change = changes === undefined ? null : planChange(account, subscription, details as GivenChange);
  if (change?.invoiceNow)
    return draft(
      account,
      subscription,
      'subscription_update',
      { start: now, end: now },
      [...waiting, ...change.lines],
      discounts,
    );
  const ends = details.cancel_at_period_end ?? subscription.cancel_at_period_end;
  const { lines, period } = nextPeriod(account, change?.after ?? subscription, ends === true);
  const all = [...waiting, ...(change?.lines ?? []), ...lines];
  if (all.length === 0) throw none(subscription);
  return draft(account, change?.after ?? subscription, 'upcoming', period, all, discounts);
}

/** The charges of the period that begins next, with the usage of the one that ends. */
function nextPeriod(
  account: Account,
  subscription: Subscription,
  ends: boolean,
): { lines: LineDraft[]; period: Period } {
  const items = subscription.items.data;
  const at = Math.min(...items.map((item) => item.current_period_end));
  const due = items.filter((item) => item.current_period_end === at);
  const past = due[0] ? periodOf(due[0]) : { start: at, end: at };
  const used = due.flatMap((item) => arrearsLine(account, subscription, item, periodOf(item)));
  const charges = due.flatMap((item) => {
    const period = periodAt(subscription.billing_cycle_anchor, intervalOf(item.price), at);
    return chargeLine(account, subscription, item, { start: at, end: period.end });
  });
  return { lines: ends ? used : [...used, ...charges], period: past };
}

const discountsFor = (account: Account, params: PreviewParams, subscription: Subscription): Discount[] =>
  params.discounts === undefined
    ? discountsOf(account, subscription)
    : draftDiscounts(account, { discounts: params.discounts as GivenDiscount[] }, subscription);

function draft(
  account: Account,
  subscription: Subscription,
  reason: InvoiceHead['reason'],
  period: Period,
  lines: LineDraft[],
  discounts: Discount[],
): Invoice {
  return draftInvoice(account, headOf(account, subscription, reason, period, discounts), lines).invoice;
}

const none = (subscription: Subscription): Refusal =>
  new Refusal(404, {
    type: 'invalid_request_error',
    code: 'invoice_upcoming_none',
    message: `No upcoming invoices for customer: ${subscription.customer}`,
  });
