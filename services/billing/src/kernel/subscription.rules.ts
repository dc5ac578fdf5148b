import { isDeepStrictEqual } from 'node:util';
import { type Period, type PeriodStep, windowAt } from '@tidegate/contracts/billing/period';
import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';

export type Interval = 'month' | 'year';
export type Provider = 'none' | 'manual' | 'stripe';

export interface Item {
  addon: string;
  version: number;
  quantity: number;
  since: number;
  until: number | null;
}

/** A change that was ordered for later. */
export interface Scheduled {
  plan: string;
  planVersion: number;
  interval: Interval;
  at: number;
  by: string;
  reason: string;
  /** The add-ons that it has from then on; null: as they are. */
  addons: readonly Pick<Item, 'addon' | 'version' | 'quantity'>[] | null;
}

/** What an organisation has of one product. Instants are milliseconds. */
export interface Subscription {
  product: string;
  plan: string;
  planVersion: number;
  status: SubscriptionStatus;
  interval: Interval;
  currency: string | null;
  provider: Provider;
  ref: string | null;
  /** Of the last state of a provider; a bigint as text. */
  seq: string;
  /** Since when it has this plan. */
  since: number;
  /** What the provider says is paid for now; otherwise it follows from the steps. */
  period: Period | null;
  trialEnd: number | null;
  cancelAt: number | null;
  pausedAt: number | null;
  /** Who paused it, may resume it; what an operator paused, only operators resume. */
  pausedBy: 'customer' | 'operator' | null;
  /** When a pause ends by itself. */
  pauseEndsAt: number | null;
  graceUntil: number | null;
  /** When it is given up because own invoices are overdue; null: nothing is, or somebody else said what its state is. */
  unpaidAt: number | null;
  /** When the first own invoice that is open was due, or will be. It follows from the invoices and is stored there. */
  owedSince: number | null;
  /** From before there were invoices: nothing is charged until an operator says so. */
  billingHeld: boolean;
  next: Scheduled | null;
  /** Who ordered what follows: a change, or the end. */
  orderedBy: 'customer' | 'operator' | null;
  items: readonly Item[];
}

export interface PlanVersion {
  plan: string;
  version: number;
}

export const NOT_PAUSED = { pausedAt: null, pausedBy: null, pauseEndsAt: null } as const;

const NOTHING_PENDING = {
  trialEnd: null,
  cancelAt: null,
  ...NOT_PAUSED,
  graceUntil: null,
  unpaidAt: null,
  billingHeld: false,
  next: null,
  orderedBy: null,
} as const;

const NO_ORDERS = { cancelAt: null, next: null, orderedBy: null } as const;

/** Whether they differ at most in what follows later, a change or the end: what is had now, and paid for, is the same. */
export const differInOrdersOnly = (before: Subscription, after: Subscription): boolean =>
  isDeepStrictEqual({ ...before, ...NO_ORDERS }, { ...after, ...NO_ORDERS });

/** The default plan of a product: costs nothing, ends never. */
export const onDefault = (product: string, plan: PlanVersion, at: number): Subscription => ({
  product,
  plan: plan.plan,
  planVersion: plan.version,
  status: 'active',
  interval: 'month',
  currency: null,
  provider: 'none',
  ref: null,
  seq: '0',
  since: at,
  period: null,
  items: [],
  owedSince: null,
  ...NOTHING_PENDING,
});

/** Another plan, version or interval, at once. What was ordered for later is cancelled, also an end. */
export function changed(
  before: Subscription,
  to: PlanVersion & { interval: Interval; provider: Provider; currency?: string | null },
  at: number,
): Subscription {
  return {
    ...before,
    ...NOTHING_PENDING,
    plan: to.plan,
    planVersion: to.version,
    interval: to.interval,
    status: 'active',
    provider: to.provider,
    ref: null,
    period: null,
    currency: to.currency === undefined ? before.currency : to.currency,
    since: before.plan === to.plan && !isEnded(before) ? before.since : at,
  };
}

/** Over for good. What follows it is another subscription. */
export const isEnded = ({ status }: Pick<Subscription, 'status'>): boolean =>
  status === 'canceled' || status === 'incomplete_expired';

/** Whether it is paid for outside the platform, by invoices of our own, and goes on. */
export const isBilledByHand = ({
  provider,
  status,
  billingHeld,
}: Pick<Subscription, 'provider' | 'status' | 'billingHeld'>): boolean =>
  provider === 'manual' && !billingHeld && (status === 'active' || status === 'past_due');

/** It is over: the default plan takes its place, or nothing does. */
export const ended = (before: Subscription, fallback: PlanVersion | undefined, at: number): Subscription =>
  fallback
    ? { ...onDefault(before.product, fallback, at), seq: before.seq, currency: before.currency }
    : { ...before, ...NOTHING_PENDING, status: 'canceled', items: [], since: at };

