import type { Account } from '../kernel/account.ts';
import { invalid, missing, required } from '../kernel/refusal.ts';
import type { Price, SubscriptionItem } from '../kernel/stored.ts';
import { onlyServed } from '../kernel/unserved.ts';
import { mergedMetadata } from './metadata.ts';
import { createPrice, planOf } from './prices.ts';
import { isMetered } from './subscription-lines.ts';

/** An item as a request names it: without an id it is a new one. */
export interface GivenItem {
  id?: string;
  price?: string;
  price_data?: {
    currency: string;
    product: string;
    recurring: { interval: 'day' | 'week' | 'month' | 'year'; interval_count?: number };
    unit_amount?: number;
    unit_amount_decimal?: string;
  };
  quantity?: number;
  metadata?: Record<string, string | number | null> | '' | null;
  deleted?: boolean;
}

const MOST_ITEMS = 20;

const SERVED = ['id', 'price', 'price_data', 'quantity', 'metadata', 'deleted', 'clear_usage'];

export function newItem(account: Account, subscription: string, given: GivenItem, param: string): SubscriptionItem {
  onlyServed(given, SERVED, param);
  const price = priceOf(account, given, param);
  const quantity = quantityOf(price, given.quantity, param);
  return {
    id: account.id('si', 14),
    object: 'subscription_item',
    billing_thresholds: null,
    created: account.now(),
    current_period_end: 0,
    current_period_start: 0,
    current_trial: null,
    discounts: [],
    metadata: mergedMetadata({}, given.metadata),
    plan: planOf(price),
    price,
    ...(quantity === undefined ? {} : { quantity }),
    subscription,
    tax_rates: [],
  };
}

function priceOf(account: Account, given: GivenItem, param: string): Price {
  if (given.price_data) return createPrice(account, given.price_data);
  if (!given.price) throw required(`${param}[price]`);
  const price = account.store.get('price', given.price, `${param}[price]`);
  if (!price.recurring)
    throw invalid(
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
      `${param}[price]`,
    );
  if (!price.active) throw invalid(`The price specified is inactive.`, `${param}[price]`);
  return price;
}

function quantityOf(price: Price, given: number | undefined, param: string): number | undefined {
  if (isMetered(price)) {
    if (given !== undefined)
      throw invalid('Quantity should not be specified for metered prices.', `${param}[quantity]`);
    return undefined;
  }
  if (given !== undefined && given < 0)
    throw invalid('This value must be greater than or equal to 0.', `${param}[quantity]`, 'parameter_invalid_integer');
  return given ?? 1;
}

/** The items after the request, as new objects; those that it does not name stay as they are. */
export function changedItems(
  account: Account,
  subscription: string,
  items: SubscriptionItem[],
  given: GivenItem[],
): SubscriptionItem[] {
  let after = items.map((item) => ({ ...item }));
  given.forEach((one, index) => {
    const param = `items[${index}]`;
    if (!one.id) {
      after.push(newItem(account, subscription, one, param));
      return;
    }
    onlyServed(one, SERVED, param);
    const item = after.find((known) => known.id === one.id);
    if (!item) throw missing('subscription item', one.id, `${param}[id]`);
    if (one.deleted) {
      after = after.filter((known) => known !== item);
      return;
    }
    if (one.price || one.price_data) {
      item.price = priceOf(account, one, param);
      item.plan = planOf(item.price);
      if (isMetered(item.price)) delete item.quantity;
      else item.quantity ??= 1;
    }
    if (one.quantity !== undefined) item.quantity = quantityOf(item.price, one.quantity, param);
    if (one.metadata !== undefined) item.metadata = mergedMetadata(item.metadata, one.metadata);
  });
  refuseItems(after);
  return after;
}

export function refuseItems(items: SubscriptionItem[]): void {
  if (items.length === 0) throw invalid('A subscription must have at least one active price.', 'items');
  if (items.length > MOST_ITEMS) throw invalid(`A subscription has at most ${MOST_ITEMS} items.`, 'items');
  const [first, ...rest] = items;
  const other = rest.find((item) => item.price.currency !== first?.price.currency);
  if (other)
    throw invalid(
      `The price specified supports currencies of \`${other.price.currency}\`. This doesn't match the expected currency: \`${first?.price.currency}\`.`,
      'items',
    );
  const prices = items.map((item) => item.price.id);
  if (new Set(prices).size < prices.length)
    throw invalid('Cannot add multiple subscription items with the same price.', 'items');
}
