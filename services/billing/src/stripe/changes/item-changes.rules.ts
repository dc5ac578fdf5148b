import type { Stripe } from 'stripe';
import { idOf } from '../client/id-of.rules.ts';
import { readLookupKey, type Sold } from '../prices/lookup-key.rules.ts';

/** What a product's part of a subscription shall be: the prices of its plan, of its add-ons and of what it charges by use. */
export interface Target {
  plan: string;
  addons: readonly { price: string; quantity: number }[];
  usage: readonly string[];
}

/** As Stripe takes it: what is charged by use has no quantity. */
export interface Quantified {
  price: string;
  quantity?: number;
}
export const quantified = (price: string, quantity: number | undefined): Quantified =>
  quantity === undefined ? { price } : { price, quantity };

type Item = Pick<Stripe.SubscriptionItem, 'id' | 'quantity'> & { price: { id: string; lookup_key: string | null } };

export interface Part {
  item: Item;
  sold: Sold | undefined;
}

/** An item that a schedule brings. */
export interface NextPart extends Quantified {
  sold: Sold | undefined;
}

/** Lookup keys of prices that have lost theirs come from our own list. */
export function partsOf(items: readonly Item[], keys: ReadonlyMap<string, string>): Part[] {
  return items.map((item) => ({ item, sold: readLookupKey(item.price.lookup_key ?? keys.get(item.price.id) ?? '') }));
}

/** What its schedule brings when the period ends, if it has one that does. */
export function nextItems({
  schedule,
  items,
}: Pick<Stripe.Subscription, 'schedule' | 'items'>): Quantified[] | undefined {
  if (!schedule || typeof schedule === 'string') return undefined;
  const ends = endOf(items.data);
  const next = schedule.phases.find(({ start_date }) => start_date >= ends);
  return next?.items.map(({ price, quantity }) => quantified(idOf(price), quantity));
}

/** What it pays for now. */
export const itemsOf = ({ items }: Pick<Stripe.Subscription, 'items'>): Quantified[] =>
  items.data.map(({ price, quantity }) => quantified(price.id, quantity));

export const belongsTo = ({ sold }: Pick<Part, 'sold'>, product: string): boolean =>
  sold !== undefined && sold.product === product;

/** Whether the subscription pays for other products as well. */
export const hasOthers = (parts: readonly Pick<Part, 'sold'>[], product: string): boolean =>
  parts.some((part) => part.sold?.kind === 'plan' && !belongsTo(part, product));

export type ItemUpdates = Stripe.SubscriptionUpdateParams.Item[];

/** What is charged at once; a preview asks for the same. */
export const changeAtOnce = (
  { status }: Pick<Stripe.Subscription, 'status'>,
  items: ItemUpdates,
  another: boolean,
) => ({
  items,
  proration_behavior: 'always_invoice' as const,
  // A trial is of its plan: another one is not had free because this one is.
  ...(another && status === 'trialing' && { trial_end: 'now' as const }),
});

export const endOf = (items: readonly Pick<Stripe.SubscriptionItem, 'current_period_end'>[]): number =>
  Math.max(...items.map(({ current_period_end }) => current_period_end));

/** For the update of a subscription: items that stay keep their ids, so that only differences are charged. */
export function itemUpdates(parts: readonly Part[], product: string, target: Target): ItemUpdates {
  const mine = parts.filter((part) => belongsTo(part, product));
  const plan = mine.find(({ sold }) => sold?.kind === 'plan');
  const addons = mine.filter(({ sold }) => sold?.kind === 'addon');
  const updates: ItemUpdates = [];
  if (!plan) updates.push({ price: target.plan, quantity: 1 });
  else if (plan.item.price.id !== target.plan) updates.push({ id: plan.item.id, price: target.plan });
  for (const { price, quantity } of target.addons) {
    const there = addons.find(({ item }) => item.price.id === price);
    if (!there) updates.push({ price, quantity });
    else if (there.item.quantity !== quantity) updates.push({ id: there.item.id, quantity });
  }
  // In place of one another their use would be charged at the new price from the start: the old one is charged and ends.
  const usage = mine.filter(({ sold }) => sold?.kind === 'usage').map(({ item }) => item);
  for (const price of target.usage) if (!usage.some((item) => item.price.id === price)) updates.push({ price });
  for (const item of usage) if (!target.usage.includes(item.price.id)) updates.push({ id: item.id, deleted: true });
  for (const { item } of addons) {
    if (!target.addons.some(({ price }) => price === item.price.id)) updates.push({ id: item.id, deleted: true });
  }
  return updates;
}

/**
 * For the next phase of a schedule, which names all items: those of other products as they are ordered already, or else as
 * they are. Without target: none of this one.
 */
export function phaseItems({ parts, next }: Standing, product: string, target: Target | undefined): Quantified[] {
  const others = next ? othersOf(next, product) : othersOf(parts.map(asNext), product);
  if (!target) return others;
  return [
    ...others,
    { price: target.plan, quantity: 1 },
    ...target.addons,
    ...target.usage.map((price) => ({ price })),
  ];
}

/** The parts of a subscription as they are, and as its schedule will have them. */
export interface Standing {
  parts: readonly Part[];
  next: readonly NextPart[] | undefined;
}

/** What was ordered of other products, with this one as it is now. undefined: nothing was. */
export function othersOrdered({ parts, next }: Standing, product: string): Quantified[] | undefined {
  if (!next) return undefined;
  const [are, shall] = [othersOf(parts.map(asNext), product), othersOf(next, product)];
  if (sameItems(are, shall)) return undefined;
  const own = parts.filter((part) => belongsTo(part, product));
  return [...shall, ...own.map(asNext).map(({ price, quantity }) => quantified(price, quantity))];
}

/** In any order. */
export function sameItems(some: readonly Quantified[], others: readonly Quantified[]): boolean {
  const written = (items: readonly Quantified[]): string =>
    items
      .map(({ price, quantity }) => `${price} ${quantity ?? ''}`)
      .sort()
      .join('\n');
  return written(some) === written(others);
}

const asNext = ({ item, sold }: Part): NextPart => ({ ...quantified(item.price.id, item.quantity), sold });
const othersOf = (all: readonly NextPart[], product: string): Quantified[] =>
  all.filter((part) => !belongsTo(part, product)).map(({ price, quantity }) => quantified(price, quantity));
