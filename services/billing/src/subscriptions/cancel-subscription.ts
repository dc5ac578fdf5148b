import { Controller } from '@nestjs/common';
import { cancelSubscription, resumeSubscription } from '@tidegate/contracts/billing/subscriptions';
import { conflict } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { defaultPlan } from '../entitlements/default-plan.rules.ts';
import { changedBy } from '../kernel/subscription.rows.ts';
import { ended, isEnded, NOT_PAUSED, paidPeriod, type Subscription, stepOf } from '../kernel/subscription.rules.ts';
import { removeOrder } from './order.rows.ts';
import { endPauses } from './pause.rows.ts';
import { type Billed, ProviderChanges } from './provider-changes.ts';
import { type Shown, ShowSubscriptions } from './show-subscriptions.ts';
import { type Decided, requireNotHeld, type Situation, SubscriptionChanges } from './subscription-changes.ts';

type Context = Pick<OperationContext<typeof resumeSubscription>, 'input' | 'caller' | 'tx' | 'emit' | 'answerLater'>;

/** A customer ends what they have, or goes on with it. */
@Controller()
export class CancelSubscription {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly changes: SubscriptionChanges,
    private readonly provider: ProviderChanges,
    private readonly show: ShowSubscriptions,
  ) {}

  @Handles(cancelSubscription)
  cancel(context: OperationContext<typeof cancelSubscription>): Promise<Shown> {
    const { at } = context.input;
    return this.carryOut(
      context,
      (billed) => this.provider.cancel(billed, at),
      (situation) => cancelled(situation, at),
    );
  }

  @Handles(resumeSubscription)
  resume(context: OperationContext<typeof resumeSubscription>): Promise<Shown> {
    return this.carryOut(
      context,
      async (billed) => {
        await this.provider.resume(billed);
        const { orgId, subscription } = billed;
        await this.tenants.run(orgId, (tx) => endPauses(tx, orgId, subscription.product));
      },
      async ({ tx, before, product }) => {
        const decided = resumed(before);
        if (before?.status === 'paused') await endPauses(tx, tx.orgId as string, product);
        return decided;
      },
    );
  }

  private async carryOut(
    { input, caller, tx, emit, answerLater }: Context,
    ask: (billed: Billed) => Promise<void>,
    decide: (situation: Situation) => Promise<Decided | undefined>,
  ): Promise<Shown> {
    const orgId = caller.orgId as string;
    const billed = await this.tenants.read(orgId, (read) => this.provider.find(read, orgId, input.product));
    if (billed) {
      await ask(billed);
      return this.show.complete(orgId);
    }
    const change = { orgId, product: input.product, by: changedBy(caller), reason: input.reason };
    await this.changes.change(tx, emit, change, (situation) => {
      requireNotHeld(situation.before);
      return decide(situation);
    });
    answerLater(() => this.show.complete(orgId));
    return this.show.stored(tx, orgId);
  }
}

async function cancelled(
  { tx, at, product, catalogue, before, steps }: Situation,
  when: 'now' | 'period_end',
): Promise<Decided | undefined> {
  const fallback = defaultPlan(catalogue, product);
  const isDefault = before?.provider === 'none' && before.status === 'active' && before.plan === fallback?.plan;
  if (!before || isEnded(before) || isDefault) {
    if (await removeOrder(tx, tx.orgId as string, product)) return undefined;
    throw conflict({}, 'There is nothing to cancel: the plan costs nothing and ends never.');
  }
  const end = endOf(before, steps, at);
  if (when === 'period_end' && end > at) {
    return { after: { ...before, next: null, cancelAt: end }, action: 'cancel_ordered' };
  }
  const after = ended(before, fallback, at);
  return {
    after,
    action: 'canceled',
    step: stepOf(steps.at(-1), { at, interval: 'month', paid: false, begins: false }),
  };
}

/** What costs nothing ends at once; a trial and what is paid for, at their ends. */
function endOf(before: Subscription, steps: Situation['steps'], at: number): number {
  if (before.status === 'trialing' && before.trialEnd !== null) return before.trialEnd;
  return before.provider === 'none' ? at : paidPeriod(before, steps, at).end;
}

function resumed(before: Subscription | undefined): Decided {
  if (before && before.cancelAt !== null) return { after: { ...before, cancelAt: null }, action: 'resumed' };
  if (before?.status === 'paused') {
    return { after: { ...before, status: 'active', ...NOT_PAUSED }, action: 'resumed' };
  }
  // What an operator moves stays: it is no choice of theirs.
  if (before?.next && before.next.reason !== 'moved') {
    const items = before.items.map((item) => (item.until === before.next?.at ? { ...item, until: null } : item));
    return { after: { ...before, items, next: null }, action: 'resumed' };
  }
  throw conflict({}, 'There is nothing to resume.');
}
