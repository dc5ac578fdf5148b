import { Controller } from '@nestjs/common';
import { buyPackage } from '@tidegate/contracts/billing/checkout';
import { tooManyOrders } from '@tidegate/contracts/billing/credits';
import { otherCurrency } from '@tidegate/contracts/billing/invoices';
import { conflict, invalid } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import type { Stripe } from 'stripe';
import { unitsOf } from '../../credits/credit.rules.ts';
import { offeredPackage } from '../../credits/offered-package.ts';
import { currencyOf } from '../../kernel/currency.rows.ts';
import { requireCatalogue } from '../../plans/catalogue.rows.ts';
import { StoredCalls } from '../client/stored-calls.ts';
import { isBegun } from '../client/stripe-call.rows.ts';
import { backTo } from '../client/stripe-settings.rules.ts';
import { openPackageSessions, savePackageSession } from '../mirror/package-session.rows.ts';
import { CheckoutParts } from './create-checkout.ts';

/** Each is asked for whenever something of the customer has changed. */
const MOST_OPEN = 10;

type Context = OperationContext<typeof buyPackage>;

/** A page of Stripe's on which prepaid units are paid. They are given when it is paid, once. */
@Controller()
export class BuyPackage {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly parts: CheckoutParts,
    private readonly calls: StoredCalls,
  ) {}

  @Handles(buyPackage)
  async handle({ input, caller, refuse }: Context) {
    const settings = this.parts.api.require(refuse);
    const orgId = caller.orgId as string;
    const { quantity, orderKey } = input;
    const { pack, currency } = await this.chosen(refuse, orgId, input);
    if (unitsOf(pack, quantity) === undefined) throw invalid('/quantity', 'too_big', 'Buy fewer at a time.');
    const open = await openPackageSessions(this.tenants.reader({ orgId }), orgId);
    const sold = { kind: 'package', product: '', package: pack.package, currency } as const;
    const [price = ''] = await this.parts.prices.idsOf([sold], settings.livemode);
    const key = `package:${orderKey}:${pack.package}:${quantity}:${currency}`;
    if (open.length >= MOST_OPEN && !(await isBegun(this.tenants.reader({ orgId }), key))) {
      throw refuse(
        tooManyOrders,
        { open: open.length, limit: MOST_OPEN },
        'Pay one of them, or wait until they expire.',
      );
    }
    const customer = await this.parts.customers.of(orgId, settings);
    const params: Stripe.Checkout.SessionCreateParams = {
      mode: 'payment',
      customer,
      client_reference_id: orgId,
      line_items: [{ price, quantity }],
      success_url: backTo(settings, orgId, '{CHECKOUT_SESSION_ID}'),
      cancel_url: backTo(settings, orgId, 'cancelled'),
      metadata: { organisation_id: orgId, package: pack.package },
      // A receipt that stands in the list of invoices.
      invoice_creation: { enabled: true },
      ...(settings.tax && { automatic_tax: { enabled: true }, customer_update: { address: 'auto', name: 'auto' } }),
    };
    const session = await this.calls.create({
      orgId,
      key,
      operation: 'packages.create-session',
      endpoint: 'POST /v1/checkout/sessions',
      params: { package: pack.package, quantity, currency },
      create: (stripe, options) => stripe.checkout.sessions.create(params, options),
      fetch: (stripe, id) => stripe.checkout.sessions.retrieve(id),
    });
    const { name, feature, amount, expiresDays: expires_days } = pack;
    const row = {
      session_id: session.id,
      package: pack.package,
      name,
      feature,
      amount: String(amount),
      expires_days,
      quantity,
    };
    await this.tenants.run(orgId, (tx) => savePackageSession(tx, row));
    if (!session.url) throw conflict({}, 'This was paid already, or its page has expired. Choose a new key.');
    return { sessionId: session.id, url: session.url, expiresAt: new Date(session.expires_at * 1_000).toISOString() };
  }

  private async chosen(refuse: Context['refuse'], orgId: string, { package: key }: Context['input']) {
    const reader = this.tenants.reader({ orgId });
    const catalogue = await requireCatalogue(reader);
    const pack = await offeredPackage(reader, refuse, catalogue, { orgId, key });
    const currency = (await currencyOf(reader, orgId)) ?? catalogue.currency;
    if (!pack.prices.some((price) => price.currency === currency && price.amountMinor > 0))
      throw refuse(otherCurrency, { currency }, `It has no price in ${currency}.`);
    return { pack, currency };
  }
}
