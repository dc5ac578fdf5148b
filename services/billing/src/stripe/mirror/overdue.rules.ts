import type { InvoiceState } from './invoice-state.rules.ts';

/**
 * Since when a subscription at Stripe is overdue: its oldest invoice that is open was due then, or, where it is collected
 * by itself, issued. So the grace does not start over when it is said late, or again.
 */
export function overdueSince(
  { ref, status }: { ref: string; status: string },
  invoices: readonly Pick<
    InvoiceState,
    'subscriptionId' | 'status' | 'amountRemaining' | 'dueAt' | 'issuedAt' | 'created'
  >[],
): string | null {
  if (status !== 'past_due') return null;
  const since = invoices
    .filter((one) => one.subscriptionId === ref && one.status === 'open' && one.amountRemaining > 0)
    .map(({ dueAt, issuedAt, created }) => dueAt ?? issuedAt ?? created);
  return since.length === 0 ? null : new Date(Math.min(...since) * 1_000).toISOString();
}
