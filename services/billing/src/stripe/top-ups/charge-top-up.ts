import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Outbox } from '@tidegate/messaging/outbox';
import type { Stripe } from 'stripe';
import { packageBought } from '../../credits/give-units.ts';
import { lockBilling } from '../../kernel/subscription.rows.ts';
import { StoredCalls } from '../client/stored-calls.ts';
import { refusalOf, StripeApi } from '../client/stripe-api.ts';
import { responseOf } from '../client/stripe-call.rows.ts';
import { savedCard } from '../customers/saved-card.ts';
import { findCustomer } from '../customers/stripe-customer.rows.ts';
import { PublishedPrices } from '../prices/published-prices.ts';
import { fromStripe } from '../prices/stripe-amount.rules.ts';
import { settleOrder, type TopUpOrder } from './top-up.rows.ts';

const invoiceKey = (order: string): string => `top-up-invoice:${order}`;

/**
 * Charges the card for packages that were ordered by themselves:
 *
 *   ordered → an invoice of its own, with the order's name as its key → final → paid: the units are given, once
 *                                                                      → declined: withdrawn, so that it is not tried again
 *             ↳ died, or nobody knows: the same calls with the same keys, and the invoice says how far it came
 */
@Injectable()
export class ChargeTopUp {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly calls: StoredCalls,
    private readonly prices: PublishedPrices,
    private readonly outbox: Outbox,
  ) {}

  async charge(orgId: string, order: TopUpOrder): Promise<'granted' | 'declined'> {
    const livemode = this.api.settings?.livemode ?? false;
    const customer = (await findCustomer(this.tenants.reader({ orgId }), orgId, livemode))?.customer_id;
    const card = customer && (await savedCard(this.api, customer));
    const invoice =
      customer && card
        ? await this.pay(await this.invoiceOf(orgId, order, { customer, card, livemode }))
        : await this.madeBefore(orgId, order);
    // Who was deleted at Stripe, or has removed every card, has nothing that could be charged.
    if (!invoice) return this.settle(orgId, order, 'declined', null);
    if (invoice.status === 'paid') return this.settle(orgId, order, 'granted', invoice);
    await this.withdraw(invoice);
    // Somebody may have paid it on its page a moment ago.
    const last = await this.fetch(invoice.id);
    return this.settle(orgId, order, last.status === 'paid' ? 'granted' : 'declined', last);
  }

  /** By an attempt whose answer was lost: what was paid then is given, whatever became of the card since. */
  private async madeBefore(orgId: string, { id }: TopUpOrder): Promise<Stripe.Invoice | undefined> {
    const made = await responseOf(this.tenants.reader({ orgId }), invoiceKey(id));
    if (!made) return undefined;
    try {
      return await this.fetch(made);
    } catch (error) {
      if (refusalOf(error) !== 'resource_missing') throw error;
      return undefined;
    }
  }

  private async invoiceOf(
    orgId: string,
    order: TopUpOrder,
    { customer, card, livemode }: { customer: string; card: string; livemode: boolean },
  ): Promise<Stripe.Invoice> {
    const { id, package: key, quantity, currency } = order;
    const [price = ''] = await this.prices.idsOf([{ kind: 'package', product: '', package: key, currency }], livemode);
    const head: Stripe.InvoiceCreateParams = {
      customer,
      currency: currency.toLowerCase(),
      auto_advance: false,
      pending_invoice_items_behavior: 'exclude',
      default_payment_method: card,
      metadata: { organisation_id: orgId, top_up: id },
      ...(this.api.settings?.tax && { automatic_tax: { enabled: true } }),
    };
    const invoice = await this.calls.create({
      orgId,
      key: invoiceKey(id),
      operation: 'invoices.create',
      endpoint: 'POST /v1/invoices',
      params: { customer },
      create: (stripe, options) => stripe.invoices.create(head, options),
      fetch: (stripe, made) => stripe.invoices.retrieve(made),
    });
    if (invoice.status !== 'draft') return invoice;
    const item: Stripe.InvoiceItemCreateParams = { customer, invoice: invoice.id, pricing: { price }, quantity };
    await this.calls.create({
      orgId,
      key: `top-up-item:${id}`,
      operation: 'invoiceitems.create',
      endpoint: 'POST /v1/invoiceitems',
      params: { quantity },
      create: (stripe, options) => stripe.invoiceItems.create(item, options),
      fetch: (stripe, made) => stripe.invoiceItems.retrieve(made),
    });
    return this.api.call(
      'POST /v1/invoices/:id/finalize',
      (stripe, options) => stripe.invoices.finalizeInvoice(invoice.id, { auto_advance: false }, options),
      { idempotencyKey: `top-up-final:${id}` },
    );
  }

  /** What became of it; a refusal of the card leaves it open. */
  private async pay(invoice: Stripe.Invoice): Promise<Stripe.Invoice> {
    if (invoice.status !== 'open') return invoice;
    try {
      return await this.api.call(
        'POST /v1/invoices/:id/pay',
        (stripe, options) => stripe.invoices.pay(invoice.id, {}, options),
        { idempotencyKey: `top-up-pay:${invoice.id}` },
      );
    } catch (error) {
      if (!refusalOf(error)) throw error;
      return this.fetch(invoice.id);
    }
  }

  private async withdraw({ id, status }: Stripe.Invoice): Promise<void> {
    if (status !== 'open') return;
    try {
      await this.api.call(
        'POST /v1/invoices/:id/void',
        (stripe, options) => stripe.invoices.voidInvoice(id, {}, options),
        {
          idempotencyKey: `top-up-void:${id}`,
        },
      );
    } catch (error) {
      if (!refusalOf(error)) throw error;
    }
  }

  private fetch(id: string): Promise<Stripe.Invoice> {
    return this.api.call('GET /v1/invoices/:id', (stripe) => stripe.invoices.retrieve(id));
  }

  private async settle(
    orgId: string,
    order: TopUpOrder,
    state: 'granted' | 'declined',
    invoice: Stripe.Invoice | null,
  ): Promise<'granted' | 'declined'> {
    await this.tenants.run(orgId, async (tx) => {
      await lockBilling(tx, orgId);
      if (!(await settleOrder(tx, orgId, order.id, { state, ref: invoice?.id ?? '' }))) return;
      if (state === 'declined' || !invoice) return;
      const { feature, name, amount, expires_days: expiresDays, quantity, currency } = order;
      await packageBought(tx, this.outbox.emitter(tx), {
        orgId,
        pack: { package: order.package, name, feature, amount: Number(amount), expiresDays },
        quantity,
        reference: `top-up:${order.id}`,
        paid: { currency, amountMinor: BigInt(fromStripe(invoice.total, currency)) },
        by: 'top-up',
      });
    });
    return state;
  }
}
