import { isDeepStrictEqual } from 'node:util';
import type { PeriodStep } from '@tidegate/contracts/billing/period';
import type { Tx } from '@tidegate/database/tx';
import { defaultPlan, isPaid } from '../entitlements/default-plan.rules.ts';
import type { Charges, Holder } from '../invoices/charges.ts';
import { described, recordChange } from '../kernel/change.rows.ts';
import { debtAction, withDebts } from '../kernel/dunning.rules.ts';
import { type Holdings, saveStep, saveSubscription } from '../kernel/subscription.rows.ts';
import {
  carriedOut,
  type Due,
  type Item,
  isBilledByHand,
  nextDue,
  type PlanVersion,
  type Subscription,
  stepOf,
} from '../kernel/subscription.rules.ts';
import { type CurrentCatalogue, findAddonVersion, findPlanVersion } from '../plans/catalogue.rows.ts';

export interface Stored {
  orgId: string;
  before: Subscription | undefined;
  after: Subscription;
  action: string;
  by: string;
  reason: string;
  /** When it happened; the instant may have passed while nothing ran. */
  at: number;
  /** A step that begins with it. */
  step?: PeriodStep | undefined;
}

/** Stores a change with who made it and why. */
export async function store(tx: Tx, { orgId, before, after, action, by, reason, at, step }: Stored): Promise<void> {
  await saveSubscription(tx, orgId, after, at);
  if (step) await saveStep(tx, orgId, after.product, step);
  await recordChange(tx, {
    orgId,
    product: after.product,
    action,
    by,
    reason,
    ...(before && { before: described(before) }),
    after: described(after),
  });
}

/**
 * Carries out what has become due since anybody looked, each at its own instant and in their order: so it makes no
 * difference whether a service was stopped meanwhile. Needs the lock.
 */
export async function settle(
  { tx, emit, orgId, steps: stored }: Holder,
  catalogue: CurrentCatalogue,
  { subscriptions: found }: Pick<Holdings, 'subscriptions'>,
  at: number,
  charges: Charges,
): Promise<Holdings> {
  const steps: Holdings['steps'] = Object.fromEntries(Object.entries(stored).map(([key, own]) => [key, [...own]]));
  const holder = { tx, emit, orgId, steps };
  const subscriptions: Subscription[] = [];
  for (const one of found) {
    let current = one;
    for (;;) {
      const before = current;
      const due = nextDue(current);
      if (!due || due.at > at) {
        // Paid, withdrawn, credited, or due later: at once. What comes of it may be due as well.
        current = withDebts(before, at, charges.terms);
        if (isDeepStrictEqual(current, before)) break;
        await store(tx, { orgId, before, after: current, action: debtAction(current), at, by: 'schedule', reason: '' });
        if (isBilledByHand(before) !== isBilledByHand(current)) {
          await charges.changed(holder, { before, after: current, at, by: 'schedule' });
        }
        continue;
      }
      await charges.upTo(holder, before, due.at);
      const own = steps[one.product] ?? [];
      const { after, step } = await following(tx, before, due, defaultPlan(catalogue, before.product), own);
      current = withDebts(after, due.at, charges.terms);
      const owed = due.action === 'overdue' || due.action === 'unpaid';
      const ordered = due.action === 'changed' ? before.next : null;
      const by = ordered?.by ?? 'schedule';
      const reason = ordered?.reason ?? '';
      await store(tx, {
        orgId,
        before,
        after: current,
        action: owed ? debtAction(current) : due.action,
        at: due.at,
        by,
        reason,
        step,
      });
      if (step) steps[one.product] = withStep(own, step);
      if (owed && isBilledByHand(before) === isBilledByHand(current)) continue;
      await charges.changed(holder, { before, after: current, at: due.at, by });
    }
    await charges.upTo(holder, current, at + 1);
    subscriptions.push(current);
  }
  return { steps, subscriptions };
}

/** What a subscription becomes when something is due, and the step that begins with it. */
export async function following(
  tx: Tx,
  before: Subscription,
  due: Due,
  fallback: PlanVersion | undefined,
  steps: readonly PeriodStep[],
): Promise<{ after: Subscription; step: PeriodStep | undefined }> {
  const after = carriedOut(before, due, fallback);
  const paid = due.action === 'changed' && (await isPaidVersion(tx, after));
  const provider = paid || due.action !== 'changed' ? after.provider : 'none';
  const { interval } = after;
  return {
    after: { ...after, provider, items: await goingWith(tx, after) },
    step: stepOf(steps.at(-1), { at: due.at, interval, paid, begins: false }),
  };
}

/** A step that begins where another does replaces it. */
export const withStep = (own: readonly PeriodStep[], step: PeriodStep): PeriodStep[] => [
  ...own.filter(({ from }) => from !== step.from),
  step,
];

async function isPaidVersion(tx: Tx, { product, plan, planVersion }: Subscription): Promise<boolean> {
  const version = await findPlanVersion(tx, product, plan, planVersion);
  return version !== undefined && isPaid(version);
}

/** The add-ons that can be had with the plan that it has now. The others end; what they allowed to create stays. */
export async function goingWith(tx: Tx, { product, plan, items }: Subscription): Promise<Item[]> {
  const kept: Item[] = [];
  for (const item of items) {
    const sold = await findAddonVersion(tx, product, item.addon, item.version);
    if (sold?.plans.includes(plan)) kept.push(item);
  }
  return kept;
}
