import type { Account } from '../kernel/account.ts';
import { perAccount } from '../kernel/per-account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { PaymentMethod } from '../kernel/stored.ts';

export type Behaviour = 'pays' | 'declines' | 'declines_insufficient_funds' | 'authenticates';
interface Card {
  behaviour: Behaviour;
  /** The bank refuses from this instant on. */
  declinesFrom?: number;
}

const NUMBERS: Record<string, Behaviour> = {
  '4242': 'pays',
  '4242424242424242': 'pays',
  '5555555555554444': 'pays',
  decline: 'declines',
  '4000000000000002': 'declines',
  '4000000000000341': 'declines',
  '4000000000009995': 'declines_insufficient_funds',
  '3ds': 'authenticates',
  '4000002500003155': 'authenticates',
  '4000002760003184': 'authenticates',
};
/** Payment methods that exist in every account in test mode; each use makes a new one. */
const READY_MADE: Record<string, string> = {
  pm_card_visa: '4242424242424242',
  pm_card_mastercard: '5555555555554444',
  pm_card_chargeDeclined: '4000000000000002',
  pm_card_chargeCustomerFail: '4000000000000341',
  pm_card_chargeDeclinedInsufficientFunds: '4000000000009995',
  pm_card_authenticationRequired: '4000002760003184',
};

const cards = perAccount(() => new Map<string, Card>());

export function behaviourOf(account: Account, method: string): Behaviour {
  const card = cards(account).get(method) ?? { behaviour: 'pays' };
  return card.declinesFrom !== undefined && card.declinesFrom <= account.now() ? 'declines' : card.behaviour;
}

export function setCard(account: Account, method: string, card: Card): void {
  cards(account).set(method, card);
}

/** `number` is a test number of Stripe's or a word: 4242, decline, 3ds. */
export function createCard(account: Account, number: string, email: string | null = null): PaymentMethod {
  const behaviour = NUMBERS[number.replaceAll(' ', '')];
  if (!behaviour) throw invalid('Your card number is incorrect.', 'card[number]', 'incorrect_number');
  const last4 = { '4242': '4242', decline: '0002', '3ds': '3155' }[number] ?? number.slice(-4);
  const brand = number.startsWith('5') ? 'mastercard' : 'visa';
  const method = account.create('payment_method', {
    id: account.id('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email, name: null, phone: null, tax_id: null },
    card: {
      brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: brand,
      exp_month: 12,
      exp_year: new Date(account.now() * 1000).getUTCFullYear() + 3,
      fingerprint: `fp_${brand}_${last4}`,
      funding: 'credit',
      generated_from: null,
      last4,
      networks: { available: [brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: account.now(),
    customer: null,
    livemode: account.settings.livemode,
    metadata: {},
    type: 'card',
  });
  setCard(account, method.id, { behaviour });
  return method;
}

/** The payment method of this id, or a new one when the id is ready-made. */
export function methodOf(account: Account, id: string, param = 'payment_method'): PaymentMethod {
  const number = READY_MADE[id];
  return number ? createCard(account, number) : account.store.get('payment_method', id, param);
}

export function attach(account: Account, method: PaymentMethod, customer: string): PaymentMethod {
  account.store.get('customer', customer, 'customer');
  if (method.customer === customer) return method;
  if (method.customer !== null)
    throw invalid('The payment method you provided has already been attached to a customer.', 'payment_method');
  if (behaviourOf(account, method.id) === 'declines' && method.card?.last4 === '0002') throw declined();
  method.customer = customer;
  account.emit('payment_method.attached', method);
  return method;
}

export const declined = () => invalid('Your card was declined.', undefined, 'card_declined');
