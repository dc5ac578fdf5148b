import { Injectable } from '@nestjs/common';
import { movePlans, unknownPlan } from '@tidegate/contracts/billing/plans';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { changedBy, countBehind, moveSubscriptions } from '../subscriptions/subscription.rows.ts';
import { lockCatalogue, requireCatalogue } from './catalogue.rows.ts';

/** Moves the subscriptions at once; the entitlements follow within seconds (refresh-entitlements). */
@Injectable()
export class MovePlans {
  constructor(private readonly wakes: Wakes) {}

  @Handles(movePlans)
  async handle({ input, caller, tx }: Call<typeof movePlans>) {
    const all = tx.as({ system: 'catalogue' });
    await lockCatalogue(all);
    const { plans } = await requireCatalogue(all);
    const plan = plans.find((offer) => offer.plan === input.plan);
    if (!plan) {
      const known = plans.map((offer) => offer.plan);
      throw unknownPlan({ plan: input.plan, plans: known }, `Plans on offer: ${known.join(', ')}.`);
    }
    if (!input.dryRun) tx.onCommit(() => this.wakes.wake('refresh-entitlements'));
    const subscriptions = input.dryRun
      ? await countBehind(all, plan)
      : await moveSubscriptions(all, plan, changedBy(caller));
    return { plan: plan.plan, version: plan.version, subscriptions };
  }
}
