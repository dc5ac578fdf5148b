import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { listOf, type PageParams } from '../kernel/lists.ts';
import { invalid, required } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Params, PaymentIntent, SetupIntent } from '../kernel/stored.ts';
import { attach, behaviourOf, methodOf } from './cards.ts';
import { collect } from './collection.ts';
import { currencyOf } from './currencies.ts';
import { mergedMetadata } from './metadata.ts';
import { attempt, cardRefusal, createIntent } from './payments.ts';

type Create = Params<Stripe.PaymentIntentCreateParams>;
type SetUp = Params<Stripe.SetupIntentCreateParams>;

export const paymentIntentRoutes: Routes = {
  'POST /v1/payment_intents': (account, params: Create) => {
    if (params.amount < 1)
      throw invalid('This value must be greater than or equal to 1.', 'amount', 'parameter_invalid_integer');
    if (params.customer) account.store.get('customer', params.customer, 'customer');
    const intent = createIntent(account, {
      amount: params.amount,
      currency: currencyOf(params.currency),
      customer: params.customer ?? null,
      description: params.description ?? null,
      metadata: mergedMetadata({}, params.metadata),
    });
    if (params.payment_method) {
      intent.payment_method = methodOf(account, params.payment_method).id;
      intent.status = 'requires_confirmation';
    }
    return params.confirm ? confirm(account, intent) : intent;
  },
  'GET /v1/payment_intents': (account, params: PageParams) =>
    listOf(account, 'payment_intent', '/v1/payment_intents', params, { customer: true }),
  'GET /v1/payment_intents/{id}': (account, _params, { id }) => account.store.get('payment_intent', id),
  'POST /v1/payment_intents/{id}/confirm': (account, params: { payment_method?: string }, { id }) =>
    confirm(account, account.store.get('payment_intent', id), params.payment_method),
  'POST /v1/payment_intents/{id}/cancel': (account, params: Params<Stripe.PaymentIntentCancelParams>, { id }) => {
    const intent = account.store.get('payment_intent', id);
    if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpected(intent, 'canceled');
    Object.assign(intent, { status: 'canceled', canceled_at: account.now(), next_action: null });
    intent.cancellation_reason = params.cancellation_reason ?? null;
    account.emit('payment_intent.canceled', intent);
    return intent;
  },
  'GET /v1/charges': (account, params: PageParams) =>
    listOf(account, 'charge', '/v1/charges', params, { customer: true, payment_intent: true }),
  'GET /v1/charges/{id}': (account, _params, { id }) => account.store.get('charge', id),
  'POST /v1/setup_intents': (account, params: SetUp) => setUp(account, params),
  'GET /v1/setup_intents': (account, params: PageParams) =>
    listOf(account, 'setup_intent', '/v1/setup_intents', params, { customer: true, payment_method: true }),
  'GET /v1/setup_intents/{id}': (account, _params, { id }) => account.store.get('setup_intent', id),
};

const unexpected = (intent: PaymentIntent, what: string) =>
  invalid(
    `You cannot perform this action: this PaymentIntent has a status of ${intent.status} and cannot be ${what}.`,
    undefined,
    'payment_intent_unexpected_state',
  );

/** The payment of an invoice is confirmed as an attempt to collect that invoice. */
function confirm(account: Account, intent: PaymentIntent, given?: string): PaymentIntent {
  if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpected(intent, 'confirmed');
  const id = given ?? intent.payment_method;
  if (!id) throw required('payment_method');
  const method = methodOf(account, id);
  const payment = account.store.all('invoice_payment', (one) => one.payment.payment_intent === intent.id)[0];
  const invoice = account.store.find('invoice', payment?.invoice);
  const outcome = invoice ? collect(account, invoice, method.id) : attempt(account, intent, method);
  if (outcome === 'declined') throw cardRefusal(intent);
  return intent;
}

function setUp(account: Account, params: SetUp): SetupIntent {
  const method = params.payment_method ? methodOf(account, params.payment_method) : null;
  const id = account.id('seti');
  const asks = method !== null && behaviourOf(account, method.id) === 'authenticates';
  const intent = account.create('setup_intent', {
    id,
    object: 'setup_intent',
    client_secret: `${id}_secret_${account.random.text(16)}`,
    created: account.now(),
    customer: params.customer ?? null,
    description: params.description ?? null,
    livemode: account.settings.livemode,
    metadata: mergedMetadata({}, params.metadata),
    payment_method: method?.id ?? null,
    payment_method_types: ['card'],
    status: !method
      ? 'requires_payment_method'
      : !params.confirm
        ? 'requires_confirmation'
        : asks
          ? 'requires_action'
          : 'succeeded',
    usage: params.usage ?? 'off_session',
  });
  account.emit('setup_intent.created', intent);
  if (intent.status !== 'succeeded') return intent;
  if (method && params.customer) attach(account, method, params.customer);
  account.emit('setup_intent.succeeded', intent);
  return intent;
}
