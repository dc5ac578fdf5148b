import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { StripeApi } from '../client/stripe-api.ts';
import { takeForComparison } from '../customers/stripe-customer.rows.ts';
import { SyncCustomer } from '../mirror/sync-customer.ts';

const AT_ONCE = 5;

/*
 * Each customer is compared with what stands at Stripe once a day, all of its invoices included. A difference that no
 * event is on its way for is stored, counted (`tidegate_billing_drift_total`) and healed in the same transaction.
 */
@Injectable()
export class CompareCustomers {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly customers: SyncCustomer,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'compare-stripe-customers', everyMs: 900_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const { settings } = this.api;
    if (!settings) return;
    const due = await this.tenants.system('stripe', (tx) => takeForComparison(tx, settings.livemode, AT_ONCE));
    await each(due, { signal, log: this.log, what: 'Comparing a customer' }, ({ customer_id: customerId }) =>
      this.customers.sync(customerId, { compare: true }),
    );
    return due.length === AT_ONCE ? 'again' : undefined;
  }
}
