import { type DisputeState, paymentDisputed } from '@tidegate/contracts/billing/disputes';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import type { Stripe } from 'stripe';
import { type DisputeFound, disputeToWire, saveDispute } from '../../kernel/dispute.rows.ts';
import { requireCatalogue } from '../../plans/catalogue.rows.ts';
import { fromStripe } from '../prices/stripe-amount.rules.ts';
import type { Fact } from './facts.rules.ts';

/** An inquiry that was closed took nothing. */
const DECIDED: Readonly<Record<string, DisputeState>> = {
  lost: 'lost',
  won: 'won',
  warning_closed: 'won',
  prevented: 'won',
};

export function disputeFound(dispute: Stripe.Dispute): DisputeFound {
  const currency = dispute.currency.toUpperCase();
  return {
    id: dispute.id,
    chargeId: typeof dispute.charge === 'string' ? dispute.charge : dispute.charge.id,
    state: DECIDED[dispute.status] ?? 'open',
    status: dispute.status,
    reason: dispute.reason,
    currency,
    amountMinor: fromStripe(dispute.amount, currency),
    answerBy: dispute.evidence_details?.due_by ?? null,
    openedAt: dispute.created,
  };
}

/** That it was opened is a fact of its charge. */
export function disputeFacts({ id, state, openedAt, currency, amountMinor, chargeId, reason }: DisputeFound): Fact[] {
  if (state === 'open') return [];
  const data = { dispute: id, charge: chargeId, currency, amount: amountMinor, reason };
  return [
    { key: `dispute:${id}:${state}`, kind: state === 'won' ? 'dispute_won' : 'dispute_lost', at: openedAt, data },
  ];
}

/** Each with what the catalogue says of lost ones. What is new of it is announced. */
export async function storeDisputes(tx: Tx, emit: Emit, disputes: readonly DisputeFound[]): Promise<void> {
  if (disputes.length === 0) return;
  const { policies } = await requireCatalogue(tx);
  const lostIsReadOnly = (policies?.lostDispute ?? 'read_only') === 'read_only';
  const orgId = tx.orgId as string;
  for (const one of disputes) {
    const row = await saveDispute(tx, one, { lostIsReadOnly });
    if (!row) continue;
    const { id: disputeId, state, currency, amountMinor, reason, answerBy, readOnly } = disputeToWire(row);
    const data = { orgId, disputeId, state, currency, amountMinor, reason, answerBy, readOnly };
    await emit(paymentDisputed, data, { orgId });
  }
}
