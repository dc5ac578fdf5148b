import type { Tx } from '@tidegate/database/tx';
import { currencyOf } from '../kernel/currency.rows.ts';
import { isDemo } from '../kernel/demo.rows.ts';
import { disputedOf } from '../kernel/dispute.rows.ts';
import { findGrants, type GrantRow } from '../kernel/grant.rows.ts';
import type { Holdings } from '../kernel/subscription.rows.ts';
import { isOrderedByOperator, type Subscription } from '../kernel/subscription.rules.ts';
import { type CurrentCatalogue, findAddonVersion, findPlanVersion } from '../plans/catalogue.rows.ts';
import type { GrantingSubscription, SnapshotInput } from './entitlements.rules.ts';
import type { Grant } from './grant.rules.ts';
import { seatGrants } from './seats.ts';
import { isValid } from './standing.rules.ts';

/** All that a snapshot is computed from: of what an organisation has, or of what it would have. */
export async function snapshotInput(
  tx: Tx,
  orgId: string,
  catalogue: CurrentCatalogue,
  { subscriptions, steps }: Holdings,
): Promise<SnapshotInput> {
  const granting = [];
  const isDisputed = await disputedOf(tx, orgId, subscriptions);
  for (const subscription of inOrder(subscriptions, catalogue)) {
    granting.push({ ...(await grantingOf(tx, subscription)), disputed: isDisputed(subscription) });
  }
  const { currency, products, features, plans, addons } = catalogue;
  const demo = await isDemo(tx, orgId);
  const seats = await seatGrants(tx, orgId, catalogue, subscriptions);
  const grants = [...(await findGrants(tx, orgId)).map(toGrant), ...seats];
  const fixed = await currencyOf(tx, orgId);
  const billedIn = fixed ?? subscriptions.find((one) => one.currency !== null)?.currency ?? undefined;
  return {
    ...{ orgId, currency, billedIn, products, features, plans, addons, subscriptions: granting, grants },
    ...{ periods: steps, demo },
  };
}

/** As the catalogue lists its products: a refusal of what all share names the first plan. */
function inOrder(subscriptions: readonly Subscription[], { products }: CurrentCatalogue): Subscription[] {
  const place = ({ product }: Subscription) => {
    const index = products.findIndex((one) => one.product === product);
    return index < 0 ? products.length : index;
  };
  return [...subscriptions].sort((a, b) => place(a) - place(b));
}

async function grantingOf(tx: Tx, one: Subscription): Promise<GrantingSubscription> {
  const pinned = await findPlanVersion(tx, one.product, one.plan, one.planVersion);
  if (!pinned) throw new Error(`Version ${one.planVersion} of ${one.product}.${one.plan} is missing.`);
  const items = [];
  for (const { addon, version, ...item } of one.items) {
    const sold = await findAddonVersion(tx, one.product, addon, version);
    if (!sold) throw new Error(`Version ${version} of the add-on ${one.product}.${addon} is missing.`);
    items.push({ ...item, addon, features: sold.features, plans: sold.plans });
  }
  const { product, status, graceUntil, provider } = one;
  return { product, status, graceUntil, provider, closed: isClosed(one), pinned, items };
}

/**
 * Whether whatever its customer chooses is refused, so that nothing is offered: an operator paused it, ordered what follows,
 * or has to begin to bill it.
 */
const isClosed = (one: Subscription): boolean =>
  one.pausedBy === 'operator' ||
  (one.provider === 'manual' &&
    isValid(one.status) &&
    (one.billingHeld || (isOrderedByOperator(one) && one.next?.reason !== 'moved')));

const toGrant = ({ id, feature, op, value, from_at: from, until_at: until }: GrantRow): Grant => ({
  id,
  feature,
  op,
  value,
  from: from.getTime(),
  until: until?.getTime() ?? null,
});
