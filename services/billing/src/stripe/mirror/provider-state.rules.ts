import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';
import type { ProviderState as AnyProviderState } from '../../subscriptions/provider-state.rules.ts';
import { lookupKeyOf, readLookupKey, type Sold } from '../prices/lookup-key.rules.ts';
import { meterOf } from '../prices/usage-sold.rules.ts';
import type { SubscriptionState, UsagePeriodState } from './subscription-state.rules.ts';

/** Its number is that of the fetch that found it. */
export type ProviderState = Omit<AnyProviderState, 'seq'>;

export interface Translated {
  products: Map<string, ProviderState>;
  /** Live subscriptions of a product that has another one. */
  duplicates: { product: string; subscription: string }[];
  /** Prices that were made by hand: nobody here knows what they sell. */
  unknown: { subscription: string; priceId: string }[];
}

/** From the one that counts most to those that are over. */
const ORDER: readonly SubscriptionStatus[] = [
  'active',
  'trialing',
  'past_due',
  'paused',
  'unpaid',
  'incomplete',
  'canceled',
  'incomplete_expired',
];
const isLive = (status: SubscriptionStatus): boolean => ORDER.indexOf(status) <= ORDER.indexOf('unpaid');

/**
 * Subscriptions of Stripe in the words of the catalogue: one may have items of several products, and a product several
 * subscriptions, of which the first that lives counts. `keys` are lookup keys by price.
 */
export function translate(subscriptions: readonly SubscriptionState[], keys: ReadonlyMap<string, string>): Translated {
  const found: Translated = { products: new Map(), duplicates: [], unknown: [] };
  const byAge = [...subscriptions].sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
  const ranked = byAge
    .map((subscription, age) => ({ subscription, rank: ORDER.indexOf(subscription.status), age }))
    // Of those that are over the last one says how it ended.
    .sort((a, b) => a.rank - b.rank || (isLive(a.subscription.status) ? a.age - b.age : b.age - a.age));
  for (const { subscription } of ranked) {
    for (const [product, state] of statesOf(subscription, keys, found)) {
      if (!found.products.has(product)) found.products.set(product, state);
      else if (isLive(state.status)) found.duplicates.push({ product, subscription: subscription.id });
    }
  }
  return found;
}

type SoldItem = SubscriptionState['items'][number] & { sold: Sold };

function statesOf(
  subscription: SubscriptionState,
  keys: ReadonlyMap<string, string>,
  { unknown }: Translated,
): Map<string, ProviderState> {
  const items: SoldItem[] = [];
  for (const item of subscription.items) {
    const sold = soldBy(item, keys);
    if (sold) items.push({ ...item, sold });
    else unknown.push({ subscription: subscription.id, priceId: item.priceId });
  }
  const states = new Map<string, ProviderState>();
  for (const item of items) {
    const { sold } = item;
    if (sold.kind !== 'plan') continue;
    states.set(sold.product, stateOf(subscription, { ...item, sold }, addonsOf(sold.product, items), keys));
  }
  return states;
}

const soldBy = (
  { priceId, lookupKey }: { priceId: string; lookupKey: string | null },
  keys: ReadonlyMap<string, string>,
): Sold | undefined => readLookupKey(lookupKey ?? keys.get(priceId) ?? '');

/** Add-ons of a product; those of none come with each, and are one wherever they are counted. */
const addonsOf = (product: string, items: readonly SoldItem[]): ProviderState['addons'] =>
  items.flatMap(({ sold, quantity }) =>
    sold.kind === 'addon' && (sold.product === product || sold.product === '')
      ? [{ addon: sold.addon, version: sold.version, quantity }]
      : [],
  );

function stateOf(
  subscription: SubscriptionState,
  item: SoldItem & { sold: Sold & { kind: 'plan' } },
  addons: ProviderState['addons'],
  keys: ReadonlyMap<string, string>,
): ProviderState {
  const { sold } = item;
  const over = !isLive(subscription.status);
  return {
    provider: 'stripe',
    ref: subscription.id,
    status: subscription.status,
    plan: sold.plan,
    planVersion: sold.version,
    interval: sold.interval,
    currency: subscription.currency,
    addons,
    since: iso(subscription.startedAt),
    anchor: iso(subscription.anchor),
    periodStart: iso(item.periodStart),
    periodEnd: iso(item.periodEnd),
    trialEnd: isoOrNull(subscription.trialEnd),
    cancelAt: over ? null : isoOrNull(subscription.cancelAt ?? endOf(subscription.next, sold.product, keys)),
    pausedAt: isoOrNull(subscription.pausedAt),
    next: over ? null : changeOf(sold, nextOf(subscription.next, sold.product, keys)),
  };
}

function nextOf(
  next: SubscriptionState['next'],
  product: string,
  keys: ReadonlyMap<string, string>,
): ProviderState['next'] {
  if (!next) return null;
  for (const item of next.items) {
    const sold = soldBy(item, keys);
    if (sold?.kind !== 'plan' || sold.product !== product) continue;
    return { plan: sold.plan, planVersion: sold.version, interval: sold.interval, at: iso(next.at) };
  }
  return null;
}

/** What a schedule leaves as it is, because it is about another product, is no change of this one. */
const changeOf = (sold: Sold & { kind: 'plan' }, next: ProviderState['next']): ProviderState['next'] =>
  next && next.plan === sold.plan && next.planVersion === sold.version && next.interval === sold.interval ? null : next;

/** When a product ends that shares a subscription with others: what a schedule brings then has no plan of it. */
const endOf = (next: SubscriptionState['next'], product: string, keys: ReadonlyMap<string, string>): number | null =>
  next && !nextOf(next, product, keys) && next.items.every((item) => soldBy(item, keys)) ? next.at : null;

const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();
const isoOrNull = (seconds: number | null): string | null => (seconds === null ? null : iso(seconds));

const CHARGES_USE: ReadonlySet<string> = new Set(['active', 'past_due', 'unpaid']);

/** What is charged by use now, with the periods in which it is. In a trial nothing is. */
export function usageOf(
  subscriptions: readonly SubscriptionState[],
  keys: ReadonlyMap<string, string>,
): UsagePeriodState[] {
  return subscriptions
    .filter(({ status }) => CHARGES_USE.has(status))
    .flatMap(({ id: subscriptionId, items }) =>
      items.flatMap((item): UsagePeriodState[] => {
        const sold = soldBy(item, keys);
        if (sold?.kind !== 'usage') return [];
        const { priceId, periodStart, periodEnd } = item;
        const meter = meterOf(sold);
        return [{ meter, periodStart, periodEnd, subscriptionId, priceId, lookupKey: lookupKeyOf(sold) }];
      }),
    );
}
