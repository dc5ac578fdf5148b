import { Controller } from '@nestjs/common';
import type { OverLimit } from '@tidegate/contracts/billing/counted';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { catalogueChanged, intervalNotOffered, MOVES_LOOKED_AT, movePlans } from '@tidegate/contracts/billing/plans';
import { invalid, type Refuse } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { Wakes } from '@tidegate/runtime/wakes';
import { DUE_CHANGES } from '../entitlements/announce-entitlements.ts';
import { isPaid } from '../entitlements/default-plan.rules.ts';
import { snapshotOf } from '../entitlements/entitlements.rules.ts';
import { snapshotInput } from '../entitlements/snapshot-input.ts';
import { intervalsOf } from '../kernel/interval.rules.ts';
import { noteRevenue } from '../kernel/revenue.rows.ts';
import { changedBy, findHoldings } from '../kernel/subscription.rows.ts';
import {
  type CurrentCatalogue,
  findPlanVersion,
  latestVersions,
  lockCatalogue,
  requireCatalogue,
} from '../plans/catalogue.rows.ts';
import { planChanges, refOf } from '../plans/catalogue-diff.rules.ts';
import type { VersionedPlan } from '../plans/catalogue-model.rules.ts';
import { noSuchPlan, offeredPlan } from '../plans/offered-plan.rules.ts';
import { OverLimits } from './over-limits.ts';
import { countOf, findMoving, type MoveOrder, moveNow, scheduleMoves } from './plan-move.rows.ts';
import { type Move, movesOf, summary } from './plan-move.rules.ts';
import { reportChange } from './report-change.ts';
import { goingWith } from './settle.ts';

type Asked = OperationContext<typeof movePlans>;
type Features = Entitlements['features'];

/** Organisations about which other services are asked side by side. */
const AT_ONCE = 8;

/** Moves subscriptions, or schedules their moves; the entitlements follow within seconds (refresh-entitlements). */
@Controller()
export class MovePlans {
  constructor(
    private readonly wakes: Wakes,
    private readonly tenants: TenantDatabase,
    private readonly limits: OverLimits,
  ) {}

  @Handles(movePlans)
  async handle({ input, caller, tx, emit, refuse }: Asked) {
    if (input.dryRun) return this.tryOut(refuse, input);
    const all = tx.as({ system: 'catalogue' });
    const { order, moves, shown } = await prepare(refuse, all, input);
    const subscriptions = await this.carryOut(all, order, input.at, moves, changedBy(caller));
    const { product, plan, to } = order;
    const action = input.at === 'now' ? 'moved' : 'move_ordered';
    const reported = { product, action, isOperator: true, operatorId: caller.userId } as const;
    for (const { orgId } of moves)
      await reportChange(emit, { ...reported, orgId, before: { plan }, after: { plan: to } });
    return { ...shown, overLimit: [], lookedAt: 0, subscriptions };
  }

  /** Other services say what there is, so no transaction may be open then. */
  private async tryOut(refuse: Asked['refuse'], input: Asked['input']) {
    const { moves, shown, features } = await this.tenants.system('catalogue', async (tx) => {
      const prepared = await prepare(refuse, tx, input);
      const first = prepared.moves.slice(0, MOVES_LOOKED_AT);
      const after = new Map<string, Features>();
      for (const { orgId } of first) after.set(orgId, await featuresAfter(tx, orgId, prepared));
      return { ...prepared, features: [...after] };
    });
    const overLimit: { organisationId: string; over: OverLimit[] }[] = [];
    for (let from = 0; from < features.length; from += AT_ONCE) {
      const some = features.slice(from, from + AT_ONCE);
      const over = await Promise.all(some.map(([orgId, of]) => this.limits.of(orgId, of)));
      overLimit.push(...some.map(([organisationId], i) => ({ organisationId, over: over[i] ?? [] })));
    }
    const isOver = ({ over }: { over: OverLimit[] }) => over.length > 0;
    return { ...shown, overLimit: overLimit.filter(isOver), lookedAt: features.length, subscriptions: moves.length };
  }

  private async carryOut(
    tx: Tx,
    order: MoveOrder,
    at: 'now' | 'period_end',
    moves: Move[],
    by: string,
  ): Promise<number> {
    tx.onCommit(() => this.wakes.wake('refresh-entitlements'));
    if (at === 'period_end') {
      tx.onCommit(() => this.wakes.wake(DUE_CHANGES));
      return scheduleMoves(tx, order, moves, by);
    }
    const moved = await moveNow(tx, order, by);
    await noteRevenue(tx, { product: order.product, plan: order.to }, clock.now());
    return moved;
  }
}

/** What moves, and all that is said of it. */
async function prepare(refuse: Asked['refuse'], all: Tx, input: Asked['input']) {
  await lockCatalogue(all);
  const catalogue = await requireCatalogue(all);
  const [product = '', plan = ''] = input.from.split('.');
  if (!(await latestVersions(all)).plans.has(input.from)) throw noSuchPlan(refuse, catalogue.plans, product, plan);
  const [toProduct = '', toPlan = ''] = (input.to ?? input.from).split('.');
  if (toProduct !== product) throw invalid('/to', 'other_product', 'Name a plan of {product}.', { product });
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
  return { order, moves, shown, catalogue };
}

/** What an organisation may do once it has moved; add-ons that do not go with the plan end. */
async function featuresAfter(
  tx: Tx,
  orgId: string,
  { order, catalogue }: { order: MoveOrder; catalogue: CurrentCatalogue },
): Promise<Features> {
  const own = tx.as({ orgId });
  const { subscriptions, ...holdings } = await findHoldings(own, orgId);
  const moved = [];
  for (const one of subscriptions) {
    const next = { ...one, plan: order.to, planVersion: order.version };
    moved.push(one.product === order.product ? { ...next, items: await goingWith(own, next) } : one);
  }
  const input = await snapshotInput(own, orgId, catalogue, { ...holdings, subscriptions: moved });
  return snapshotOf(input, clock.now()).snapshot.features;
}

function requireYear(refuse: Refuse<typeof intervalNotOffered>, target: VersionedPlan, moves: readonly Move[]): void {
  const intervals = intervalsOf(target);
  const yearly = intervals.includes('year') ? 0 : moves.filter(({ interval }) => interval === 'year').length;
  if (yearly === 0) return;
  throw refuse(
    intervalNotOffered,
    { plan: target.plan, interval: 'year', intervals },
    `${yearly} of the subscriptions are paid by the year, and version ${target.version} of ${target.plan} has no yearly price. Write one and apply the catalogue, or put them on month first.`,
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
