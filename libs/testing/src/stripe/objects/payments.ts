import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { Refusal } from '../kernel/refusal.ts';
import type { Charge, PaymentIntent, PaymentMethod } from '../kernel/stored.ts';
import { type Behaviour, behaviourOf, setCard } from './cards.ts';

export type Outcome = 'succeeded' | 'declined' | 'requires_action';

interface NewIntent {
  amount: number;
  currency: string;
  customer: string | null;
  description?: string | null;
  metadata?: Record<string, string>;
}

export function createIntent(account: Account, given: NewIntent): PaymentIntent {
  const id = account.id('pi');
  const intent = account.create('payment_intent', {
    id,
    object: 'payment_intent',
    amount: given.amount,
    amount_capturable: 0,
    amount_received: 0,
    capture_method: 'automatic',
    client_secret: `${id}_secret_${account.random.text(16)}`,
    confirmation_method: 'automatic',
    created: account.now(),
    currency: given.currency,
    customer: given.customer,
    description: given.description ?? null,
    livemode: account.settings.livemode,
    metadata: given.metadata ?? {},
    payment_method_types: ['card'],
    status: 'requires_payment_method',
  });
  account.emit('payment_intent.created', intent);
  return intent;
}

/** Charges the card once. A card that wants its holder waits for `authenticate`. */
export function attempt(account: Account, intent: PaymentIntent, method: PaymentMethod | undefined): Outcome {
  if (!method) return fail(account, intent, null, 'pays');
  const behaviour = behaviourOf(account, method.id);
  intent.payment_method = method.id;
  if (behaviour === 'authenticates') {
    intent.status = 'requires_action';
    const url = `${account.origin()}/3ds/${intent.id}`;
    intent.next_action = { type: 'redirect_to_url', redirect_to_url: { return_url: null, url } };
    account.emit('payment_intent.requires_action', intent);
    return 'requires_action';
  }
  if (behaviour !== 'pays') return fail(account, intent, method, behaviour);
  const charge = createCharge(account, intent, method, null);
  Object.assign(intent, { latest_charge: charge.id, amount_received: intent.amount, status: 'succeeded' });
  Object.assign(intent, { next_action: null, last_payment_error: null });
  account.emit('charge.succeeded', charge);
  account.emit('payment_intent.succeeded', intent);
  return 'succeeded';
}

/** The card's holder passed or failed: afterwards the card pays, also without them. */
export function authenticate(account: Account, intent: PaymentIntent, passed: boolean): Outcome {
  const method = account.store.get('payment_method', intent.payment_method ?? '', 'payment_method');
  if (passed) {
    setCard(account, method.id, { behaviour: 'pays' });
    return attempt(account, intent, method);
  }
  intent.next_action = null;
  return fail(account, intent, method, 'authenticates');
}

function fail(account: Account, intent: PaymentIntent, method: PaymentMethod | null, why: Behaviour): Outcome {
  const error = refusalOf(why, method !== null);
  if (method && why !== 'authenticates') {
    const charge = createCharge(account, intent, method, error);
    intent.latest_charge = charge.id;
    account.emit('charge.failed', charge);
  }
  Object.assign(intent, { status: 'requires_payment_method', payment_method: null, last_payment_error: error });
  account.emit('payment_intent.payment_failed', intent);
  return 'declined';
}

type LastError = Pick<Stripe.PaymentIntent.LastPaymentError, 'type' | 'code' | 'message' | 'decline_code'>;

function refusalOf(why: Behaviour, hasMethod: boolean): LastError {
  if (!hasMethod)
    return {
      type: 'invalid_request_error',
      code: 'payment_intent_authentication_failure',
      message: 'The customer has no payment method.',
    };
  if (why === 'authenticates')
    return {
      type: 'invalid_request_error',
      code: 'payment_intent_authentication_failure',
      message: 'The provided PaymentMethod has failed authentication.',
    };
  const reason = why === 'declines_insufficient_funds' ? 'insufficient_funds' : 'generic_decline';
  return { type: 'card_error', code: 'card_declined', decline_code: reason, message: 'Your card was declined.' };
}

export const authenticationRequired = (): Refusal =>
  new Refusal(402, {
    type: 'card_error',
    code: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
  });

/** What the API answers when the request itself was to charge the card. */
export function cardRefusal(intent: PaymentIntent): Refusal {
  if (intent.status === 'requires_action') return authenticationRequired();
  const { code = 'card_declined', message = 'Your card was declined.', decline_code } = intent.last_payment_error ?? {};
  return new Refusal(402, { type: 'card_error', code, message, ...(decline_code ? { decline_code } : {}) });
}

function createCharge(account: Account, intent: PaymentIntent, method: PaymentMethod, error: LastError | null): Charge {
  const id = account.id('ch');
  return account.create('charge', {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: error ? 0 : intent.amount,
    amount_refunded: 0,
    billing_details: method.billing_details,
    captured: !error,
    created: account.now(),
    currency: intent.currency,
    customer: intent.customer,
    disputed: false,
    failure_code: error?.code ?? null,
    failure_message: error?.message ?? null,
    livemode: account.settings.livemode,
    metadata: intent.metadata,
    paid: !error,
    payment_intent: intent.id,
    payment_method: method.id,
    receipt_url: error ? null : `${account.origin()}/receipts/${id}`,
    refunded: false,
    status: error ? 'failed' : 'succeeded',
  });
}
