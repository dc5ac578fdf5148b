import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { idOf } from '../client/id-of.rules.ts';
import { StripeApi } from '../client/stripe-api.ts';
import { SyncCustomer } from '../mirror/sync-customer.ts';
import { type KeptOrder, takeKeptOrders } from './kept-order.rows.ts';
import { CHECKED_AFTER_S, ScheduledOrders } from './scheduled-orders.ts';

const AT_ONCE = 50;

/*
 * Brings back what was ordered for the end of a period where a change at once took it away and nobody has heard how that ended.
 * What fails, or waits for the holder of a card, is looked at again two minutes later.
 */
@Injectable()
export class RestoreOrders {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly orders: ScheduledOrders,
    private readonly customers: SyncCustomer,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'restore-orders', everyMs: 60_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    if (!this.api.configured) return undefined;
    const due = await this.tenants.system('stripe', (tx) => takeKeptOrders(tx, AT_ONCE, CHECKED_AFTER_S));
    await each(due, { signal, log: this.log, what: 'Bringing back an order' }, (one) => this.bringBack(one));
    return due.length === AT_ONCE ? 'again' : undefined;
  }

  private async bringBack(kept: KeptOrder): Promise<void> {
    await this.tenants.requireHere(kept.org_id);
    const customer = await this.orders.bringBack(kept);
    if (!customer) return;
    this.log.info({ orgId: kept.org_id, subscription: kept.subscription_id }, 'An order was brought back at Stripe');
    await this.customers.sync(idOf(customer));
  }
}
