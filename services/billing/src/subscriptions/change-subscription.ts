import { Controller } from '@nestjs/common';
import {
  changeSubscription,
  getSubscriptions,
  paymentNeeded,
  planOrdered,
  trialNotAvailable,
} from '@tidegate/contracts/billing/subscriptions';
import { conflict } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { invalidCode } from '../coupons/redeem-coupon.ts';
import { isPaid } from '../entitlements/default-plan.rules.ts';
import { isValid } from '../entitlements/standing.rules.ts';
import { changedBy } from '../kernel/subscription.rows.ts';
import { isEnded, type Subscription, wholeSecond } from '../kernel/subscription.rules.ts';
import {
  beginAtPeriodEnd,
  beginNow,
  type Choice,
  choiceOf,
  chosenPlan,
  costs,
  currencyFor,
  needsApproval,
  requireChoosable,
} from './chosen-plan.ts';
import { enterCode } from './enter-code.ts';
import { saveOrder } from './order.rows.ts';
import { Payments } from './payments.ts';
import { ProviderChanges } from './provider-changes.ts';
import { type Shown, ShowSubscriptions } from './show-subscriptions.ts';
import { type Decided, requireNotHeld, type Situation, SubscriptionChanges } from './subscription-changes.ts';
import { claimTrial, isTried, personKeys, useTrial } from './trial.rows.ts';

type Context = OperationContext<typeof changeSubscription>;
const DAY_MS = 86_400_000;

/** Choosing pays no debt: whoever is overdue stays so, with the grace that they had. */
function stillOwing({ status, graceUntil, unpaidAt }: Subscription, decided: Decided): Decided {
  return status === 'past_due' ? { ...decided, after: { ...decided.after, status, graceUntil, unpaidAt } } : decided;
}

/** A customer chooses a plan. What has to be paid for is bought elsewhere; here is told where. */
@Controller()
export class ChangeSubscription {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly changes: SubscriptionChanges,
    private readonly provider: ProviderChanges,
    private readonly payments: Payments,
    private readonly show: ShowSubscriptions,
  ) {}

  @Handles(getSubscriptions)
  get({ caller }: OperationContext<typeof getSubscriptions>): Promise<Shown> {
    return this.show.complete(caller.orgId as string);
  }

  @Handles(changeSubscription)
  async change(context: Context): Promise<Shown> {
    const { input, caller, tx, emit, refuse, answerLater } = context;
    const orgId = caller.orgId as string;
    const billed = await this.tenants.read(orgId, (read) => this.provider.find(read, orgId, input.product));
    if (billed) {
      await this.provider.change(refuse, billed, input);
      return this.show.complete(orgId);
    }
    const by = changedBy(caller);
    await this.changes.change(tx, emit, { orgId, product: input.product, by, reason: input.reason }, (situation) =>
      this.decide(context, situation, by),
    );
    answerLater(() => this.show.complete(orgId));
    return this.show.stored(tx, orgId);
  }

  private async decide(context: Context, situation: Situation, by: string): Promise<Decided | undefined> {
    const { input, refuse, emit, was } = context;
    const { catalogue, before, tx } = situation;
    if (before) was(before);
    requireNotHeld(before);
    const plan = chosenPlan(refuse, catalogue, before, input);
    const choice = await choiceOf(refuse, situation, plan, input, { operator: false });
    const code = input.promotionCode;
    if (input.trial) {
      if (code) throw invalidCode(refuse, code, 'costs_nothing');
      return this.tryOut(context, situation, choice);
    }
    if (needsApproval(plan, before)) {
      if (code) throw invalidCode(refuse, code, 'not_here');
      const { product } = plan;
      const orgId = tx.orgId as string;
      const isNew = await saveOrder(tx, {
        org_id: orgId,
        product,
        plan: plan.plan,
        billing_interval: choice.interval,
        ordered_by: by,
      });
      // Said again it is the same order.
      if (!isNew) return undefined;
      const productName = catalogue.products.find((one) => one.product === product)?.name ?? product;
      await emit(planOrdered, { orgId, product, productName, plan: plan.plan, planName: plan.name, by }, { orgId });
      return undefined;
    }
    const byHand = before !== undefined && before.provider === 'manual' && isValid(before.status);
    if (!byHand) {
      await this.requireFree(context, situation, choice);
      if (code) throw invalidCode(refuse, code, 'costs_nothing');
      return beginNow(situation, choice, 'none');
    }
    const at = await requireChoosable(refuse, { ...situation, before }, choice, input.at);
    const { reason } = input;
    const who = { by, reason, orderedBy: 'customer' as const };
    const decided =
      at === 'period_end'
        ? await beginAtPeriodEnd({ ...situation, before }, choice, who)
        : costs(choice, catalogue)
          ? stillOwing(before, beginNow(situation, choice, 'manual'))
          : beginNow(situation, choice, 'none');
    return enterCode(refuse, situation, choice, { decided, code, by, reason });
  }

  private async requireFree({ refuse, caller }: Context, situation: Situation, choice: Choice): Promise<void> {
    const { catalogue, tx } = situation;
    if (!costs(choice, catalogue)) return;
    const { plan, interval } = choice;
    const currency = await currencyFor(situation);
    const price = plan.prices.find((one) => one.interval === interval && one.currency === currency);
    const checkout = this.payments.configured ? '/api/v1/billing/checkout' : null;
    const canTry = plan.trial && !plan.trial.card && !(await isTried(tx, plan.product, caller.userId));
    throw refuse(
      paymentNeeded,
      {
        product: plan.product,
        plan: plan.plan,
        interval,
        price: price ? { currency, amountMinor: price.amountMinor } : null,
        trialDays: canTry ? (plan.trial?.days ?? null) : null,
        checkout,
      },
      checkout ? `Buy it: POST ${checkout}` : 'Ask the operator of this installation: plans are set by hand here.',
    );
  }

  /** Costs nothing until it ends; then the default plan follows, unless it is bought meanwhile. */
  private async tryOut({ refuse, caller }: Context, situation: Situation, choice: Choice): Promise<Decided> {
    const { tx, at, before } = situation;
    const { plan } = choice;
    const { product, trial } = plan;
    const not = (reason: 'no_trial' | 'card_needed' | 'already_tried', detail: DetailOf<'trial_not_available'>) =>
      refuse(trialNotAvailable, { product, plan: plan.plan, reason }, detail);
    if (!trial || !isPaid(plan)) throw not('no_trial', `${plan.name} has no trial.`);
    if (plan.approval) throw not('no_trial', `${plan.name} begins when an operator approves it.`);
    if (trial.card) throw not('card_needed', 'The trial begins when it is bought; nothing is charged until it ends.');
    if (before && before.provider !== 'none' && !isEnded(before))
      throw conflict({}, 'There is a paid subscription of this product already.');
    const starts = wholeSecond(at);
    const ends = starts + trial.days * DAY_MS;
    const row = { product, plan: plan.plan, started_at: new Date(starts), ends_at: new Date(ends) };
    const orgId = tx.orgId as string;
    if (!(await useTrial(tx, orgId, row))) throw not('already_tried', 'Each product can be tried once.');
    if (!(await claimTrial(tx, product, await personKeys(tx, orgId, caller.userId)))) {
      throw not('already_tried', 'You, or an owner of this organisation, have tried it with another one.');
    }
    const { after } = beginNow(situation, { ...choice, items: [], interval: 'month' }, 'none');
    return { after: { ...after, status: 'trialing', trialEnd: ends }, action: 'trial_started' };
  }
}
