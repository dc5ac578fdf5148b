import { Injectable } from '@nestjs/common';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { getSubscriptions, Subscription as Wire } from '@tidegate/contracts/billing/subscriptions';
import type { Output } from '@tidegate/contracts/kernel/operation';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { findRedemptions } from '../coupons/coupon.rows.ts';
import { isRunning, type Redemption } from '../coupons/coupon.rules.ts';
import { couponToWire } from '../coupons/manage-coupons.ts';
import { defaultPlan } from '../entitlements/default-plan.rules.ts';
import { snapshotOf } from '../entitlements/entitlements.rules.ts';
import { snapshotInput } from '../entitlements/snapshot-input.ts';
import { accessOf, isValid } from '../entitlements/standing.rules.ts';
import { beingSetUp } from '../kernel/being-set-up.ts';
import { currencyOf } from '../kernel/currency.rows.ts';
import { disputedOf } from '../kernel/dispute.rows.ts';
import { findHoldings, type Holdings, readClock } from '../kernel/subscription.rows.ts';
import {
  carriedOut,
  ended,
  isBilledByHand,
  isHeld,
  nextDue,
  paidPeriod,
  type Subscription,
} from '../kernel/subscription.rules.ts';
import {
  type CurrentCatalogue,
  findAddonVersion,
  findPlanVersion,
  latestVersions,
  planNames,
  requireCatalogue,
} from '../plans/catalogue.rows.ts';
import { refOf } from '../plans/catalogue-diff.rules.ts';
import { findOrders, type OrderRow } from './order.rows.ts';
import { OverLimits } from './over-limits.ts';

type Named = Awaited<ReturnType<typeof planNames>>;
type Features = Entitlements['features'];

export interface Shown {
  organisationId: string;
  subscriptions: Wire[];
  orders: Output<typeof getSubscriptions>['orders'];
  currency: string | null;
}

/** What an organisation has, as its members and operators see it. */
@Injectable()
export class ShowSubscriptions {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly limits: OverLimits,
  ) {}

  /** With what will be over its limits; asks other services, so no transaction may be open. */
  async complete(orgId: string): Promise<Shown> {
    const { shown, following } = await this.tenants.snapshot(orgId, (tx) => this.read(tx, orgId));
    if (following.size === 0) return shown;
    for (const { product, next } of shown.subscriptions) {
      const features = following.get(product);
      if (next && features) next.overLimit = await this.limits.of(orgId, features);
    }
    return shown;
  }

  /** Without what will be over its limits. */
  async stored(tx: Tx, orgId: string): Promise<Shown> {
    return (await this.read(tx, orgId)).shown;
  }

  private async read(tx: Tx, orgId: string): Promise<{ shown: Shown; following: Map<string, Features> }> {
    const catalogue = await requireCatalogue(tx);
    const holdings = await findHoldings(tx, orgId);
    if (Object.keys(holdings.steps).length === 0) throw beingSetUp();
    const orders = await findOrders(tx, orgId);
    const coupons = await findRedemptions(tx, orgId);
    const now = await readClock(tx);
    const isDisputed = await disputedOf(tx, orgId, holdings.subscriptions);
    const { plans: latest } = await latestVersions(tx);
    const named = await planNames(tx);
    const subscriptions: Wire[] = [];
    const following = new Map<string, Features>();
    for (const one of holdings.subscriptions) {
      const next = follower(one, catalogue);
      subscriptions.push(
        await toWire(tx, {
          one,
          next,
          catalogue,
          latest,
          named,
          holdings,
          orders,
          coupons,
          disputed: isDisputed(one),
          now,
        }),
      );
      if (next) following.set(one.product, await featuresAfter(tx, { orgId, catalogue, holdings, next }));
    }
    return {
      shown: {
        organisationId: orgId,
        subscriptions,
        orders: orders.map((row) => ofOrder(row, named)),
        currency: (await currencyOf(tx, orgId)) ?? null,
      },
      following,
    };
  }
}

const ofOrder = (row: OrderRow, named: Named) => ({
  product: row.product,
  plan: row.plan,
  ...named(row.product, row.plan),
  interval: row.billing_interval,
  orderedAt: row.ordered_at.toISOString(),
});

interface Follower {
  after: Subscription;
  at: number;
}

