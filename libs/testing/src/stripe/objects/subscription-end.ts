import type { Account } from '../kernel/account.ts';
import type { Subscription } from '../kernel/stored.ts';

type Reason = NonNullable<NonNullable<Subscription['cancellation_details']>['reason']>;

/** Terminal: nothing leaves `canceled` and `incomplete_expired`. */
export const isOver = (subscription: Subscription): boolean =>
  subscription.status === 'canceled' || subscription.status === 'incomplete_expired';

export function cancelNow(account: Account, subscription: Subscription, { reason }: { reason: Reason }): Subscription {
  subscription.status = 'canceled';
  subscription.ended_at = account.now();
  subscription.canceled_at ??= account.now();
  delete subscription.status_details;
  const details = subscription.cancellation_details;
  subscription.cancellation_details = {
    comment: details?.comment ?? null,
    feedback: details?.feedback ?? null,
    feedback_option: details?.feedback_option ?? null,
    reason: details?.reason ?? reason,
  };
  for (const invoice of account.store.all(
    'invoice',
    (one) => one.parent?.subscription_details?.subscription === subscription.id,
  )) {
    if (invoice.status === 'open' || invoice.status === 'draft') invoice.auto_advance = false;
    invoice.next_payment_attempt = null;
  }
  endSchedule(account, subscription);
  account.emit('customer.subscription.deleted', subscription);
  return subscription;
}

function endSchedule(account: Account, subscription: Subscription): void {
  const schedule = account.store.find('subscription_schedule', subscription.schedule);
  if (schedule?.status !== 'active') return;
  Object.assign(schedule, { status: 'canceled', canceled_at: account.now(), current_phase: null });
  account.emit('subscription_schedule.canceled', schedule);
}

export function expire(account: Account, subscription: Subscription): Subscription {
  endSchedule(account, subscription);
  return account.change(subscription, 'customer.subscription.updated', () => {
    subscription.status = 'incomplete_expired';
    subscription.ended_at = account.now();
  });
}
