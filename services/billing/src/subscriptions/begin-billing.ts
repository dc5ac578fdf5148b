import { Controller } from '@nestjs/common';
import { beginBilling } from '@tidegate/contracts/billing/subscriptions';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';
import { changedBy, findHoldings, lockBilling } from '../kernel/subscription.rows.ts';
import { type Shown, ShowSubscriptions } from './show-subscriptions.ts';
import { SubscriptionChanges } from './subscription-changes.ts';

/** Subscriptions from before there were invoices are charged from now on: because an operator says so. */
@Controller()
export class BeginBilling {
  constructor(
    private readonly changes: SubscriptionChanges,
    private readonly show: ShowSubscriptions,
  ) {}

  @Handles(beginBilling)
  async handle({
    input,
    caller,
    tx: operator,
    emit,
    answerLater,
  }: OperationContext<typeof beginBilling>): Promise<Shown> {
    const { organisationId: orgId, reason } = input;
    const tx = operator.as({ orgId });
    orNotFound(await findEntitlements(tx, orgId));
    await lockBilling(tx, orgId);
    const { subscriptions } = await findHoldings(tx, orgId);
    for (const { product } of subscriptions.filter(({ billingHeld }) => billingHeld)) {
      await this.changes.change(tx, emit, { orgId, product, by: changedBy(caller), reason }, async ({ before }) =>
        before?.billingHeld ? { after: { ...before, billingHeld: false }, action: 'billing_begun' } : undefined,
      );
    }
    answerLater(() => this.show.complete(orgId));
    return this.show.stored(tx, orgId);
  }
}
