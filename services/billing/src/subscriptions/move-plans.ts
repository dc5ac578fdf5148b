import { Controller } from '@nestjs/common';
import { catalogueChanged, intervalNotOffered, movePlans } from '@tidegate/contracts/billing/plans';
import { invalid, type Refuse } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { Wakes } from '@tidegate/runtime/wakes';
import { DUE_CHANGES } from '../entitlements/announce-entitlements.ts';
import { isPaid } from '../entitlements/default-plan.rules.ts';
import { intervalsOf } from '../kernel/interval.rules.ts';
import { noteRevenue } from '../kernel/revenue.rows.ts';
import { changedBy } from '../kernel/subscription.rows.ts';
import { findPlanVersion, latestVersions, lockCatalogue, requireCatalogue } from '../plans/catalogue.rows.ts';
import { planChanges, refOf } from '../plans/catalogue-diff.rules.ts';
import type { VersionedPlan } from '../plans/catalogue-model.rules.ts';
import { noSuchPlan, offeredPlan } from '../plans/offered-plan.rules.ts';
import { countOf, findMoving, type MoveOrder, moveNow, scheduleMoves } from './plan-move.rows.ts';
import { type Move, movesOf, summary } from './plan-move.rules.ts';

/** Moves subscriptions, or schedules their moves; the entitlements follow within seconds (refresh-entitlements). */
@Controller()
export class MovePlans {
  constructor(private readonly wakes: Wakes) {}

  @Handles(movePlans)
  async handle({ input, caller, tx, refuse }: OperationContext<typeof movePlans>) {
    const all = tx.as({ system: 'catalogue' });
    await lockCatalogue(all);
    const catalogue = await requireCatalogue(all);
    const [product = '', plan = ''] = input.from.split('.');
    if (!(await latestVersions(all)).plans.has(input.from)) throw noSuchPlan(refuse, catalogue.plans, product, plan);
    const [toProduct = '', toPlan = ''] = (input.to ?? input.from).split('.');
    if (toProduct !== product) throw invalid('/to', 'other_product', `Name a plan of ${product}.`);
    const target = offeredPlan(refuse, catalogue.plans, product, toPlan);
    if (input.toVersion !== undefined && input.toVersion !== target.version) {
      throw refuse(
        catalogueChanged,
        { catalogueVersion: catalogue.version },
        `Version ${target.version} of ${target.plan} is in force by now, not ${input.toVersion}. Look at a dry run again.`,
      );
    }
    const order = { product, plan, to: target.plan, version: target.version, paid: isPaid(target) };
    const moves = movesOf(await findMoving(all, order), input.at, clock.now());
    requireYear(refuse, target, moves);
    const shown = {
      from: input.from,
      to: refOf(product, target.plan),
      version: target.version,
      at: input.at,
      moves: summary(moves, await changes(all, plan, target, moves)),
      stay: (await countOf(all, product, plan)) - moves.length,
    };
    if (input.dryRun) return { ...shown, subscriptions: moves.length };
    return { ...shown, subscriptions: await this.carryOut(all, order, input.at, moves, changedBy(caller)) };
  }

  private async carryOut(
    tx: Tx,
    order: MoveOrder,
    at: 'now' | 'period_end',
    moves: Move[],
    by: string,
  ): Promise<number> {
    if (at === 'period_end') {
      tx.onCommit(() => this.wakes.wake(DUE_CHANGES));
      return scheduleMoves(tx, order, moves, by);
    }
    tx.onCommit(() => this.wakes.wake('refresh-entitlements'));
    const moved = await moveNow(tx, order, by);
    await noteRevenue(tx, { product: order.product, plan: order.to }, clock.now());
    return moved;
  }
}

function requireYear(refuse: Refuse<typeof intervalNotOffered>, target: VersionedPlan, moves: readonly Move[]): void {
  const intervals = intervalsOf(target);
  const yearly = intervals.includes('year') ? 0 : moves.filter(({ interval }) => interval === 'year').length;
  if (yearly === 0) return;
  throw refuse(
    intervalNotOffered,
    { plan: target.plan, interval: 'year', intervals },
    `${yearly} of the subscriptions are paid by the year, and version ${target.version} of ${target.plan} has no yearly ` +
      'price. Write one and apply the catalogue, or put them on month first.',
  );
}

/** What changes for those who come from a version. */
async function changes(tx: Tx, plan: string, target: VersionedPlan, moves: readonly Move[]) {
  const from = new Map<number, VersionedPlan | undefined>();
  for (const version of new Set(moves.map(({ fromVersion }) => fromVersion))) {
    from.set(version, await findPlanVersion(tx, target.product, plan, version));
  }
  return (version: number) => planChanges(from.get(version), target);
}
