import { Controller } from '@nestjs/common';
import { type Subscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { announceEntitlements } from '../entitlements/announce-entitlements.ts';
import { chosenInterval } from '../kernel/interval.rules.ts';
import { changedBy, lockSubscription, toWire, updatePlan } from '../kernel/subscription.rows.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { offeredPlan } from '../plans/offered-plan.rules.ts';

type Change = Pick<OperationContext<typeof setSubscription>, 'tx' | 'emit' | 'refuse' | 'input'>;

/**
 * The operator changes an organisation that is not their own. The handler's transaction belongs to the operator's
 * organisation and would hide the other, so the change runs as that one.
 */
@Controller()
export class SetSubscription {
  @Handles(setSubscription)
  handle({ input, caller, tx, emit, refuse }: OperationContext<typeof setSubscription>): Promise<Subscription> {
    return this.change({ tx: tx.as({ orgId: input.organisationId }), emit, refuse, input }, changedBy(caller));
  }

  private async change({ tx, emit, refuse, input }: Change, by: string): Promise<Subscription> {
    const before = await lockSubscription(tx, input.organisationId);
    if (!before) throw notFound(undefined, 'No organisation has this id.');
    const { plans } = await requireCatalogue(tx);
    const plan = offeredPlan(refuse, plans, before.product, input.plan);
    const after = {
      plan: plan.plan,
      planVersion: plan.version,
      interval: chosenInterval(refuse, plan, input.interval, before.billing_interval),
    };
    const row = await updatePlan(tx, before, after, by);
    await announceEntitlements(tx, emit, input.organisationId);
    return toWire(row, plan, plan.version, Date.now());
  }
}
