import type { Account } from '../kernel/account.ts';
import { DAY } from '../kernel/clock.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Invoice, PaymentIntent, PaymentMethod, Subscription } from '../kernel/stored.ts';
import { markPaid, paymentOf, paymentsOf, voidInvoice } from './invoice-state.ts';
import { attempt, authenticate, createIntent, type Outcome } from './payments.ts';
import { applyUpdate, isPending } from './pending-updates.ts';
import { cancelNow, expire, isOver } from './subscription-end.ts';

export const subscriptionOf = (account: Account, invoice: Invoice): Subscription | undefined =>
  account.store.find('subscription', invoice.parent?.subscription_details?.subscription);

/** The card that would be charged: the request's, the invoice's, the subscription's, the customer's. */
export function methodFor(account: Account, invoice: Invoice, given?: string): PaymentMethod | undefined {
  const customer = account.store.find('customer', invoice.customer);
  const id =
    given ??
    invoice.default_payment_method ??
    subscriptionOf(account, invoice)?.default_payment_method ??
    customer?.invoice_settings.default_payment_method;
  return id ? account.store.get('payment_method', id, 'payment_method') : undefined;
}

export function intentOf(account: Account, invoice: Invoice): PaymentIntent {
  const open = paymentsOf(account, invoice.id)
    .map((one) => account.store.find('payment_intent', one.payment.payment_intent))
    .find((one) => one && one.status !== 'canceled');
  if (open) {
    if (open.status !== 'succeeded') open.amount = invoice.amount_due;
    return open;
  }
  const intent = createIntent(account, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: invoice.customer,
    description: invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : 'Subscription update',
  });
  paymentOf(account, invoice, intent);
  return intent;
}

/** Tries to collect an open invoice once, with all that follows for its subscription. */
export function collect(account: Account, invoice: Invoice, given?: string): Outcome {
  if (invoice.status !== 'open')
    throw invalid(`Invoice is already ${invoice.status}`, undefined, 'invoice_already_paid');
  const method = methodFor(account, invoice, given);
  const intent = intentOf(account, invoice);
  const outcome = attempt(account, intent, method);
  return settled(account, invoice, intent, outcome);
}

/** The card's holder answered: of an invoice's payment everything follows, as after an attempt. */
export function answerChallenge(account: Account, intent: PaymentIntent, passed: boolean): Outcome {
  if (intent.status !== 'requires_action') throw invalid(`The payment is ${intent.status}.`);
  const payment = account.store.all('invoice_payment', (one) => one.payment.payment_intent === intent.id)[0];
  const outcome = authenticate(account, intent, passed);
  const invoice = account.store.find('invoice', payment?.invoice);
  return invoice ? settled(account, invoice, intent, outcome, true) : outcome;
}

/** On its page an invoice is paid with the card that there is, and its holder answers if the bank asks. */
export function payInvoicePage(account: Account, invoice: Invoice, passed: boolean): Outcome {
  if (invoice.status !== 'open') throw invalid(`The invoice is ${invoice.status}.`);
  const intent = intentOf(account, invoice);
  const outcome = intent.status === 'requires_action' ? 'requires_action' : collect(account, invoice);
  return outcome === 'requires_action' ? answerChallenge(account, intent, passed) : outcome;
}

function settled(
  account: Account,
  invoice: Invoice,
  intent: PaymentIntent,
  outcome: Outcome,
  sameAttempt = false,
): Outcome {
  invoice.attempted = true;
  if (!sameAttempt) invoice.attempt_count += 1;
  const subscription = subscriptionOf(account, invoice);
  if (outcome === 'succeeded') {
    markPaid(account, invoice, intent);
    if (subscription) paid(account, subscription, invoice, intent);
    return outcome;
  }
  const days = account.settings.retryDays[invoice.attempt_count - 1];
  const retried =
    invoice.billing_reason !== 'subscription_create' && invoice.auto_advance === true && days !== undefined;
  invoice.next_payment_attempt = retried ? account.now() + days * DAY : null;
  if (outcome === 'requires_action') account.emit('invoice.payment_action_required', invoice);
  account.emit('invoice.payment_failed', invoice);
  if (subscription) failed(account, subscription, invoice, retried);
  return outcome;
}

export function activate(account: Account, subscription: Subscription): void {
  account.change(subscription, 'customer.subscription.updated', () => {
    subscription.status = 'active';
    delete subscription.status_details;
  });
  account.emit('customer.subscription.resumed', subscription);
}

/** An invoice that is paid, also outside of Stripe, brings its subscription back. */
export function paid(account: Account, subscription: Subscription, invoice: Invoice, intent?: PaymentIntent): void {
  if (isOver(subscription)) return;
  applyUpdate(account, invoice);
  if (subscription.status === 'paused' && subscription.latest_invoice === invoice.id && invoice.amount_due > 0)
    activate(account, subscription);
  const others = openInvoices(account, subscription).filter((one) => one !== invoice);
  account.change(subscription, 'customer.subscription.updated', () => {
    const { status } = subscription;
    const trialing = subscription.trial_end !== null && subscription.trial_end > account.now();
    if (status === 'incomplete') subscription.status = trialing ? 'trialing' : 'active';
    if (
      (status === 'past_due' || status === 'unpaid') &&
      (subscription.latest_invoice === invoice.id || others.length === 0)
    )
      subscription.status = 'active';
    if (intent && subscription.payment_settings?.save_default_payment_method === 'on_subscription')
      subscription.default_payment_method = intent.payment_method;
  });
}

const openInvoices = (account: Account, subscription: Subscription): Invoice[] =>
  account.store.all('invoice', (one) => one.status === 'open' && subscriptionOf(account, one) === subscription);

function failed(account: Account, subscription: Subscription, invoice: Invoice, retried: boolean): void {
  if (isOver(subscription) || subscription.status === 'incomplete' || subscription.status === 'paused') return;
  // The subscription is as it was, and paid for.
  if (isPending(account, invoice)) return;
  const { whenUncollected } = account.settings;
  if (retried || invoice.attempt_count <= account.settings.retryDays.length || whenUncollected === 'past_due') {
    account.change(subscription, 'customer.subscription.updated', () => {
      if (subscription.status !== 'unpaid') subscription.status = 'past_due';
    });
    return;
  }
  if (whenUncollected === 'cancel') cancelNow(account, subscription, { reason: 'payment_failed' });
  else
    account.change(subscription, 'customer.subscription.updated', () => {
      subscription.status = 'unpaid';
    });
}

/** What giving up an invoice means for its subscription. */
export function givenUp(account: Account, invoice: Invoice): void {
  const subscription = subscriptionOf(account, invoice);
  if (!subscription || isOver(subscription) || subscription.latest_invoice !== invoice.id) return;
  if (subscription.status === 'incomplete') expire(account, subscription);
  else if (subscription.status === 'past_due' || subscription.status === 'unpaid')
    account.change(subscription, 'customer.subscription.updated', () => {
      subscription.status = 'active';
    });
}

/** The first payment did not come within 23 hours. */
export function expireIncomplete(account: Account, subscription: Subscription): void {
  const invoice = account.store.find('invoice', subscription.latest_invoice);
  expire(account, subscription);
  if (invoice?.status === 'open') voidInvoice(account, invoice);
}
