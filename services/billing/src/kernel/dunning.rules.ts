import type { Subscription } from './subscription.rules.ts';

export interface DunningTerms {
  /** Days from the due date during which everything still works. */
  graceDays: number;
  /** Days after them until the subscription is given up. */
  unpaidDays: number;
}

type Standing = Pick<Subscription, 'status' | 'graceUntil' | 'unpaidAt'>;

const DAY_MS = 86_400_000;

/** What follows when an own invoice stays unpaid that is due at an instant. */
export function consequences(dueAt: number, { graceDays, unpaidDays }: DunningTerms) {
  const graceUntil = dueAt + graceDays * DAY_MS;
  return { graceUntil, unpaidAt: graceUntil + unpaidDays * DAY_MS };
}

/** What an own invoice that was due at an instant makes of a subscription. */
export function standing(owedSince: number | null, at: number, terms: DunningTerms): Standing {
  if (owedSince === null || owedSince > at) return { status: 'active', graceUntil: null, unpaidAt: null };
  const { graceUntil, unpaidAt } = consequences(owedSince, terms);
  return unpaidAt > at
    ? { status: 'past_due', graceUntil, unpaidAt }
    : { status: 'unpaid', graceUntil: null, unpaidAt };
}

/**
 * The subscription with what is owed for it: whatever is chosen, resumed or set, a debt stays until its invoices are paid,
 * withdrawn, credited or due later. What somebody else said, an operator or a provider, stays as they said.
 */
export function withDebts(one: Subscription, at: number, terms: DunningTerms): Subscription {
  const ours = one.status === 'active' || one.unpaidAt !== null;
  return one.provider === 'manual' && ours && one.status !== 'paused'
    ? { ...one, ...standing(one.owedSince, at, terms) }
    : one;
}

/** How a change of a debt is called in the history. */
export const debtAction = ({ status }: Pick<Subscription, 'status'>): 'paid' | 'overdue' | 'unpaid' =>
  status === 'active' ? 'paid' : status === 'past_due' ? 'overdue' : 'unpaid';
