import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { listOf, type PageParams } from '../kernel/lists.ts';
import { invalid, required } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Charge, Params, Refund } from '../kernel/stored.ts';
import { mergedMetadata } from './metadata.ts';

export const refundRoutes: Routes = {
  'POST /v1/refunds': (account, params: Params<Stripe.RefundCreateParams>) => {
    const intent = params.payment_intent
      ? account.store.get('payment_intent', params.payment_intent, 'payment_intent')
      : null;
    const id = params.charge ?? intent?.latest_charge;
    if (!id) throw required('charge');
    const refund = refundCharge(account, account.store.get('charge', id, 'charge'), params.amount);
    refund.reason = params.reason ?? null;
    refund.metadata = mergedMetadata({}, params.metadata);
    return refund;
  },
  'GET /v1/refunds': (account, params: PageParams) =>
    listOf(account, 'refund', '/v1/refunds', params, { charge: true, payment_intent: true }),
  'GET /v1/refunds/{id}': (account, _params, { id }) => account.store.get('refund', id),
  'POST /v1/refunds/{id}': (account, params: Params<Stripe.RefundUpdateParams>, { id }) => {
    const refund = account.store.get('refund', id);
    return account.change(refund, 'refund.updated', () => {
      refund.metadata = mergedMetadata(refund.metadata, params.metadata);
    });
  },
};

/** Gives back all that is left of a charge, or a part of it. */
export function refundCharge(account: Account, charge: Charge, given?: number): Refund {
  const left = charge.amount_captured - charge.amount_refunded;
  if (charge.disputed)
    throw invalid(`Charge ${charge.id} is disputed and cannot be refunded.`, 'charge', 'charge_disputed');
  if (left <= 0) throw invalid(`Charge ${charge.id} has already been refunded.`, 'charge', 'charge_already_refunded');
  const amount = given ?? left;
  if (amount <= 0) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  if (amount > left)
    throw invalid(
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      'amount',
      'amount_too_large',
    );
  const refund = account.create('refund', {
    id: account.id('re'),
    object: 'refund',
    amount,
    charge: charge.id,
    created: account.now(),
    currency: charge.currency,
    customer: charge.customer,
    metadata: {},
    payment_intent: charge.payment_intent,
    status: 'succeeded',
  });
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
  account.emit('refund.created', refund);
  account.emit('charge.refunded', charge);
  return refund;
}
