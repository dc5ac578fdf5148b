import { Injectable } from '@nestjs/common';
import { type Subscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { notFound } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { type Emit, Handles, type OperationContext } from '@tidegate/messaging/handler';
import { announceEntitlements } from '../entitlements/announce-entitlements.ts';
import { chosenInterval } from '../kernel/interval.rules.ts';
import { changedBy, lockSubscription, toWire, updatePlan } from '../kernel/subscription.rows.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { offeredPlan } from '../plans/offered-plan.rules.ts';

/**
 * The operator changes an organisation that is not their own. The handler's transaction belongs to the operator's
 * organisation and would hide the other, so the change runs as that one.
 */
@Injectable()
export class SetSubscription {
  @Handles(setSubscription)
  handle({ input, caller, tx, emit }: OperationContext<typeof setSubscription>): Promise<Subscription> {
    return this.change(tx.as({ orgId: input.organisationId }), emit, input, changedBy(caller));
  }

  private async change(tx: Tx, emit: Emit, input: Input<typeof setSubscription>, by: string): Promise<Subscription> {
    const before = await lockSubscription(tx, input.organisationId);
    if (!before) throw notFound(undefined, 'No organisation has this id.');
    const { plans } = await requireCatalogue(tx);
    const plan = offeredPlan(plans, input.plan);
    const after = {
      plan: plan.plan,
      planVersion: plan.version,
      interval: chosenInterval(plan, input.interval, before.billing_interval),
    };
    const row = await updatePlan(tx, before, after, by);
    await announceEntitlements(tx, emit, input.organisationId);
    return toWire(row, plan, plan.version, Date.now());
  }
}
