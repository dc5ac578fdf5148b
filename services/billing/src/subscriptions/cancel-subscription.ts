import { Controller } from '@nestjs/common';
import { cancelSubscription, resumeSubscription } from '@tidegate/contracts/billing/subscriptions';
import { conflict } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { defaultPlan } from '../entitlements/default-plan.rules.ts';
import { changedBy } from '../kernel/subscription.rows.ts';
import {
  ended,
  isEnded,
  isOrderedByOperator,
  NO_LONGER_PAID,
  NOT_PAUSED,
  type Subscription,
  stepOf,
} from '../kernel/subscription.rules.ts';
import { endOf } from './chosen-plan.ts';
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
        await this.provider.resume(billed, { byHolder: true });
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
    // What an operator ordered is not taken back by ordering something else and resuming.
    const orderedBy = isOrderedByOperator(before) ? 'operator' : 'customer';
    return { after: { ...before, next: null, cancelAt: end, orderedBy }, action: 'cancel_ordered' };
  }
  const after = ended(before, fallback, at);
  return {
    after,
    action: 'canceled',
    step: stepOf(steps.at(-1), { at, ...NO_LONGER_PAID }),
  };
}

function resumed(before: Subscription | undefined): Decided {
  const held = before !== undefined && isOrderedByOperator(before);
  // A move that was scheduled since does not make a customer's own end an order of the operator.
  if (before && before.cancelAt !== null && before.orderedBy !== 'operator') {
    const orderedBy = before.next?.reason === 'moved' ? 'operator' : null;
    return { after: { ...before, cancelAt: null, orderedBy }, action: 'resumed' };
  }
  if (before?.status === 'paused') {
    return { after: { ...before, status: 'active', ...NOT_PAUSED }, action: 'resumed' };
  }
  if (before?.next && !held) {
    const items = before.items.map((item) => (item.until === before.next?.at ? { ...item, until: null } : item));
    return { after: { ...before, items, next: null, orderedBy: null }, action: 'resumed' };
  }
  if (held) throw conflict({}, 'The operator of this installation ordered what follows. Ask them to take it back.');
  throw conflict({}, 'There is nothing to resume.');
}
