import { Injectable } from '@nestjs/common';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { BillingConfig } from '../billing.config.ts';
import { findAddonVersion, findPlanVersion } from '../plans/catalogue.rows.ts';
import { endPauses, findPauses } from './pause.rows.ts';
import { applied, type ProviderState, stepFor } from './provider-state.rules.ts';
import { SubscriptionChanges } from './subscription-changes.ts';
import { claimTrial, personKeys, useTrial } from './trial.rows.ts';

export type { ProviderState } from './provider-state.rules.ts';

/**
 * Makes the subscription what its provider says, in the caller's transaction: inject it and call
 * `states.apply(tx, emit, orgId, product, state)`. `tx` runs as that organisation. It is safe to repeat; older states and
 * states of subscriptions that are over change nothing. The entitlements that follow are emitted with it.
 */
@Injectable()
export class ProviderStates {
  constructor(
    private readonly changes: SubscriptionChanges,
    private readonly config: BillingConfig,
  ) {}

  async apply(tx: Tx, emit: Emit, orgId: string, product: string, state: ProviderState): Promise<void> {
    await requireVersions(tx, product, state);
    const change = { orgId, product, by: state.provider, reason: state.status, provider: true };
    await this.changes.change(tx, emit, change, async ({ at, before, steps }) => {
      // What was paused there lasts until somebody resumes it, unless the customer ordered it here.
      const pauses = state.status === 'paused' ? await findPauses(tx, orgId, product) : [];
      const pauseEndsAt = pauses.findLast(({ ended_at }) => ended_at === null)?.ends_at.getTime() ?? null;
      const after = applied(before, product, state, { at, graceDays: this.config.GRACE_DAYS, pauseEndsAt });
      if (!after) return undefined;
      // Also when it was paid for on a page, or resumed in the provider's dashboard.
      if (before?.status === 'paused' && after.status !== 'paused') await endPauses(tx, orgId, product);
      if (after.status === 'trialing' && state.trialEnd !== null) {
        const [started, ends] = [new Date(state.periodStart), new Date(state.trialEnd)];
        const trial = { product, plan: state.plan, started_at: started, ends_at: ends };
        if (await useTrial(tx, orgId, trial)) await claimTrial(tx, product, await personKeys(tx, orgId));
      }
      return { after, action: 'synced', step: stepFor(steps.at(-1), state, at) };
    });
  }
}

/** What is sold at the provider was published from here. Anything else is a fault, and must not pass unseen. */
async function requireVersions(tx: Tx, product: string, state: ProviderState): Promise<void> {
  const plans = [{ plan: state.plan, version: state.planVersion }];
  if (state.next) plans.push({ plan: state.next.plan, version: state.next.planVersion });
  for (const { plan, version } of plans) {
    if (await findPlanVersion(tx, product, plan, version)) continue;
    throw new Error(`${state.provider} sells version ${version} of ${product}.${plan}, which does not exist.`);
  }
  for (const { addon, version } of state.addons) {
    if (await findAddonVersion(tx, product, addon, version)) continue;
    throw new Error(
      `${state.provider} sells version ${version} of the add-on ${product}.${addon}, which does not exist.`,
    );
  }
}
