import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Log } from '@tidegate/telemetry/log';
import type { Stripe } from 'stripe';
import { findPlanVersion, knownFeatures } from '../../plans/catalogue.rows.ts';
import { usageAmount } from '../../prices/usage-price.rules.ts';
import { StoredCalls } from '../client/stored-calls.ts';
import { refusalOf, StripeApi } from '../client/stripe-api.ts';
import { savedCard } from '../customers/saved-card.ts';
import { findCustomer } from '../customers/stripe-customer.rows.ts';
import { saveDrifts, statuses } from '../mirror/mirror.rows.ts';
import type { SoldUsage } from '../prices/lookup-key.rules.ts';
import { chargeable, toStripe } from '../prices/stripe-amount.rules.ts';
import { decimalOf, millionths } from './quantity.rules.ts';
import { beginLateCharge, lateCharged, markWaiting, type Pending, type UsagePeriodRow } from './usage-report.rows.ts';

const MILLIONTHS = 6;
/** No other invoice follows. */
const OVER = new Set(['canceled', 'incomplete_expired']);

interface Charged {
  row: UsagePeriodRow;
  sold: SoldUsage;
}

/**
 * What has come after a period's invoice was final, or was corrected since: the difference between what the period owes and
 * what it was charged stands on the next invoice, with the dates to which it belongs. It is stored before it is sent, and
 * each charge of a period has a number, so nothing is charged twice.
 *
 * It is the customer's, and of no subscription: Stripe takes nothing for one that has ended, and bills nothing that waits for
 * one. Where the last of them ends before it is on an invoice, it gets one of its own.
 */
@Injectable()
export class LateUsage {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly calls: StoredCalls,
    private readonly log: Log,
  ) {}

  /** `owed`: everything that the period owes, in millionths. */
  async charge(orgId: string, { row, sold }: Charged, owed: bigint): Promise<void> {
    const pending = row.pending ?? (await this.difference(orgId, { row, sold }, owed));
    if (!pending) return;
    if (pending.amountMinor !== 0 && !(await this.sent(orgId, row, pending))) return;
    await this.tenants.run(orgId, async (tx) => {
      await lateCharged(tx, row, pending.quantity);
      if (pending.amountMinor !== 0) await markWaiting(tx, true);
    });
  }

  /** What Stripe refuses is listed for whoever runs this installation, and sent again with the next turn of a day. */
  private async sent(orgId: string, row: UsagePeriodRow, pending: Pending): Promise<boolean> {
    try {
      await this.send(orgId, row, pending);
      return true;
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      const what = `late usage ${row.meter} ${row.period_start.toISOString()}`;
      this.log.error({ orgId, what, refusal, ...pending }, 'Stripe does not take a late charge');
      const ours = `${pending.amountMinor} ${pending.currency}`;
      await this.tenants.run(orgId, (tx) => saveDrifts(tx, [{ what, ours, theirs: refusal }]));
      return false;
    }
  }

  /** Invoices what waits while no subscription is left whose next invoice would have it. */
  async invoiceWaiting(orgId: string): Promise<void> {
    const { live, customer } = await this.tenants.run(orgId, async (tx) => ({
      live: [...(await statuses(tx)).values()].some((status) => !OVER.has(status)),
      customer: (await findCustomer(tx, orgId, this.api.settings?.livemode ?? false))?.customer_id,
    }));
    if (live) return;
    // Who was deleted at Stripe owes nothing there any more.
    const waiting = customer && (await this.oldestWaiting(customer));
    if (waiting) {
      const card = await savedCard(this.api, customer);
      const invoice: Stripe.InvoiceCreateParams = {
        customer,
        currency: waiting.currency,
        auto_advance: true,
        pending_invoice_items_behavior: 'include',
        ...(card && { default_payment_method: card }),
        ...(this.api.settings?.tax && { automatic_tax: { enabled: true } }),
      };
      await this.calls.create({
        orgId,
        key: `usage-invoice:${waiting.id}`,
        operation: 'invoices.create',
        endpoint: 'POST /v1/invoices',
        params: { customer },
        create: (stripe, options) => stripe.invoices.create(invoice, options),
        fetch: (stripe, id) => stripe.invoices.retrieve(id),
      });
    }
    await this.tenants.run(orgId, (tx) => markWaiting(tx, false));
  }

  private async oldestWaiting(customer: string): Promise<Stripe.InvoiceItem | undefined> {
    const { data } = await this.api.call('GET /v1/invoiceitems', (stripe) =>
      stripe.invoiceItems.list({ customer, pending: true, limit: 100 }),
    );
    return data.filter(({ parent }) => !parent?.subscription_details).at(-1);
  }

  private difference(orgId: string, { row, sold }: Charged, owed: bigint): Promise<Pending | undefined> {
    return this.tenants.run(orgId, async (tx) => {
      const charged = millionths(row.invoiced ?? '0') + millionths(row.charged_later);
      if (owed === charged) return undefined;
      const grant = (await findPlanVersion(tx, sold.product, sold.plan, sold.version))?.features[sold.feature];
      const price = grant?.kind === 'metered' ? grant.price?.[sold.currency] : undefined;
      if (!price) return undefined;
      const costs = (quantity: bigint) => usageAmount(price, quantity, sold.currency, MILLIONTHS);
      const name = (await knownFeatures(tx)).find(({ key }) => key === sold.feature)?.name ?? sold.feature;
      const pending = {
        quantity: decimalOf(owed - charged),
        amountMinor: chargeable(costs(owed) - costs(charged), sold.currency),
        currency: sold.currency,
        description: `${name}, beyond what is included, counted later`,
      };
      return (await beginLateCharge(tx, row, pending)) ? pending : undefined;
    });
  }

  private async send(orgId: string, row: UsagePeriodRow, pending: Pending): Promise<void> {
    const start = Math.floor(row.period_start.getTime() / 1_000);
    const params: Stripe.InvoiceItemCreateParams = {
      customer: row.customer_id,
      currency: pending.currency.toLowerCase(),
      amount: toStripe(pending.amountMinor, pending.currency),
      description: `${pending.description}: ${pending.quantity}`,
      period: { start, end: Math.floor(row.period_end.getTime() / 1_000) },
    };
    await this.calls.create({
      orgId,
      key: `usage-item:${row.meter}:${start}:${row.charges}`,
      operation: 'invoiceitems.create',
      endpoint: 'POST /v1/invoiceitems',
      params: { period: params.period, amount: params.amount },
      create: (stripe, options) => stripe.invoiceItems.create(params, options),
      fetch: (stripe, id) => stripe.invoiceItems.retrieve(id),
    });
  }
}
