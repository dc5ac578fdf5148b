import { Injectable } from '@nestjs/common';
import { promotionCodeInvalid } from '@tidegate/contracts/billing/coupons';
import { problemError } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Stripe } from 'stripe';
import { findPlanVersion } from '../../plans/catalogue.rows.ts';
import type { PaidChange, PaidSubscription } from '../../subscriptions/payments.ts';
import { StripeApi } from '../client/stripe-api.ts';
import { readLookupKey } from '../prices/lookup-key.rules.ts';
import { PromotionCodes } from '../prices/promotion-codes.ts';
import { PublishedPrices } from '../prices/published-prices.ts';
import { priceKeys } from '../prices/stripe-price.rows.ts';
import { usageSoldBy } from '../prices/usage-sold.rules.ts';
import { nextItems, partsOf, type Quantified, type Standing, type Target } from './item-changes.rules.ts';

/** What a code adds: for the invoice at once, and for those after it. */
export interface Entered {
  now: { discounts?: { promotion_code: string }[] };
  later: { discounts?: { promotion_code: string }[] };
}

/** A subscription as it stands at Stripe, and what a change makes of the part of a product. */
@Injectable()
export class PaidItems {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly prices: PublishedPrices,
    private readonly codes: PromotionCodes,
  ) {}

  /** To change it. Of an organisation that moves it is changed where it arrives. */
  async begin(paid: PaidSubscription): Promise<Standing & { found: Stripe.Subscription }> {
    await this.tenants.requireHere(paid.orgId);
    return this.find(paid);
  }

  /** `ordered`: what its schedule was to bring before it was released. */
  async find(
    { ref }: Pick<PaidSubscription, 'ref'>,
    ordered?: Quantified[],
  ): Promise<Standing & { found: Stripe.Subscription }> {
    const found = await this.api.call('GET /v1/subscriptions/:id', (stripe) =>
      stripe.subscriptions.retrieve(ref, { expand: ['schedule'] }),
    );
    const scheduled = nextItems(found) ?? ordered;
    const ids = [...found.items.data.map(({ price }) => price.id), ...(scheduled ?? []).map(({ price }) => price)];
    const keys = await priceKeys(this.tenants.reader({}), found.livemode, ids);
    const parts = partsOf(found.items.data, keys);
    const soldBy = (price: string) =>
      parts.find(({ item }) => item.price.id === price)?.sold ?? readLookupKey(keys.get(price) ?? '');
    return { found, parts, next: scheduled?.map((one) => ({ ...one, sold: soldBy(one.price) })) };
  }

  async targetOf(
    { product }: PaidSubscription,
    to: PaidChange,
    { currency: lower, livemode }: Stripe.Subscription,
  ): Promise<Target> {
    const currency = lower.toUpperCase();
    const shared = { product, currency, interval: to.interval };
    const [plan = '', ...others] = await this.prices.idsOf(
      [
        { kind: 'plan', plan: to.plan, version: to.planVersion, ...shared },
        ...to.addons.map(({ addon, version }) => ({ kind: 'addon' as const, addon, version, ...shared })),
        ...(await this.usageOf(product, to, shared)),
      ],
      livemode,
    );
    const addons = others.slice(0, to.addons.length);
    return {
      plan,
      addons: addons.map((price, at) => ({ price, quantity: to.addons[at]?.quantity ?? 1 })),
      usage: others.slice(to.addons.length),
    };
  }

  /** With a code: the discounts from then on. A subscription has one at a time. */
  async discountsOf(found: Stripe.Subscription, { promotionCode: code }: PaidChange): Promise<Entered> {
    if (!code) return { now: {}, later: {} };
    if (found.discounts.length > 0)
      throw problemError(promotionCodeInvalid, { promotionCode: code, reason: 'another_runs' });
    const { id, once } = await this.codes.find(problemError, code);
    const now = { discounts: [{ promotion_code: id }] };
    return { now, later: once ? {} : now };
  }

  private async usageOf(product: string, to: PaidChange, by: { currency: string; interval: 'month' | 'year' }) {
    const plan = await findPlanVersion(this.tenants.reader({}), product, to.plan, to.planVersion);
    return plan ? usageSoldBy(plan, by).map(({ sold }) => sold) : [];
  }
}
