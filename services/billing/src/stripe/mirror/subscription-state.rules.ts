import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';
import type { Stripe } from 'stripe';
import { idOf } from '../client/id-of.rules.ts';

/** A subscription at Stripe, as far as anything here depends on it. Instants are whole seconds, as there. */
export interface SubscriptionState {
  id: string;
  status: SubscriptionStatus;
  created: number;
  currency: string;
  anchor: number;
  startedAt: number;
  cancelAt: number | null;
  endedAt: number | null;
  trialEnd: number | null;
  pausedAt: number | null;
  items: ItemState[];
  /** What a schedule brings at the end of the period. */
  next: { at: number; items: { priceId: string; lookupKey: string | null; quantity: number }[] } | null;
  scheduleId: string | null;
}

export interface ItemState {
  id: string;
  priceId: string;
  lookupKey: string | null;
  quantity: number;
  interval: 'day' | 'week' | 'month' | 'year' | null;
  periodStart: number;
  periodEnd: number;
}

/** A period of something that is charged by use, as it stands at Stripe. Instants are whole seconds. */
export interface UsagePeriodState {
  meter: string;
  periodStart: number;
  periodEnd: number;
  subscriptionId: string;
  priceId: string;
  lookupKey: string;
}

export function subscriptionState(subscription: Stripe.Subscription): SubscriptionState {
  const items = subscription.items.data.map(itemState);
  const schedule = typeof subscription.schedule === 'object' ? subscription.schedule : null;
  const ends = Math.max(0, ...items.map(({ periodEnd }) => periodEnd));
  return {
    id: subscription.id,
    status: subscription.status as SubscriptionStatus,
    created: subscription.created,
    currency: subscription.currency.toUpperCase(),
    anchor: subscription.billing_cycle_anchor,
    startedAt: subscription.start_date,
    cancelAt: subscription.cancel_at ?? (subscription.cancel_at_period_end ? ends : null),
    endedAt: subscription.ended_at,
    trialEnd: subscription.trial_end,
    pausedAt: subscription.status_details?.paused?.transitioned_at ?? null,
    items,
    next: schedule?.status === 'active' ? nextPhase(schedule) : null,
    scheduleId: schedule?.id ?? (typeof subscription.schedule === 'string' ? subscription.schedule : null),
  };
}

const itemState = (item: Stripe.SubscriptionItem): ItemState => ({
  id: item.id,
  priceId: item.price.id,
  lookupKey: item.price.lookup_key,
  quantity: item.quantity ?? 1,
  interval: (item.price.recurring?.interval as ItemState['interval'] | undefined) ?? null,
  periodStart: item.current_period_start,
  periodEnd: item.current_period_end,
});

function nextPhase({ phases, current_phase: current }: Stripe.SubscriptionSchedule): SubscriptionState['next'] {
  const next = phases.find(({ start_date: start }) => current !== null && start >= current.end_date);
  if (!next) return null;
  const items = next.items.map(({ price, quantity }) => ({
    priceId: idOf(price),
    lookupKey: typeof price === 'string' || price.deleted ? null : price.lookup_key,
    quantity: quantity ?? 1,
  }));
  return { at: next.start_date, items };
}
