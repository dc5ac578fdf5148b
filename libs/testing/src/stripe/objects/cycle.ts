import type { Account } from '../kernel/account.ts';
import { DAY, HOUR } from '../kernel/clock.ts';
import { perAccount } from '../kernel/per-account.ts';
import type { Subscription, SubscriptionItem } from '../kernel/stored.ts';
import { expireIncomplete } from './collection.ts';
import { pendingLines } from './invoice-items.ts';
import { voidInvoice } from './invoice-state.ts';
import { becomePaused } from './pauses.ts';
import { updateTimers } from './pending-updates.ts';
import { type Period, periodAt } from './periods.rules.ts';
import { cancelNow, isOver } from './subscription-end.ts';
import { invoiceFor } from './subscription-invoices.ts';
import { arrearsLine, chargeLine, intervalOf, periodOf } from './subscription-lines.ts';
import type { Timer } from './timers.ts';
import { lastEnd } from './update-subscription.ts';

/** Subscriptions whose trial's end was announced. */
const announced = perAccount(() => new Set<string>());
const FIRST_PAYMENT = 23 * HOUR;

/** What a subscription does by itself: it ends, renews, leaves its trial, or gives up its first payment. */
export function* subscriptionTimers(account: Account): Generator<Timer> {
  yield* updateTimers(account, (invoice) => {
    if (invoice.status === 'open') voidInvoice(account, invoice);
  });
  for (const subscription of account.store.all('subscription', (one) => !isOver(one))) {
    const { status, trial_end: trialEnd, pause_collection: pause } = subscription;
    if (status === 'incomplete') {
      yield { at: subscription.created + FIRST_PAYMENT, rank: 0, run: () => expireIncomplete(account, subscription) };
      continue;
    }
    if (subscription.cancel_at !== null)
      yield { at: subscription.cancel_at, rank: 0, run: () => end(account, subscription) };
    if (status === 'paused') {
      const invoice = account.store.find('invoice', subscription.latest_invoice);
      if (invoice?.status === 'open' && invoice.billing_reason === 'subscription_update')
        yield { at: invoice.created + FIRST_PAYMENT, rank: 3, run: () => void voidInvoice(account, invoice) };
      continue;
    }
    if (pause?.resumes_at) yield { at: pause.resumes_at, rank: 1, run: () => unpause(account, subscription) };
    const announce =
      status === 'trialing' && trialEnd !== null && !announced(account).has(`${subscription.id} ${trialEnd}`);
    if (announce)
      yield { at: trialEnd - 3 * DAY, rank: 1, run: () => announceTrialEnd(account, subscription, trialEnd) };
    const next = Math.min(...subscription.items.data.map((item) => item.current_period_end));
    yield { at: next, rank: 2, run: () => renew(account, subscription, next) };
  }
}

function announceTrialEnd(account: Account, subscription: Subscription, trialEnd: number): void {
  announced(account).add(`${subscription.id} ${trialEnd}`);
  account.emit('customer.subscription.trial_will_end', subscription);
}

function unpause(account: Account, subscription: Subscription): void {
  account.change(subscription, 'customer.subscription.updated', () => {
    subscription.pause_collection = null;
  });
}

/** The last usage is charged; then it is over. */
function end(account: Account, subscription: Subscription): void {
  const now = account.now();
  const used = subscription.items.data.flatMap((item) =>
    arrearsLine(account, subscription, item, {
      start: item.current_period_start,
      end: Math.min(now, item.current_period_end),
    }),
  );
  const waiting = pendingLines(account, subscription.customer, subscription.id).filter(
    (line) => line.subscription !== null,
  );
  const trialing = subscription.status === 'trialing';
  const final =
    !trialing && used.length + waiting.length > 0
      ? invoiceFor(account, subscription, 'subscription_cycle', { start: now, end: now }, used)
      : undefined;
  cancelNow(account, subscription, { reason: 'cancellation_requested' });
  if (final)
    Object.assign(final, { auto_advance: true, automatically_finalizes_at: now + account.settings.finalisationGrace });
}

function renew(account: Account, subscription: Subscription, at: number): void {
  if (subscription.status === 'trialing' && trialEndsOtherwise(account, subscription)) return;
  const due = subscription.items.data.filter((item) => item.current_period_end <= at);
  const before = new Map<SubscriptionItem, Period>(due.map((item) => [item, periodOf(item)]));
  const wasTrial = subscription.status === 'trialing';
  account.change(subscription, 'customer.subscription.updated', () => {
    if (wasTrial) subscription.status = 'active';
    for (const item of due) {
      const period = periodAt(subscription.billing_cycle_anchor, intervalOf(item.price), at);
      item.current_period_start = at;
      item.current_period_end = period.end;
    }
    if (subscription.cancel_at_period_end) subscription.cancel_at = lastEnd(subscription);
    const used = wasTrial
      ? []
      : due.flatMap((item) => arrearsLine(account, subscription, item, before.get(item) ?? periodOf(item)));
    const charges = due.flatMap((item) => chargeLine(account, subscription, item));
    const past = before.values().next().value ?? { start: at, end: at };
    const invoice = invoiceFor(account, subscription, 'subscription_cycle', past, [...used, ...charges]);
    invoice.automatically_finalizes_at = at + account.settings.finalisationGrace;
    if (subscription.status === 'unpaid' || subscription.pause_collection?.behavior === 'keep_as_draft')
      Object.assign(invoice, { auto_advance: false, automatically_finalizes_at: null });
  });
}

/** A trial without a card may end in a pause or in the end; with one, or if it is to be charged anyway, it renews. */
function trialEndsOtherwise(account: Account, subscription: Subscription): boolean {
  const customer = account.store.find('customer', subscription.customer);
  const card = subscription.default_payment_method ?? customer?.invoice_settings.default_payment_method ?? null;
  const behaviour = subscription.trial_settings?.end_behavior.missing_payment_method;
  if (card !== null || subscription.collection_method === 'send_invoice') return false;
  if (behaviour === 'pause') becomePaused(account, subscription, 'trial_end_without_payment_method');
  else if (behaviour === 'cancel') cancelNow(account, subscription, { reason: 'cancellation_requested' });
  else return false;
  return true;
}
