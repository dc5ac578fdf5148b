import type { Subscription } from '@tidegate/client';

export interface ChosenAddon {
  addon: string;
  quantity: number;
}

/**
 * Everything that is added to the plan, with one more of an add-on, or as many as are needed: a choice names all of them. What was going to end is left
 * to end, so it is not named; the add-on itself is, because who buys it wants it.
 */
export function withOneMore(
  subscription: Pick<Subscription, 'inForce' | 'addons'> | undefined,
  { plan, addon, quantity: more = 1 }: { plan: string; addon: string; quantity?: number | undefined },
): ChosenAddon[] {
  const had = subscription?.inForce === plan ? subscription.addons : [];
  const others = had.filter((one) => one.addon !== addon && one.until === null);
  const quantity = (had.find((one) => one.addon === addon)?.quantity ?? 0) + more;
  return [...others.map((one) => ({ addon: one.addon, quantity: one.quantity })), { addon, quantity }];
}

/** Whether the plan is in force with all of them. */
export const hasAll = (
  subscription: Pick<Subscription, 'inForce' | 'addons'> | undefined,
  { plan, addons }: { plan: string; addons: readonly ChosenAddon[] },
): boolean =>
  subscription?.inForce === plan &&
  addons.every((wanted) =>
    subscription.addons.some(({ addon, quantity }) => addon === wanted.addon && quantity >= wanted.quantity),
  );
