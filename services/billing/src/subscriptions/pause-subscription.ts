import { Controller } from '@nestjs/common';
import { pauseNotAvailable, pauseSubscription } from '@tidegate/contracts/billing/subscriptions';
import { conflict, ProblemError, type Refuse } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { changedBy, lockBilling } from '../kernel/subscription.rows.ts';
import type { Subscription } from '../kernel/subscription.rules.ts';
import { findPlanVersion } from '../plans/catalogue.rows.ts';
import { dropPause, endPauses, findPauses, type PauseRow, savePause } from './pause.rows.ts';
import { decidePause } from './pause.rules.ts';
import { type Billed, ProviderChanges } from './provider-changes.ts';
import { type Shown, ShowSubscriptions } from './show-subscriptions.ts';
import { requireNotHeld, SubscriptionChanges } from './subscription-changes.ts';

type Context = OperationContext<typeof pauseSubscription>;

/** A customer pauses what they pay for: for so long and so often as the plan says. Operators pause without a limit. */
@Controller()
export class PauseSubscription {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly changes: SubscriptionChanges,
    private readonly provider: ProviderChanges,
    private readonly show: ShowSubscriptions,
  ) {}

  @Handles(pauseSubscription)
  async pause({ input, caller, tx, emit, refuse, answerLater }: Context): Promise<Shown> {
    const orgId = caller.orgId as string;
    const billed = await this.tenants.read(orgId, (read) => this.provider.find(read, orgId, input.product));
    if (billed) {
      if (billed.subscription.status !== 'paused') await this.atProvider(refuse, billed);
      return this.show.complete(orgId);
    }
    const change = { orgId, product: input.product, by: changedBy(caller), reason: input.reason };
    await this.changes.change(tx, emit, change, async ({ before, at }) => {
      requireNotHeld(before);
      const active = requireActive(before);
      await endPauses(tx, orgId, active.product);
      const pause = await begun(refuse, tx, orgId, active, at);
      const until = { pausedAt: at, pauseEndsAt: pause.ends_at.getTime(), pausedBy: 'customer' as const };
      return { after: { ...active, status: 'paused', ...until }, action: 'paused' };
    });
    answerLater(() => this.show.complete(orgId));
    return this.show.stored(tx, orgId);
  }

  /**
   * It is written down before the provider is asked: what that says may be heard before its answer. Where the answer is
   * lost, the same request again is the same pause; where it is no, there was none.
   */
  private async atProvider(refuse: Context['refuse'], billed: Billed): Promise<void> {
    const { orgId, subscription } = billed;
    const active = requireActive(subscription);
    const pause = await this.tenants.run(orgId, async (tx) =>
      begun(refuse, tx, orgId, active, await lockBilling(tx, orgId)),
    );
    try {
      await this.provider.pause(billed);
    } catch (error) {
      const refused = error instanceof ProblemError && error.status < 500;
      if (refused) await this.tenants.run(orgId, (tx) => dropPause(tx, orgId, pause));
      throw error;
    }
  }
}

function requireActive<One extends Subscription>(one: One | undefined): One {
  if (one?.status === 'active' && one.provider !== 'none') return one;
  throw conflict({}, 'Only a subscription that is active and paid for can be paused.');
}

/** The pause that begins now, or the one that has begun already. Needs the organisation's lock. */
async function begun(
  refuse: Refuse<typeof pauseNotAvailable>,
  tx: Tx,
  orgId: string,
  { product, plan, planVersion }: Subscription,
  at: number,
): Promise<PauseRow> {
  const pauses = await findPauses(tx, orgId, product);
  const open = pauses.find(({ ended_at, ends_at }) => ended_at === null && ends_at.getTime() > at);
  if (open) return open;
  const terms = (await findPlanVersion(tx, product, plan, planVersion))?.pause;
  const decided = decidePause(
    terms,
    pauses.map(({ started_at }) => started_at.getTime()),
    at,
  );
  if ('reason' in decided) {
    const { reason, availableAt } = decided;
    const again = availableAt === null ? null : new Date(availableAt).toISOString();
    const detail: DetailOf<'pause_not_available'> = again
      ? `It was paused before, and can be paused again from ${again} on.`
      : 'Ask the operator.';
    throw refuse(pauseNotAvailable, { product, plan, reason, availableAt: again }, detail);
  }
  const pause = { product, started_at: new Date(at), ends_at: new Date(decided.endsAt), ended_at: null };
  await savePause(tx, orgId, pause);
  return pause;
}
