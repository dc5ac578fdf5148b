import { Controller } from '@nestjs/common';
import { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { endOnce, StripeApi } from '../client/stripe-api.ts';
import { dropFarewell, findFarewells, sayFarewell } from '../customers/stripe-customer.rows.ts';

const AT_ONCE = 20;

/**
 * Nobody is charged for an organisation that is deleted: its customer is deleted at Stripe, which ends its subscriptions
 * at once and drops its cards. Its invoices stay there, for the books.
 */
@Controller()
export class LeaveStripe {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly wakes: Wakes,
    private readonly log: Log,
  ) {}

  @On(organisationDeleted)
  async handle({ data: { orgId }, tx }: EventContext<typeof organisationDeleted>): Promise<void> {
    await sayFarewell(tx.as({ system: 'stripe' }), orgId);
    tx.onCommit(() => this.wakes.wake('leave-stripe'));
  }

  @Loop({ name: 'leave-stripe', everyMs: 600_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const { settings } = this.api;
    if (!settings) return;
    const found = await findFarewells(this.tenants.reader({ system: 'stripe' }), settings.livemode, AT_ONCE);
    const failed = await each(
      found,
      { signal, log: this.log, what: 'Deleting a customer at Stripe' },
      ({ customer_id }) => this.leave(customer_id),
    );
    return found.length === AT_ONCE && failed === 0 ? 'again' : undefined;
  }

  private async leave(customerId: string): Promise<void> {
    await endOnce(this.api.call('DELETE /v1/customers/:id', (stripe) => stripe.customers.del(customerId)));
    await this.tenants.system('stripe', (tx) => dropFarewell(tx, customerId));
  }
}
