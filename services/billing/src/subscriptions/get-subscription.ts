import { Controller } from '@nestjs/common';
import { getSubscription } from '@tidegate/contracts/billing/subscriptions';
import { unavailable } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findSubscription, toWire } from '../kernel/subscription.rows.ts';
import { findPlanVersion, latestVersions } from '../plans/catalogue.rows.ts';
import { refOf } from '../plans/catalogue-diff.rules.ts';

@Controller()
export class GetSubscription {
  @Handles(getSubscription)
  async handle({ caller, tx }: OperationContext<typeof getSubscription>) {
    const row = caller.orgId ? await findSubscription(tx, caller.orgId) : undefined;
    const plan = row && (await findPlanVersion(tx, row.product, row.plan, row.plan_version));
    if (!row || !plan) {
      throw unavailable({ retryAfterSeconds: 1 }, 'The plan of this new organisation is being set up.');
    }
    const { plans } = await latestVersions(tx);
    return toWire(row, plan, plans.get(refOf(row.product, row.plan)) ?? row.plan_version, Date.now());
  }
}
