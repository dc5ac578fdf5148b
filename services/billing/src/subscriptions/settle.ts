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
import { reportChange } from './report-change.ts';

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
 * Carries out what has become due since anybody looked, each at its own instant and in their order, whichever product it is
 * of: so it makes no difference whether a service was stopped meanwhile. Needs the lock.
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
  const subscriptions = [...found];
  for (;;) {
    const first = firstDue(subscriptions, at);
    if (!first) {
      // Paid, withdrawn, credited, or due later: at once. What comes of it may be due as well.
      if (await followDebts()) continue;
      break;
    }
    await charges.upTo(holder, subscriptions, first.due.at);
    await carryOut(first);
  }
  await charges.upTo(holder, subscriptions, at + 1);
  return { steps, subscriptions };

  async function followDebts(): Promise<boolean> {
    let any = false;
    for (const [index, before] of subscriptions.entries()) {
      const after = withDebts(before, at, charges.terms);
      if (isDeepStrictEqual(after, before)) continue;
      any = true;
      subscriptions[index] = after;
      await store(tx, { orgId, before, after, action: debtAction(after), at, by: 'schedule', reason: '' });
      await reportChange(emit, { orgId, product: after.product, action: debtAction(after), before, after });
      if (isBilledByHand(before) !== isBilledByHand(after))
        await charges.changed(holder, { before, after, at, by: 'schedule' });
    }
    return any;
  }

  async function carryOut({ index, before, due }: FirstDue): Promise<void> {
    const own = steps[before.product] ?? [];
    const { after: followed, step } = await following(tx, before, due, defaultPlan(catalogue, before.product), own);
    const after = withDebts(followed, due.at, charges.terms);
    subscriptions[index] = after;
    const owed = due.action === 'overdue' || due.action === 'unpaid';
    const ordered = due.action === 'changed' ? before.next : null;
    const by = ordered?.by ?? 'schedule';
    const reason = ordered?.reason ?? '';
    const action = owed ? debtAction(after) : due.action;
    await store(tx, { orgId, before, after, action, at: due.at, by, reason, step });
    await reportChange(emit, { orgId, product: after.product, action, before, after });
    if (step) steps[before.product] = withStep(own, step);
    if (owed && isBilledByHand(before) === isBilledByHand(after)) return;
    await charges.changed(holder, { before, after, at: due.at, by });
  }
}

interface FirstDue {
  index: number;
  before: Subscription;
  due: Due;
}

/** What happens first by an instant. */
function firstDue(subscriptions: readonly Subscription[], by: number): FirstDue | undefined {
  const all = subscriptions.flatMap((before, index): FirstDue[] => {
    const due = nextDue(before);
    return due && due.at <= by ? [{ index, before, due }] : [];
  });
  return all.sort((a, b) => a.due.at - b.due.at)[0];
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
