import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { asked, type PageParams, page } from '../kernel/lists.ts';
import { invalid, missing } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Params, Subscription, SubscriptionItem } from '../kernel/stored.ts';
import type { GivenItem } from './item-changes.ts';
import { givenFields } from './metadata.ts';
import { createSubscription } from './new-subscription.ts';
import { pause, resume } from './pauses.ts';
import type { NewSubscription } from './subscription-create.ts';
import { cancelNow, isOver } from './subscription-end.ts';
import { invoiceFor, issue, keepPending } from './subscription-invoices.ts';
import { arrearsLine, creditLine } from './subscription-lines.ts';
import { type SubscriptionUpdate, updateSubscription } from './update-subscription.ts';

type Cancel = Params<Stripe.SubscriptionCancelParams>;
type ItemChange = GivenItem & Pick<SubscriptionUpdate, 'proration_behavior' | 'proration_date' | 'payment_behavior'>;

export const subscriptionRoutes: Routes = {
  'POST /v1/subscriptions': (account, params: NewSubscription) => createSubscription(account, params),
  'GET /v1/subscriptions': (account, params: PageParams & { status?: string }) => {
    const wanted = asked<Subscription>(params, {
      customer: true,
      collection_method: true,
      price: (one, price: string) => one.items.data.some((item) => item.price.id === price),
      status: (one, status: string) => status === 'all' || (status === 'ended' ? isOver(one) : one.status === status),
    });
    // Without a status a list leaves out what was cancelled.
    const shown = (one: Subscription) => params.status !== undefined || one.status !== 'canceled';
    return page(
      account.store.all('subscription', (one) => wanted(one) && shown(one)),
      params,
      '/v1/subscriptions',
    );
  },
  'GET /v1/subscriptions/{id}': (account, _params, { id }) => account.store.get('subscription', id),
  'POST /v1/subscriptions/{id}': (account, params: SubscriptionUpdate, { id }) =>
    updateSubscription(account, account.store.get('subscription', id), params),
  'DELETE /v1/subscriptions/{id}': (account, params: Cancel, { id }) => cancel(account, live(account, id), params),
  'POST /v1/subscriptions/{id}/pause': (account, params: Params<Stripe.SubscriptionPauseParams>, { id }) =>
    pause(account, live(account, id), params),
  'POST /v1/subscriptions/{id}/resume': (account, params: Params<Stripe.SubscriptionResumeParams>, { id }) =>
    resume(account, live(account, id), params),
  'DELETE /v1/subscriptions/{id}/discount': (account, _params, { id }) => {
    const subscription = account.store.get('subscription', id);
    const discount = account.store.find('discount', subscription.discounts[0]);
    if (!discount) throw missing('discount', id);
    account.change(subscription, 'customer.subscription.updated', () => {
      subscription.discounts = [];
    });
    account.emit('customer.discount.deleted', discount);
    return { ...discount, deleted: true };
  },
  'GET /v1/subscription_items': (account, params: PageParams & { subscription: string }) => {
    const { data } = account.store.get('subscription', params.subscription, 'subscription').items;
    return page(data, params, '/v1/subscription_items');
  },
  'GET /v1/subscription_items/{id}': (account, _params, { id }) => itemOf(account, id).item,
  'POST /v1/subscription_items': (account, params: ItemChange & { subscription: string }) => {
    const { subscription: id, ...given } = params;
    const subscription = live(account, id);
    const known = new Set(subscription.items.data.map((item) => item.id));
    changeItem(account, subscription, given);
    return subscription.items.data.find((item) => !known.has(item.id)) ?? {};
  },
  'POST /v1/subscription_items/{id}': (account, params: ItemChange, { id }) => {
    changeItem(account, itemOf(account, id).subscription, { ...params, id });
    return itemOf(account, id).item;
  },
  'DELETE /v1/subscription_items/{id}': (account, params: ItemChange, { id }) => {
    changeItem(account, itemOf(account, id).subscription, { ...params, id, deleted: true });
    return { id, object: 'subscription_item', deleted: true };
  },
};

function changeItem(account: Account, subscription: Subscription, given: ItemChange): void {
  const { proration_behavior, proration_date, payment_behavior, ...item } = given;
  updateSubscription(account, subscription, {
    items: [item],
    ...(proration_behavior ? { proration_behavior } : {}),
    ...(proration_date === undefined ? {} : { proration_date }),
    ...(payment_behavior ? { payment_behavior } : {}),
  } as SubscriptionUpdate);
}

function itemOf(account: Account, id: string): { item: SubscriptionItem; subscription: Subscription } {
  for (const subscription of account.store.all('subscription')) {
    const item = subscription.items.data.find((one) => one.id === id);
    if (item) return { item, subscription };
  }
  throw missing('subscription_item', id);
}

/** What has ended is gone for the operations that would change it. */
function live(account: Account, id: string): Subscription {
  const subscription = account.store.get('subscription', id);
  if (isOver(subscription)) throw missing('subscription', id);
  return subscription;
}

function cancel(account: Account, subscription: Subscription, params: Cancel): Subscription {
  if (
    subscription.schedule &&
    account.store.find('subscription_schedule', subscription.schedule)?.status === 'active' &&
    params.prorate
  )
    throw invalid('A subscription with a schedule is cancelled by its schedule when it is to be prorated.', 'prorate');
  const { items } = subscription;
  const now = account.now();
  const credits = params.prorate ? items.data.flatMap((item) => creditLine(account, subscription, item, now)) : [];
  const used = params.invoice_now
    ? items.data.flatMap((item) =>
        arrearsLine(account, subscription, item, { start: item.current_period_start, end: now }),
      )
    : [];
  if (params.cancellation_details && subscription.cancellation_details)
    Object.assign(subscription.cancellation_details, givenFields(params.cancellation_details, 'comment', 'feedback'));
  const invoice =
    params.invoice_now && credits.length + used.length > 0
      ? invoiceFor(account, subscription, 'subscription_update', { start: now, end: now }, [...credits, ...used])
      : undefined;
  if (!invoice) keepPending(account, subscription, credits);
  cancelNow(account, subscription, { reason: 'cancellation_requested' });
  if (invoice) issue(account, subscription, invoice);
  return subscription;
}
