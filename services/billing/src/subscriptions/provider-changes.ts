import { Injectable } from '@nestjs/common';
import type { promotionCodeInvalid } from '@tidegate/contracts/billing/coupons';
import type { intervalNotOffered, unknownPlan } from '@tidegate/contracts/billing/plans';
import type { addonNotOffered } from '@tidegate/contracts/billing/subscriptions';
import { conflict, type Refuse } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { clock } from '@tidegate/runtime/clock';
import { invalidCode } from '../coupons/redeem-coupon.ts';
import { defaultPlan, isPaid } from '../entitlements/default-plan.rules.ts';
import { renewedAddons } from '../entitlements/seats.rules.ts';
import { fewerSeats } from '../entitlements/seats.ts';
import { deleteLowered, markSeats } from '../kernel/seat.rows.ts';
import { findHoldings } from '../kernel/subscription.rows.ts';
import { isEnded, type Subscription } from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { offeredPlan } from '../plans/offered-plan.rules.ts';
import { choiceOf, usuallyBegins } from './chosen-plan.ts';
import { type PaidChange, type PaidSubscription, Payments, type PreviewedCost } from './payments.ts';

interface Asked {
  product: string;
  plan: string;
  interval?: 'month' | 'year' | undefined;
  addons?: readonly { addon: string; quantity: number }[] | undefined;
  at?: 'now' | 'period_end' | undefined;
  promotionCode?: string | undefined;
}

type RefuseChange = Refuse<
  typeof unknownPlan | typeof intervalNotOffered | typeof addonNotOffered | typeof promotionCodeInvalid
>;

interface Chosen {
  to: PaidChange;
  /** Whether what was ordered because members left is a part of it. */
  keepsFewer: boolean;
}

export interface Billed {
  orgId: string;
  subscription: Subscription & { ref: string };
}

/** Changes of subscriptions that a payment provider bills for: the provider is asked, and what it says is applied. */
@Injectable()
export class ProviderChanges {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly payments: Payments,
  ) {}

  /** The subscription, when a provider bills for it. */
  async find(tx: Tx, orgId: string, product: string): Promise<Billed | undefined> {
    const one = (await findHoldings(tx, orgId)).subscriptions.find((each) => each.product === product);
    if (one?.provider !== 'stripe' || one.ref === null || isEnded(one)) return undefined;
    return { orgId, subscription: { ...one, ref: one.ref } };
  }

  async change(refuse: RefuseChange, billed: Billed, asked: Asked, who = { operator: false }): Promise<void> {
    const chosen = await this.choice(refuse, billed, asked, who);
    const now = paid(billed.orgId, billed.subscription);
    await this.replacing(billed, chosen?.keepsFewer ?? false, () =>
      chosen ? this.asked().change(now, chosen.to) : this.asked().cancel(now, asked.at ?? 'period_end'),
    );
  }

  /** What it would cost, and when the plan begins. */
  async preview(refuse: RefuseChange, billed: Billed, asked: Asked): Promise<PreviewedCost> {
    const chosen = await this.choice(refuse, billed, asked, { operator: false });
    // What is free afterwards costs nothing more.
    if (!chosen) return { dueNow: null, next: null };
    return this.asked().preview(paid(billed.orgId, billed.subscription), chosen.to);
  }

  /** undefined: what everybody has without paying, which is had by giving up what is paid for. */
  private choice(
    refuse: RefuseChange,
    { orgId, subscription }: Billed,
    asked: Asked,
    { operator }: { operator: boolean },
  ): Promise<Chosen | undefined> {
    return this.tenants.read(orgId, async (tx): Promise<Chosen | undefined> => {
      const catalogue = await requireCatalogue(tx);
      const situation = {
        tx,
        at: clock.now(),
        product: asked.product,
        catalogue,
        before: subscription,
        steps: [],
      };
      const offered = catalogue.plans.filter((one) => operator || one.offered || one.plan === subscription.plan);
      const plan = offeredPlan(refuse, offered, asked.product, asked.plan);
      if (plan.approval && !operator && plan.plan !== subscription.plan) {
        throw conflict({}, `${plan.name} begins when an operator approves it: ask them to change the subscription.`);
      }
      if (defaultPlan(catalogue, asked.product)?.plan === plan.plan) return undefined;
      if (!isPaid(plan)) throw conflict({}, `${plan.name} costs nothing: end what is paid for first, then choose it.`);
      const { interval, items } = await choiceOf(refuse, situation, plan, asked, { operator });
      const at = asked.at ?? (await usuallyBegins(situation, subscription, plan));
      const fewer = at === 'period_end' ? await fewerSeats(tx, catalogue, subscription) : undefined;
      const addons = renewedAddons(subscription.items, items, fewer);
      const named = fewer && addons.find(({ addon }) => addon === fewer.addon);
      const keepsFewer = fewer !== undefined && (!named || named.quantity === fewer.quantity);
      const { promotionCode } = asked;
      if (promotionCode && at !== 'now') throw invalidCode(refuse, promotionCode, 'not_here');
      const to = {
        plan: plan.plan,
        planVersion: plan.version,
        interval,
        addons,
        at,
        promotionCode,
        byHolder: !operator,
      };
      return { to, keepsFewer };
    });
  }

  cancel({ orgId, subscription }: Billed, at: 'now' | 'period_end'): Promise<void> {
    return this.asked().cancel(paid(orgId, subscription), at);
  }

  async resume(billed: Billed, who: { byHolder: boolean }): Promise<void> {
    await this.replacing(billed, false, () => this.asked().resume(paid(billed.orgId, billed.subscription), who));
  }

  pause({ orgId, subscription }: Billed): Promise<void> {
    return this.asked().pause(paid(orgId, subscription));
  }

  /** What was ordered there because members left is taken back by any other order that does not bring it: then they are counted. */
  private async replacing(
    { orgId, subscription: { product } }: Billed,
    keepsFewer: boolean,
    order: () => Promise<void>,
  ): Promise<void> {
    if (keepsFewer || !(await this.tenants.run(orgId, (tx) => deleteLowered(tx, orgId, product)))) return order();
    try {
      await order();
    } finally {
      await this.tenants.run(orgId, (tx) => markSeats(tx, orgId));
    }
  }

  private asked(): Payments {
    if (this.payments.configured) return this.payments;
    throw conflict({}, 'A payment provider bills for this subscription, and none is configured here at present.');
  }
}

const paid = (orgId: string, { product, ref, plan, planVersion }: Billed['subscription']): PaidSubscription => ({
  orgId,
  product,
  ref,
  plan,
  planVersion,
});