/** What it will be after the next thing that is known to come. */
function follower(one: Subscription, catalogue: CurrentCatalogue): Follower | undefined {
  const fallback = defaultPlan(catalogue, one.product);
  // A provider's trial goes on as a subscription, as far as anybody knows.
  const trialEnd = one.provider === 'stripe' ? null : one.trialEnd;
  // A pause that ends changes no plan.
  const due = nextDue({ ...one, trialEnd, provider: 'manual', pauseEndsAt: null, owedSince: null });
  const unpaid = one.status === 'past_due' ? one.unpaidAt : null;
  if (unpaid !== null && (!due || unpaid < due.at)) return { at: unpaid, after: ended(one, fallback, unpaid) };
  if (!due) return undefined;
  return {
    at: due.at,
    after: due.action === 'changed' ? carriedOut(one, due, fallback) : ended(one, fallback, due.at),
  };
}

async function featuresAfter(
  tx: Tx,
  given: { orgId: string; catalogue: CurrentCatalogue; holdings: Holdings; next: Follower },
): Promise<Features> {
  const { orgId, catalogue, holdings, next } = given;
  const subscriptions = holdings.subscriptions.map((one) => (one.product === next.after.product ? next.after : one));
  const input = await snapshotInput(tx, orgId, catalogue, { ...holdings, subscriptions });
  return snapshotOf(input, next.at).snapshot.features;
}

const iso = (at: number): string => new Date(at).toISOString();
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

async function toWire(
  tx: Tx,
  given: {
    one: Subscription;
    next: Follower | undefined;
    catalogue: CurrentCatalogue;
    /** The newest version of each plan. */
    latest: ReadonlyMap<string, number>;
    named: Named;
    holdings: Holdings;
    orders: readonly OrderRow[];
    coupons: readonly Redemption[];
    /** A lost dispute lets it only be read. */
    disputed: boolean;
    now: number;
  },
): Promise<Wire> {
  const { one, next, catalogue, latest, named, holdings, orders, coupons, disputed, now } = given;
  const plan = await findPlanVersion(tx, one.product, one.plan, one.planVersion);
  const period = paidPeriod(one, holdings.steps[one.product] ?? [], now);
  const order = orders.find(({ product }) => product === one.product);
  const coupon = coupons.find((other) => other.product === one.product && isRunning(other, now));
  const addons = [];
  for (const { addon, version, quantity, until } of one.items.filter((item) => isHeld(item, now))) {
    const name = (await findAddonVersion(tx, one.product, addon, version))?.name ?? addon;
    addons.push({ addon, name, version, quantity, until: isoOrNull(until) });
  }
  return {
    product: one.product,
    productName: catalogue.products.find(({ product }) => product === one.product)?.name ?? one.product,
    plan: one.plan,
    planName: plan?.name ?? one.plan,
    planVersion: one.planVersion,
    latestVersion: Math.max(latest.get(refOf(one.product, one.plan)) ?? 0, one.planVersion),
    inForce: isValid(one.status) ? one.plan : (defaultPlan(catalogue, one.product)?.plan ?? null),
    status: one.status,
    access: accessOf({ ...one, disputed }, now),
    provider: one.provider,
    interval: one.interval,
    currency: one.currency,
    addons,
    coupon: coupon && isBilledByHand(one) ? couponToWire(coupon) : null,
    startedAt: iso(one.since),
    periodStart: iso(period.start),
    periodEnd: iso(period.end),
    trialEnd: isoOrNull(one.trialEnd),
    cancelAt: isoOrNull(one.cancelAt),
    pausedAt: isoOrNull(one.pausedAt),
    pauseEndsAt: isoOrNull(one.pauseEndsAt),
    graceUntil: isoOrNull(one.graceUntil),
    overdueSince: one.owedSince !== null && one.owedSince <= now ? iso(one.owedSince) : null,
    billingHeld: one.billingHeld,
    next: next
      ? {
          plan: next.after.status === 'canceled' ? null : next.after.plan,
          planName: next.after.status === 'canceled' ? null : named(one.product, next.after.plan).planName,
          planVersion: next.after.status === 'canceled' ? null : next.after.planVersion,
          interval: next.after.interval,
          at: iso(next.at),
          overLimit: [],
        }
      : null,
    order: order
      ? {
          plan: order.plan,
          planName: named(one.product, order.plan).planName,
          interval: order.billing_interval,
          orderedAt: order.ordered_at.toISOString(),
        }
      : null,
  };
}
