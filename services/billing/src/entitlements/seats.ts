import type { Tx } from '@tidegate/database/tx';
import { findSeatFollows, type SeatFollow } from '../kernel/seat.rows.ts';
import type { Item, Subscription } from '../kernel/subscription.rules.ts';
import { type CurrentCatalogue, findAddonVersion, findPlanVersion } from '../plans/catalogue.rows.ts';
import { priceOf } from '../prices/price-of.rules.ts';
import type { Grant } from './grant.rules.ts';
import { canFollow, mostSeats } from './seats.rules.ts';

/** Seats that a plan sells, as they are sold to one subscription. */
export interface SoldSeats {
  feature: string;
  addon: string;
  name: string;
  /** The version that it has, or would get. */
  version: number;
  /** How many members one of them gives. */
  each: number;
  max: number | null;
  currency: string;
  /** For one period; undefined: it is not sold in this currency. */
  unitMinor: number | undefined;
  /** As it has it now. */
  item: Item | undefined;
}

/** undefined: its plan sells no seats. */
export async function soldSeats(
  tx: Tx,
  catalogue: CurrentCatalogue,
  one: Subscription,
): Promise<SoldSeats | undefined> {
  const { seats } = (await findPlanVersion(tx, one.product, one.plan, one.planVersion)) ?? {};
  if (!seats?.addon) return undefined;
  const item = one.items.find(({ addon }) => addon === seats.addon);
  const sold = item
    ? await findAddonVersion(tx, one.product, item.addon, item.version)
    : catalogue.addons.find(
        ({ product, addon, offered }) => offered && product === one.product && addon === seats.addon,
      );
  const given = sold?.features[seats.feature];
  if (!sold?.plans.includes(one.plan) || given?.kind !== 'counted' || given.value === null) return undefined;
  const currency = one.currency ?? catalogue.currency;
  return {
    feature: seats.feature,
    addon: sold.addon,
    name: sold.name,
    version: sold.version,
    each: given.value,
    max: sold.max,
    currency,
    unitMinor: priceOf(sold.prices, currency, one.interval),
    item,
  };
}

/** How many of them may be bought by themselves; null: none are. */
export const mostOf = (follow: SeatFollow | undefined, one: Subscription, sold: SoldSeats): number | null =>
  follow?.following && canFollow(one)
    ? mostSeats(follow.monthlyCapMinor, { unitMinor: sold.unitMinor, interval: one.interval, max: sold.max })
    : null;

/** Of the grant that lets members join up to the cap. */
export const seatGrantId = (product: string): string => `seats:${product}`;

/** Who joins up to the cap does so at once, and is paid for then: so the limit is the cap, and exact as every limit. */
export async function seatGrants(
  tx: Tx,
  orgId: string,
  catalogue: CurrentCatalogue,
  subscriptions: readonly Subscription[],
): Promise<Grant[]> {
  const follows = (await findSeatFollows(tx, orgId)).filter(({ following }) => following);
  const grants: Grant[] = [];
  for (const follow of follows) {
    const one = subscriptions.find(({ product }) => product === follow.product);
    const sold = one && (await soldSeats(tx, catalogue, one));
    const most = sold && mostOf(follow, one, sold);
    const more = most ? most - (sold?.item?.quantity ?? 0) : 0;
    if (!sold || more <= 0) continue;
    const { feature, each } = sold;
    const from = Number.NEGATIVE_INFINITY;
    grants.push({ id: seatGrantId(follow.product), feature, op: 'add', value: more * each, from, until: null });
  }
  return grants;
}
