import { Controller, Injectable } from '@nestjs/common';
import { createCheckout } from '@tidegate/contracts/billing/checkout';
import { otherCurrency } from '@tidegate/contracts/billing/invoices';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import type { Stripe } from 'stripe';
import { currencyOf } from '../../kernel/currency.rows.ts';
import { requireCatalogue } from '../../plans/catalogue.rows.ts';
import { findTrials, hasTried, personKeys } from '../../subscriptions/trial.rows.ts';
import { StripeApi } from '../client/stripe-api.ts';
import { backTo, type StripeSettings } from '../client/stripe-settings.rules.ts';
import { EnsureCustomer } from '../customers/ensure-customer.ts';
import { storedSubscriptions } from '../mirror/mirror.rows.ts';
import { SyncCustomer } from '../mirror/sync-customer.ts';
import { PromotionCodes } from '../prices/promotion-codes.ts';
import { PublishedPrices } from '../prices/published-prices.ts';
import { CheckoutSessions } from './checkout-sessions.ts';
import { type Bought, boughtBy, hadTrial, requireNotSubscribed } from './choice.rules.ts';

type Context = OperationContext<typeof createCheckout>;

/** What a page is made of. */
@Injectable()
export class CheckoutParts {
  constructor(
    readonly api: StripeApi,
    readonly customers: EnsureCustomer,
    readonly prices: PublishedPrices,
    readonly codes: PromotionCodes,
  ) {}
}

/** A page of Stripe's on which somebody pays. Nothing is in force before it is paid, or its trial begun. */
@Controller()
export class CreateCheckout {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly parts: CheckoutParts,
    private readonly sessions: CheckoutSessions,
    private readonly sync: SyncCustomer,
  ) {}

  @Handles(createCheckout)
  async handle({ input, caller, refuse }: Context) {
    const settings = this.parts.api.require(refuse);
    const orgId = caller.orgId as string;
    const reader = this.tenants.reader({ orgId });
    const catalogue = await requireCatalogue(reader);
    const fixed = await currencyOf(reader, orgId);
    if (fixed && input.currency && input.currency !== fixed) {
      throw refuse(otherCurrency, { currency: fixed }, `Everything of this organisation is paid in ${fixed}.`);
    }
    const currency = fixed ?? input.currency ?? catalogue.currency;
    const bought = boughtBy(refuse, catalogue, { ...input, currency });
    const subscriptions = await storedSubscriptions(reader);
    const trials = await findTrials(reader, orgId);
    const tried =
      trials.some(({ product }) => product === input.product) ||
      hadTrial(subscriptions, input.product) ||
      (await hasTried(reader, input.product, await personKeys(reader, orgId, caller.userId)));
    requireNotSubscribed(refuse, subscriptions, input.product);
    const ids = await this.parts.prices.idsOf(
      bought.lines.map(({ sold }) => sold),
      settings.livemode,
    );
    const promotion = input.promotionCode && (await this.parts.codes.find(refuse, input.promotionCode)).id;
    const customer = await this.parts.customers.of(orgId, settings);
    const params = sessionParams({
      settings,
      orgId,
      customer,
      product: input.product,
      bought,
      prices: ids,
      promotion,
      trial: !tried,
    });
    const session = await this.sessions.open({ orgId, product: input.product, params }, async () => {
      await this.sync.sync(customer);
      requireNotSubscribed(refuse, await storedSubscriptions(reader), input.product);
    });
    if (!session.url) throw new Error(`The checkout session ${session.id} has no page.`);
    return { sessionId: session.id, url: session.url, expiresAt: new Date(session.expires_at * 1_000).toISOString() };
  }
}

interface Parts {
  settings: StripeSettings;
  orgId: string;
  customer: string;
  product: string;
  bought: Bought;
  prices: readonly string[];
  promotion: string | undefined;
  /** Whether the organisation has had none. */
  trial: boolean;
}

function sessionParams(parts: Parts): Stripe.Checkout.SessionCreateParams {
  const { settings, orgId, customer, bought, prices, promotion } = parts;
  const trial = parts.trial ? bought.plan.trial : null;
  const metadata = { organisation_id: orgId, product: parts.product, plan: bought.plan.plan };
  return {
    mode: 'subscription',
    customer,
    client_reference_id: orgId,
    line_items: prices.map((price, at) => {
      const quantity = bought.lines[at]?.quantity;
      return typeof quantity === 'number' ? { price, quantity } : { price };
    }),
    success_url: backTo(settings, orgId, '{CHECKOUT_SESSION_ID}'),
    cancel_url: backTo(settings, orgId, 'cancelled'),
    metadata,
    subscription_data: {
      metadata,
      ...(trial && {
        trial_period_days: trial.days,
        trial_settings: { end_behavior: { missing_payment_method: 'pause' as const } },
      }),
    },
    ...(trial && !trial.card && { payment_method_collection: 'if_required' as const }),
    ...(promotion ? { discounts: [{ promotion_code: promotion }] } : { allow_promotion_codes: true }),
    ...(settings.tax && { automatic_tax: { enabled: true }, customer_update: { address: 'auto', name: 'auto' } }),
  };
}
