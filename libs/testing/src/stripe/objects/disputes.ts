import type { Account } from '../kernel/account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Dispute } from '../kernel/store.ts';

export const disputeRoutes: Routes = {
  'GET /v1/disputes/{id}': (account, _params, { id }) => account.store.get('dispute', id),
};

/** A bank takes a charge back: nothing that the API can ask for. */
export function openDispute(account: Account, chargeId: string, reason = 'fraudulent'): Dispute {
  const charge = account.store.get('charge', chargeId);
  if (!charge.paid || charge.disputed) throw invalid(`The charge ${chargeId} cannot be disputed.`);
  const dispute = account.store.add('dispute', {
    id: account.id('du'),
    object: 'dispute',
    amount: charge.amount - charge.amount_refunded,
    charge: charge.id,
    created: account.now(),
    currency: charge.currency,
    is_charge_refundable: false,
    livemode: account.settings.livemode,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason,
    status: 'needs_response',
  });
  charge.disputed = true;
  account.emit('charge.dispute.created', dispute);
  account.emit('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

export function closeDispute(account: Account, dispute: Dispute, status: 'won' | 'lost'): void {
  dispute.status = status;
  if (status === 'won') account.emit('charge.dispute.funds_reinstated', dispute);
  account.emit('charge.dispute.closed', dispute);
}
