import type { Account } from '../kernel/account.ts';
import { perAccount } from '../kernel/per-account.ts';
import { invalid, Refusal } from '../kernel/refusal.ts';
import type { Customer, PaymentMethod, Session } from '../kernel/stored.ts';
import { amountOf, units } from './amounts.rules.ts';
import { attach, behaviourOf, createCard, declined, setCard } from './cards.ts';
import { sum, type Terms, termsOf, trialOf } from './checkout-terms.ts';
import { collect } from './collection.ts';
import { redeem } from './discounts.ts';
import { createInvoice } from './invoice-draft.ts';
import { type LineDraft, lineOfPrice } from './invoice-lines.ts';
import { finalise } from './invoice-state.ts';
import { createCustomer } from './new-customer.ts';
import { createSubscription } from './new-subscription.ts';
import { attempt, createIntent } from './payments.ts';
import type { NewSubscription } from './subscription-create.ts';

/** What somebody enters on the page. */
export interface Entered {
  card?: string;
  email?: string;
  promotion_code?: string;
}
const waiting = perAccount(() => new Map<string, { entered: Entered; method: PaymentMethod }>());

/** `requires_action`: the bank wants its customer, who answers by `answerPage`. */
export function payOnPage(account: Account, id: string, entered: Entered): 'complete' | 'requires_action' {
  const session = openSession(account, id);
  const terms = termsOf(account).get(id) as Terms;
  if (entered.promotion_code) useCode(account, session, terms, entered.promotion_code);
  const optional = session.payment_method_collection === 'if_required' && session.amount_total === 0;
  if (!entered.card && !optional) throw invalid('Your card number is incomplete.', 'card', 'incomplete_number');
  const method = entered.card ? createCard(account, entered.card, entered.email ?? session.customer_email) : null;
  const behaviour = method ? behaviourOf(account, method.id) : 'pays';
  if (behaviour.startsWith('declines') && !(method?.card?.last4 === '0341' && trialOf(terms)))
    throw new Refusal(402, { ...declined().body, type: 'card_error', decline_code: 'generic_decline' });
  if (method && behaviour === 'authenticates') {
    waiting(account).set(id, { entered, method });
    return 'requires_action';
  }
  complete(account, session, terms, entered, method);
  return 'complete';
}

/** The bank's answer: a failure leaves the session open. */
export function answerPage(account: Account, id: string, passed: boolean): void {
  const session = openSession(account, id);
  const held = waiting(account).get(id);
  if (!held) throw invalid('Nothing waits for an authentication.');
  waiting(account).delete(id);
  if (!passed)
    throw new Refusal(402, {
      type: 'card_error',
      code: 'payment_intent_authentication_failure',
      message: 'We are unable to authenticate your payment method.',
    });
  setCard(account, held.method.id, { behaviour: 'pays' });
  complete(account, session, termsOf(account).get(id) as Terms, held.entered, held.method);
}

function openSession(account: Account, id: string): Session {
  const session = account.store.get('checkout.session', id);
  if (session.status !== 'open')
    throw invalid(`This Checkout Session is ${session.status}.`, undefined, 'session_not_open');
  return session;
}

function useCode(account: Account, session: Session, terms: Terms, text: string): void {
  if (!session.allow_promotion_codes) throw invalid('This session takes no promotion codes.', 'promotion_code');
  const code = account.store.all(
    'promotion_code',
    (one) => one.code.toLowerCase() === text.toLowerCase() && one.active,
  )[0];
  if (!code) throw invalid('This code is invalid.', 'promotion_code');
  if ((session.amount_subtotal ?? 0) < (code.restrictions.minimum_amount ?? 0))
    throw invalid('This code needs a larger amount.', 'promotion_code');
  terms.discounts = [{ promotion_code: code.id }];
  sum(account, session, terms);
  session.discounts = [{ coupon: null, promotion_code: code.id }];
}

