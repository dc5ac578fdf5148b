import type { Interval, Item, Subscription } from '../kernel/subscription.rules.ts';

/** Of the grant that lets members join up to the cap. */
export const seatGrantId = (product: string): string => `seats:${product}`;

/** The reason of what is ordered because members left. Customers cannot give their orders the author `schedule`. */
export const FOLLOWS_MEMBERS = 'follows the members';

/** Whether what follows was ordered because members left. */
export const isOwnOrder = ({ next }: Subscription): boolean =>
  next !== null && next.by === 'schedule' && next.reason === FOLLOWS_MEMBERS;

/**
 * Whether seats are added to it by themselves now: it is paid for, and goes on as it is. While another plan or its end is
 * ordered, or a payment is overdue, nobody joins beyond what is paid.
 */
export const canFollow = (one: Subscription): boolean =>
  one.provider !== 'none' &&
  (one.status === 'active' || one.status === 'trialing') &&
  !one.billingHeld &&
  one.cancelAt === null &&
  (one.next === null || isOwnOrder(one));

/**
 * Whether another plan is ordered of what is billed by hand: then it is charged for as many seats as there are members when
 * it begins. What is ordered at a provider stays as it was ordered.
 */
export const isComing = (one: Subscription): boolean =>
  one.provider === 'manual' &&
  (one.status === 'active' || one.status === 'trialing') &&
  !one.billingHeld &&
  one.cancelAt === null &&
  one.next !== null &&
  !isOwnOrder(one);

/** How many seats a plan that is ordered begins with: never more than were ordered with it or are paid for now. */
export const comingQuantity = (needed: number, { ordered, paid }: { ordered: number; paid: number }): number =>
  ordered === 0 ? 0 : Math.min(needed, Math.max(ordered, paid));

/** Add-ons that stay as they are, with so few of the one that follows the members as were ordered. */
export function renewedAddons(
  had: readonly Item[],
  items: readonly Item[],
  fewer: { addon: string; quantity: number } | undefined,
): Pick<Item, 'addon' | 'version' | 'quantity'>[] {
  return items.flatMap(({ addon, version, quantity }) => {
    const stays = had.some((one) => one.addon === addon && one.quantity === quantity);
    const renewed = stays && fewer?.addon === addon ? fewer.quantity : quantity;
    return renewed > 0 ? [{ addon, version, quantity: renewed }] : [];
  });
}

/** How many the cap allows. What has no price in the currency is sold to nobody. */
export function mostSeats(
  monthlyCapMinor: number,
  { unitMinor, interval, max }: { unitMinor: number | undefined; interval: Interval; max: number | null },
): number {
  if (!unitMinor) return 0;
  const most = Number((BigInt(monthlyCapMinor) * (interval === 'year' ? 12n : 1n)) / BigInt(unitMinor));
  return Math.min(most, max ?? most);
}

/**
 * What a number of members makes of a quantity. More are paid for at once; fewer from the next period on, so that who
 * leaves and who joins in one period share what is paid. `renews`: what the next period begins with.
 */
export function quantityFor(
  needed: number,
  { quantity, renews, most }: { quantity: number; renews: number; most: number },
): { at: 'now' | 'period_end'; quantity: number } | undefined {
  const wanted = Math.min(needed, Math.max(most, quantity));
  if (wanted > quantity) return { at: 'now', quantity: wanted };
  return wanted === renews ? undefined : { at: 'period_end', quantity: wanted };
}
