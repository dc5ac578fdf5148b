import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Stripe } from 'stripe';
import { findPlanVersion, knownFeatures } from '../../plans/catalogue.rows.ts';
import { usageAmount } from '../../prices/usage-price.rules.ts';
import { StoredCalls } from '../client/stored-calls.ts';
import { statuses } from '../mirror/mirror.rows.ts';
import type { SoldUsage } from '../prices/lookup-key.rules.ts';
import { toStripe } from '../prices/stripe-amount.rules.ts';
import { decimalOf, millionths } from './quantity.rules.ts';
import { beginLateCharge, lateCharged, type Pending, type UsagePeriodRow } from './usage-report.rows.ts';

const MILLIONTHS = 6;
/** No other invoice follows. */
const OVER = new Set(['', 'canceled', 'incomplete_expired']);

interface Charged {
  row: UsagePeriodRow;
  sold: SoldUsage;
}

/**
 * What has come after a period's invoice was final, or was corrected since: the difference between what the period owes and
 * what it was charged stands on the next invoice, with the dates to which it belongs. It is stored before it is sent, and
 * each charge of a period has a number, so nothing is charged twice.
 */
@Injectable()
export class LateUsage {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calls: StoredCalls,
  ) {}

  /** `owed`: everything that the period owes, in millionths. */
  async charge(orgId: string, { row, sold }: Charged, owed: bigint): Promise<void> {
    const pending = row.pending ?? (await this.difference(orgId, { row, sold }, owed));
    if (!pending) return;
    if (pending.amountMinor !== 0) await this.send(orgId, row, pending);
    await this.tenants.run(orgId, (tx) => lateCharged(tx, row, pending.quantity));
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
        amountMinor: Number(costs(owed) - costs(charged)),
        currency: sold.currency,
        description: `${name}, beyond what is included, counted later`,
        subscription: OVER.has((await statuses(tx)).get(row.subscription_id) ?? '') ? null : row.subscription_id,
      };
      await beginLateCharge(tx, row, pending);
      return pending;
    });
  }

  private async send(orgId: string, row: UsagePeriodRow, pending: Pending): Promise<void> {
    const { customer_id: customer } = row;
    const { subscription } = pending;
    const currency = pending.currency.toLowerCase();
    const start = Math.floor(row.period_start.getTime() / 1_000);
    const params: Stripe.InvoiceItemCreateParams = {
      customer,
      currency,
      amount: toStripe(pending.amountMinor, pending.currency),
      description: `${pending.description}: ${pending.quantity}`,
      period: { start, end: Math.floor(row.period_end.getTime() / 1_000) },
      ...(subscription && { subscription }),
    };
    const key = `${row.meter}:${start}:${row.charges}`;
    await this.calls.create({
      orgId,
      key: `usage-item:${key}`,
      operation: 'invoiceitems.create',
      endpoint: 'POST /v1/invoiceitems',
      params: { period: params.period, amount: params.amount },
      create: (stripe, options) => stripe.invoiceItems.create(params, options),
      fetch: (stripe, id) => stripe.invoiceItems.retrieve(id),
    });
    if (subscription) return;
    // No other invoice will come.
    const invoice = { customer, currency, auto_advance: true, pending_invoice_items_behavior: 'include' as const };
    await this.calls.create({
      orgId,
      key: `usage-invoice:${key}`,
      operation: 'invoices.create',
      endpoint: 'POST /v1/invoices',
      params: invoice,
      create: (stripe, options) => stripe.invoices.create(invoice, options),
      fetch: (stripe, id) => stripe.invoices.retrieve(id),
    });
  }
}