export interface Due {
  at: number;
  action: 'trial_ended' | 'canceled' | 'changed' | 'resumed' | 'overdue' | 'unpaid';
}

/** What happens to it next by the clock alone. A provider's subscriptions change when the provider says so. */
export function nextDue(one: Subscription): Due | undefined {
  const { provider, status, trialEnd, cancelAt, pauseEndsAt, next } = one;
  if (provider === 'stripe' || isEnded({ status })) return undefined;
  const due: Due[] = [];
  if (cancelAt !== null) due.push({ at: cancelAt, action: 'canceled' });
  if (status === 'trialing' && trialEnd !== null) due.push({ at: trialEnd, action: 'trial_ended' });
  if (status === 'paused' && pauseEndsAt !== null) due.push({ at: pauseEndsAt, action: 'resumed' });
  if (next) due.push({ at: next.at, action: 'changed' });
  if (provider === 'manual') due.push(...debtsDue(one));
  return due.sort((a, b) => a.at - b.at)[0];
}

function debtsDue({ status, owedSince, unpaidAt }: Subscription): Due[] {
  if (owedSince === null) return [];
  if (status === 'active') return [{ at: owedSince, action: 'overdue' }];
  return status === 'past_due' && unpaidAt !== null ? [{ at: unpaidAt, action: 'unpaid' }] : [];
}

/** Carries out what is due, at the instant at which it was due. */
export function carriedOut(before: Subscription, { at, action }: Due, fallback: PlanVersion | undefined): Subscription {
  const { next } = before;
  // What a debt makes of it depends on its terms: `withDebts`.
  if (action === 'overdue' || action === 'unpaid') return before;
  if (action === 'resumed') return { ...before, status: 'active', ...NOT_PAUSED };
  if (action !== 'changed' || !next) return ended(before, fallback, at);
  return {
    ...before,
    plan: next.plan,
    planVersion: next.planVersion,
    interval: next.interval,
    since: before.plan === next.plan ? before.since : at,
    next: null,
    orderedBy: null,
    items: itemsOf(before, next),
  };
}

function itemsOf({ items }: Subscription, { addons, at }: Scheduled): readonly Item[] {
  if (addons === null) return items;
  return addons.map((one) => {
    const had = items.find(({ addon }) => addon === one.addon);
    return { since: at, ...had, ...one, until: null };
  });
}

/** Whether an operator ordered what follows. Moves of plans are their order as well. */
export const isOrderedByOperator = ({ next, cancelAt, orderedBy }: Subscription): boolean =>
  (next !== null || cancelAt !== null) && (orderedBy === 'operator' || next?.reason === 'moved');

/** Anchors are whole seconds. */
export const wholeSecond = (at: number): number => Math.floor(at / 1_000) * 1_000;
const iso = (at: number): string => new Date(at).toISOString();

export const monthsOf = (interval: Interval): 1 | 12 => (interval === 'year' ? 12 : 1);

/**
 * The step that a change begins, if any. What is paid for begins when it is bought: when somebody begins to pay, pays for
 * another length, or for another plan by the year. Nothing that is free restarts, or a quota would be had twice by
 * going there and back.
 */
export function stepOf(
  last: PeriodStep | undefined,
  change: { at: number; interval: Interval; paid: boolean; begins: boolean },
): PeriodStep | undefined {
  const months = monthsOf(change.interval);
  const anchor = iso(wholeSecond(change.at));
  if (!last || (change.paid && (change.begins || last.months !== months))) return { from: anchor, anchor, months };
  if (last.months === months) return undefined;
  const month = windowAt([last], 'month', change.at);
  return { from: iso(Math.max(month.start, Date.parse(last.from))), anchor: last.anchor, months };
}

/** What a step is made of where something ends: what costs nothing has no other length than the month. */
export const NO_LONGER_PAID = { interval: 'month', paid: false, begins: false } as const;

/** The period in which an instant lies. Clocks differ: what is before the first step falls into its first period. */
export const periodAt = (steps: readonly PeriodStep[], at: number): Period =>
  windowAt(steps, 'period', Math.max(at, Date.parse(steps[0]?.from ?? iso(at))));

/** What is paid for now, or would be. */
export const paidPeriod = (
  { period }: Pick<Subscription, 'period'>,
  steps: readonly PeriodStep[],
  at: number,
): Period => (period && at < period.end ? period : periodAt(steps, at));

/** Whether an add-on is had at an instant: it may have ended. */
export const isHeld = ({ until }: Pick<Item, 'until'>, at: number): boolean => until === null || until > at;
