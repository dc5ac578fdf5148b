import { Controller } from '@nestjs/common';
import { unknownPlan } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { conflict, invalid, notFound, type Refuse } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { BillingConfig } from '../billing.config.ts';
import { invalidCode } from '../coupons/redeem-coupon.ts';
import { defaultPlan } from '../entitlements/default-plan.rules.ts';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';
import { changedBy } from '../kernel/subscription.rows.ts';
import {
  ended,
  isEnded,
  NO_LONGER_PAID,
  type Subscription,
  stepOf,
  wholeSecond,
} from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import type { VersionedPlan } from '../plans/catalogue-model.rules.ts';
import { noSuchPlan } from '../plans/offered-plan.rules.ts';
import { beginAtPeriodEnd, beginNow, choiceOf, costs, endOf } from './chosen-plan.ts';
import { enterCode } from './enter-code.ts';
import { ProviderChanges } from './provider-changes.ts';
import { type Shown, ShowSubscriptions } from './show-subscriptions.ts';
import { type Decided, type Situation, SubscriptionChanges } from './subscription-changes.ts';

type Context = OperationContext<typeof setSubscription>;
type Billed = NonNullable<Awaited<ReturnType<ProviderChanges['find']>>>;
export const DAY_MS = 86_400_000;

/**
 * The operator changes an organisation that is not their own. The handler's transaction belongs to the operator's
 * organisation and would hide the other, so the change runs as that one.
 */
@Controller()
export class SetSubscription {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly changes: SubscriptionChanges,
    private readonly provider: ProviderChanges,
    private readonly show: ShowSubscriptions,
    private readonly config: BillingConfig,
  ) {}

  @Handles(setSubscription)
  async handle(context: Context): Promise<Shown> {
    const { input, caller, emit, refuse, answerLater } = context;
    const orgId = input.organisationId;
    const { plan, billed } = await this.tenants.read(orgId, async (read) => {
      if (!(await findEntitlements(read, orgId))) throw notFound(undefined, 'No organisation has this id.');
      const { plans } = await requireCatalogue(read);
      const plan = named(refuse, plans, input);
      return { plan, billed: await this.provider.find(read, orgId, plan.product) };
    });
    if (billed) {
      await this.ask(context, billed, plan);
      return this.show.complete(orgId);
    }
    const tx = context.tx.as({ orgId });
    const by = changedBy(caller);
    await this.changes.change(tx, emit, { orgId, product: plan.product, by, reason: input.reason }, (situation) =>
      this.decide(context, situation, plan, by),
    );
    answerLater(() => this.show.complete(orgId));
    return this.show.stored(tx, orgId);
  }

  private async ask({ input, refuse }: Context, billed: Billed, plan: VersionedPlan): Promise<void> {
    if (input.promotionCode) throw invalidCode(refuse, input.promotionCode, 'not_here');
    if (input.status === 'canceled') return this.provider.cancel(billed, input.at);
    if (input.status !== 'active') throw conflict({}, 'A payment provider bills for it and says its status.');
    await this.provider.change(refuse, billed, { ...input, product: plan.product }, { operator: true });
  }

  private async decide(
    { input, refuse }: Context,
    situation: Situation,
    offered: VersionedPlan,
    by: string,
  ): Promise<Decided | undefined> {
    const { at, catalogue, before, product, steps } = situation;
    const orderedBy = 'operator' as const;
    const { promotionCode: code, reason } = input;
    if (input.status === 'canceled' && before) {
      if (code) throw invalidCode(refuse, code, 'costs_nothing');
      if (isEnded(before)) return undefined;
      const end = endOf(before, steps, at);
      if (input.at === 'period_end' && end > at) {
        return { after: { ...before, next: null, cancelAt: end, orderedBy }, action: 'cancel_ordered' };
      }
      return {
        after: ended(before, defaultPlan(catalogue, product), at),
        action: 'canceled',
        step: stepOf(steps.at(-1), { at, ...NO_LONGER_PAID }),
      };
    }
    const choice = await choiceOf(refuse, situation, offered, input, { operator: true });
    if ((input.status === 'past_due' || input.status === 'unpaid') && !costs(choice, catalogue)) {
      throw invalid('/status', 'costs_nothing', 'Nothing has to be paid for {plan}.', { plan: offered.name });
    }
    // What has ended has no period whose end could be waited for.
    if (input.at === 'period_end' && before && !isEnded(before)) {
      const decided = await beginAtPeriodEnd({ ...situation, before }, choice, { by, reason, orderedBy });
      return enterCode(refuse, situation, choice, { decided, code, by, reason });
    }
    const begun = beginNow(situation, choice, costs(choice, catalogue) ? 'manual' : 'none');
    await enterCode(refuse, situation, choice, { decided: begun, code, by, reason });
    return { ...begun, after: this.withStatus(begun.after, before, input.status, at) };
  }

  private withStatus(
    after: Subscription,
    before: Subscription | undefined,
    status: Context['input']['status'],
    at: number,
  ): Subscription {
    if (status === 'paused') return { ...after, status, pausedAt: before?.pausedAt ?? at, pausedBy: 'operator' };
    if (status !== 'past_due') return { ...after, status };
    // The same debt said again gives no more time.
    const until = wholeSecond(at) + this.config.GRACE_DAYS * DAY_MS;
    return { ...after, status, graceUntil: before?.status === 'past_due' ? before.graceUntil : until };
  }
}

/** The plan of the named product, or of the only one that has a plan of this name. */
function named(
  refuse: Refuse<typeof unknownPlan>,
  plans: readonly VersionedPlan[],
  { product, plan }: { product?: string | undefined; plan: string },
): VersionedPlan {
  const [found, another] = plans.filter((one) => one.plan === plan && (product ?? one.product) === one.product);
  if (found && !another) return found;
  if (found) throw invalid('/product', 'ambiguous', 'Several products have a plan of this name. Name the product.');
  if (product !== undefined) throw noSuchPlan(refuse, plans, product, plan);
  const known = plans.map((one) => one.plan);
  throw refuse(unknownPlan, { product: '', plan, plans: known }, `Plans: ${known.join(', ')}.`);
}