function complete(
  account: Account,
  session: Session,
  terms: Terms,
  entered: Entered,
  method: PaymentMethod | null,
): void {
  const { params } = terms;
  const email = entered.email ?? session.customer_email ?? 'buyer@example.com';
  const known = account.store.find('customer', session.customer);
  const wanted =
    params.mode !== 'payment' || params.customer_creation === 'always' || params.invoice_creation?.enabled === true;
  const customer = known ?? (wanted ? createCustomer(account, { email }) : null);
  if (customer && method) attach(account, method, customer.id);
  session.customer = customer?.id ?? null;
  session.customer_details = {
    address: null,
    business_name: null,
    email: customer?.email ?? email,
    individual_name: null,
    name: customer?.name ?? null,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  };
  if (params.mode === 'subscription' && customer) subscribe(account, session, terms, customer, method);
  else if (params.mode === 'payment') payOnce(account, session, terms, customer, method);
  else if (method) setUp(account, session, method);
  session.payment_status = session.mode === 'setup' || session.amount_total === 0 ? 'no_payment_required' : 'paid';
  session.status = 'complete';
  session.url = null;
  account.emit('checkout.session.completed', session);
}

function subscribe(
  account: Account,
  session: Session,
  terms: Terms,
  customer: Customer,
  method: PaymentMethod | null,
): void {
  const { params, items, discounts } = terms;
  const data = params.subscription_data ?? {};
  const item = ({ price, quantity }: Terms['items'][number]) => ({
    price: price.id,
    ...(quantity === undefined ? {} : { quantity }),
  });
  const subscription = createSubscription(account, {
    customer: customer.id,
    items: items.filter(({ price }) => price.recurring).map(item),
    add_invoice_items: items.filter(({ price }) => !price.recurring).map(item),
    discounts,
    metadata: data.metadata,
    ...(method ? { default_payment_method: method.id } : {}),
    ...(params.automatic_tax ? { automatic_tax: { enabled: params.automatic_tax.enabled } } : {}),
    ...(data.trial_period_days === undefined ? {} : { trial_period_days: data.trial_period_days }),
    ...(data.trial_end === undefined ? {} : { trial_end: data.trial_end }),
    ...(data.trial_settings ? { trial_settings: data.trial_settings } : {}),
    ...(data.billing_cycle_anchor === undefined ? {} : { billing_cycle_anchor: data.billing_cycle_anchor }),
    ...(data.description ? { description: data.description } : {}),
  } as NewSubscription);
  session.subscription = subscription.id;
  session.invoice = subscription.latest_invoice;
}

function payOnce(
  account: Account,
  session: Session,
  terms: Terms,
  customer: Customer | null,
  method: PaymentMethod | null,
): void {
  if (terms.params.invoice_creation?.enabled && customer) {
    const currency = session.currency ?? 'usd';
    const discounts = redeem(account, terms.discounts, { customer, currency, session: session.id });
    const period = { start: account.now(), end: account.now() };
    const { invoice } = createInvoice(
      account,
      {
        customer,
        currency,
        subscription: null,
        reason: 'manual',
        discounts,
        period,
        autoAdvance: false,
        automaticTax: terms.params.automatic_tax?.enabled ?? false,
        collection: 'charge_automatically',
        metadata: terms.params.invoice_creation.invoice_data?.metadata as Record<string, string> | undefined,
      },
      terms.items.map((item) => onceLine(account, item)),
    );
    finalise(account, invoice);
    if (invoice.status === 'open') collect(account, invoice, method?.id);
    session.invoice = invoice.id;
    return;
  }
  if (!method || !session.amount_total) return;
  const intent = createIntent(account, {
    amount: session.amount_total,
    currency: session.currency ?? 'usd',
    customer: customer?.id ?? null,
    metadata: terms.params.payment_intent_data?.metadata as Record<string, string> | undefined,
  });
  attempt(account, intent, method);
  session.payment_intent = intent.id;
}

const onceLine = (account: Account, { price, quantity = 1 }: Terms['items'][number]): LineDraft =>
  lineOfPrice(account, price, quantity, { amount: amountOf(price, units(quantity)) });

function setUp(account: Account, session: Session, method: PaymentMethod): void {
  const id = account.id('seti');
  const intent = account.create('setup_intent', {
    id,
    object: 'setup_intent',
    client_secret: `${id}_secret_${account.random.text(16)}`,
    created: account.now(),
    customer: session.customer,
    livemode: account.settings.livemode,
    metadata: session.metadata,
    payment_method: method.id,
    payment_method_types: ['card'],
    status: 'succeeded',
    usage: 'off_session',
  });
  account.emit('setup_intent.created', intent);
  account.emit('setup_intent.succeeded', intent);
  session.setup_intent = id;
}
