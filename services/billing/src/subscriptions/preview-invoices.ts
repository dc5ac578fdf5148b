import type { PreviewedInvoice } from '@tidegate/contracts/billing/preview';
import { defaultPlan } from '../entitlements/default-plan.rules.ts';
import { costOfChange, costOfPeriod, findPaid, type Given, type Paid } from '../invoices/change-cost.ts';
import { Ahead } from '../invoices/invoices-ahead.ts';
import type { Steps } from '../invoices/paid-period.rules.ts';
import type { TaxTerms } from '../invoices/tax.rules.ts';
import { differInOrdersOnly, isBilledByHand, nextDue, type Subscription } from '../kernel/subscription.rules.ts';
import { following, withStep } from './settle.ts';
import type { Situation } from './subscription-changes.ts';

/** The invoice at once, and the one after it: at the next period, or when what was ordered follows. */
export async function invoicesOf(
  given: Given & { steps: Steps; tax: TaxTerms | undefined },
  { catalogue, at, product, before }: Pick<Situation, 'catalogue' | 'at' | 'product' | 'before'>,
  after: Subscription,
): Promise<{ dueNow: PreviewedInvoice | null; next: PreviewedInvoice | null }> {
  const paid = await findPaid(given.tx, given.orgId, product);
  if (!paid && !isBilledByHand(after)) return { dueNow: null, next: null };
  const ahead = await Ahead.read(given.tx, given.orgId, given.tax);
  const stays = paid && before && differInOrdersOnly(before, after);
  const now = stays ? { next: paid, items: [] } : await costOfChange(given, paid, { after, at, by: '' });
  const dueNow = await ahead.add(now.items, at, { onlyOwed: true });
  if (!isBilledByHand(after)) return { dueNow, next: null };
  const end = now.next.period.end;
  // An invoice that falls due changes no plan.
  const due = nextDue({ ...after, owedSince: null });
  if (!due || due.at > end) {
    const { items } = await costOfPeriod(given, now.next, after);
    return { dueNow, next: await ahead.add(items, end, { onlyOwed: false }) };
  }
  const own = given.steps[product] ?? [];
  const followed = await following(given.tx, after, due, defaultPlan(catalogue, product), own);
  const steps = { ...given.steps, [product]: followed.step ? withStep(own, followed.step) : own };
  const then: Paid = now.next;
  const { items } = await costOfChange({ ...given, steps }, then, { after: followed.after, at: due.at, by: '' });
  return { dueNow, next: await ahead.add(items, due.at, { onlyOwed: true }) };
}
