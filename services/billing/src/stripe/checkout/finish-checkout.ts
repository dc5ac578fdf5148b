import { Controller } from '@nestjs/common';
import { createPortal, finishCheckout } from '@tidegate/contracts/billing/checkout';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { refusalOf, StripeApi } from '../client/stripe-api.ts';
import { returnUrlOf } from '../client/stripe-settings.rules.ts';
import { EnsureCustomer } from '../customers/ensure-customer.ts';
import { findCustomer } from '../customers/stripe-customer.rows.ts';
import { SyncCustomer } from '../mirror/sync-customer.ts';

/** Ways back from Stripe's pages, and to those where nothing is bought. */
@Controller()
export class FinishCheckout {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly customers: EnsureCustomer,
    private readonly sync: SyncCustomer,
  ) {}

  /** What was bought is stored before it is answered: nobody waits for a webhook. */
  @Handles(finishCheckout)
  async finish({ input, caller, refuse }: OperationContext<typeof finishCheckout>) {
    const { livemode } = this.api.require(refuse);
    const orgId = caller.orgId as string;
    const mine = await findCustomer(this.tenants.reader({ orgId }), orgId, livemode);
    if (!mine) throw notFound();
    const session = await this.session(input.sessionId);
    const customer = typeof session.customer === 'string' ? session.customer : session.customer?.id;
    if (customer !== mine.customer_id) throw notFound();
    if (session.status === 'complete') await this.sync.sync(mine.customer_id);
    const status = (session.status ?? 'open') as 'open' | 'complete' | 'expired';
    return { status, paid: session.payment_status !== 'unpaid' };
  }

  @Handles(createPortal)
  async portal({ input, caller, refuse }: OperationContext<typeof createPortal>) {
    const settings = this.api.require(refuse);
    const customer = await this.customers.of(caller.orgId as string, settings);
    const { url } = await this.api.call(
      'POST /v1/billing_portal/sessions',
      (stripe, options) =>
        stripe.billingPortal.sessions.create(
          {
            customer,
            return_url: returnUrlOf(settings, caller.orgId as string),
            ...(input.page === 'payment_method' && { flow_data: { type: 'payment_method_update' as const } }),
          },
          options,
        ),
      { idempotencyKey: newId() },
    );
    return { url };
  }

  private async session(id: string) {
    try {
      return await this.api.call('GET /v1/checkout/sessions/:id', (stripe) => stripe.checkout.sessions.retrieve(id));
    } catch (error) {
      throw refusalOf(error) ? notFound() : error;
    }
  }
}
