import type { Tx } from '@tidegate/database/tx';
import { findSeatFollows, type SeatFollow } from '../kernel/seat.rows.ts';
import type { Item, Subscription } from '../kernel/subscription.rules.ts';
import { type CurrentCatalogue, findAddonVersion, findPlanVersion } from '../plans/catalogue.rows.ts';
import type { VersionedPlan } from '../plans/catalogue-model.rules.ts';
import { priceOf } from '../prices/price-of.rules.ts';
import type { Grant } from './grant.rules.ts';
import { canFollow, isComing, mostSeats, seatGrantId } from './seats.rules.ts';

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
  /** Plans that can have them. */
  plans: readonly string[];
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
    plans: sold.plans,
    currency,
    unitMinor: priceOf(sold.prices, currency, one.interval),
    item,
  };
}

/** Fewer of an add-on than there are, as they are ordered for the next period because members left. */
export interface FewerSeats {
  addon: string;
  quantity: number;
}

/**
 * undefined: none are ordered, or as many as there are. Of an order that another replaces this alone stays: whoever has left
 * is not paid for because somebody orders something else, or the same again.
 */
export async function fewerSeats(
  tx: Tx,
  catalogue: CurrentCatalogue,
  one: Subscription,
): Promise<FewerSeats | undefined> {
  const sold = await soldSeats(tx, catalogue, one);
  if (!sold?.item) return undefined;
  const { addon, item } = sold;
  const quantity = one.provider === 'stripe' ? await orderedThere(tx, one) : orderedHere(one, sold);
  return quantity !== undefined && quantity < item.quantity ? { addon, quantity } : undefined;
}

/**
 * The same with another plan, which may include more or fewer members: as many as are paid for there, so that what an order says
 * it will cost is what it costs where nobody comes or leaves. Counting them corrects it until then.
 */
export async function comingFewer(
  tx: Tx,
  catalogue: CurrentCatalogue,
  one: Subscription,
  plan: Pick<VersionedPlan, 'plan' | 'seats'>,
): Promise<FewerSeats | undefined> {
  const fewer = await fewerSeats(tx, catalogue, one);
  const sold = await soldSeats(tx, catalogue, one);
  const follows = (await findSeatFollows(tx, tx.orgId as string)).some(
    ({ product, following }) => following && product === one.product,
  );
  const counted = one.provider === 'manual' && follows && (canFollow(one) || isComing(one));
  if (!sold?.item || !counted || plan.seats?.addon !== sold.addon) return fewer;
  const { addon, item, each } = sold;
  const base = fewer?.quantity ?? item.quantity;
  // What is ordered already is so many of the plan that was ordered.
  const { next } = one;
  const of = next?.addons ? next : one;
  const had = (await findPlanVersion(tx, one.product, of.plan, of.planVersion))?.seats;
  if (base === 0 || had?.addon !== addon) return fewer;
  const needed = base + Math.ceil((had.included - plan.seats.included) / each);
  const quantity = Math.max(0, Math.min(needed, item.quantity));
  return quantity < item.quantity ? { addon, quantity } : undefined;
}

/** What a provider was asked for last. */
async function orderedThere(tx: Tx, { product }: Subscription): Promise<number | undefined> {
  const follows = await findSeatFollows(tx, tx.orgId as string);
  return follows.find((one) => one.product === product)?.loweredTo ?? undefined;
}

/** A plan that cannot have them says nothing about how many there shall be. */
function orderedHere({ next }: Subscription, { addon, plans }: SoldSeats): number | undefined {
  if (!next?.addons || !plans.includes(next.plan)) return undefined;
  return next.addons.find((one) => one.addon === addon)?.quantity ?? 0;
}

/** How many of them may be bought by themselves; null: none are. */
export const mostOf = (follow: SeatFollow | undefined, one: Subscription, sold: SoldSeats): number | null =>
  follow?.following && canFollow(one)
    ? mostSeats(follow.monthlyCapMinor, { unitMinor: sold.unitMinor, interval: one.interval, max: sold.max })
    : null;

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
