import { Injectable } from '@nestjs/common';
import { intervalNotOffered, movePlans, unknownPlan } from '@tidegate/contracts/billing/plans';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { changedBy, countBehind, moveSubscriptions } from '../kernel/subscription.rows.ts';
import { lockCatalogue, requireCatalogue } from '../plans/catalogue.rows.ts';
import { intervalsOf } from './interval.rules.ts';

/** Moves the subscriptions at once; the entitlements follow within seconds (refresh-entitlements). */
@Injectable()
export class MovePlans {
  constructor(private readonly wakes: Wakes) {}

  @Handles(movePlans)
  async handle({ input, caller, tx }: OperationContext<typeof movePlans>) {
    const all = tx.as({ system: 'catalogue' });
    await lockCatalogue(all);
    const { plans } = await requireCatalogue(all);
    const plan = plans.find((offer) => offer.plan === input.plan);
    if (!plan) {
      const known = plans.map((offer) => offer.plan);
      throw unknownPlan({ plan: input.plan, plans: known }, `Plans on offer: ${known.join(', ')}.`);
    }
    const intervals = intervalsOf(plan);
    const yearly = intervals.includes('year') ? 0 : await countBehind(all, plan, 'year');
    if (yearly > 0) {
      throw intervalNotOffered(
        { plan: plan.plan, interval: 'year', intervals },
        `${yearly} of its subscriptions are paid by the year, and version ${plan.version} has no yearly price. Write ` +
          'one and apply the catalogue, or put them on month first.',
      );
    }
    if (!input.dryRun) tx.onCommit(() => this.wakes.wake('refresh-entitlements'));
    const subscriptions = input.dryRun
      ? await countBehind(all, plan)
      : await moveSubscriptions(all, plan, changedBy(caller));
    return { plan: plan.plan, version: plan.version, subscriptions };
  }
}
