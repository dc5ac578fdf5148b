import { Injectable } from '@nestjs/common';
import { listPlans } from '@tidegate/contracts/billing/plans';
import { organisationLimitReached } from '@tidegate/contracts/identity/members';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { AskFirst } from '@tidegate/database/ask-first';
import { holdsConnection } from '@tidegate/database/one-connection';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { IdentityConfig } from '../identity.config.ts';
import { lockUser } from '../kernel/user.rows.ts';
import { countOwned } from './organisation.rows.ts';

const CACHED_MS = 60_000;
const CURE = 'Choose another plan for one of them, delete one, or leave one that has another owner.';

/**
 * How many organisations one person may own. Each starts on a free plan with quotas of its own, so without a limit a
 * person could have any amount for free; the same would hold if an organisation that was handed over counted for
 * nobody.
 */
@Injectable()
export class OwnershipLimits {
  private cached: { freePlans: readonly string[]; until: number } | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly config: IdentityConfig,
  ) {}

  /**
   * Checked before a person becomes an owner: of `orgId`, which they can see, or of a new organisation. Needs a
   * transaction that runs as this user. Two at once of one person are serialised; rows of members are locked before,
   * never after.
   */
  async requireRoom(
    refuse: Refuse<typeof organisationLimitReached>,
    tx: Tx,
    userId: string,
    orgId?: string,
  ): Promise<void> {
    const freePlans = await this.freePlans();
    await lockUser(tx, userId);
    const { all: used, free, addsFree } = await countOwned(tx, userId, freePlans, orgId);
    const { MAX_FREE_ORGANISATIONS_PER_PERSON: mostFree, MAX_ORGANISATIONS_PER_PERSON: most } = this.config;
    if (addsFree && free >= mostFree) {
      throw refuse(
        organisationLimitReached,
        { limit: mostFree, used: free },
        `One person owns at most ${mostFree} organisations on free plans. ${CURE} An admin may do the same as an owner.`,
      );
    }
    if (used >= most) {
      throw refuse(
        organisationLimitReached,
        { limit: most, used },
        `One person owns at most ${most} organisations. ${CURE}`,
      );
    }
  }

  /** The default plans and others that cost nothing, as `product.plan`. Billing is asked while no transaction is open. */
  private async freePlans(): Promise<readonly string[]> {
    if (this.cached && this.cached.until > performance.now()) return this.cached.freePlans;
    if (holdsConnection()) {
      throw new AskFirst(async () => {
        await this.fetchPlans();
        return async () => undefined;
      });
    }
    return this.fetchPlans();
  }

  private async fetchPlans(): Promise<readonly string[]> {
    const { products } = await this.bus.call(listPlans, {});
    const freePlans = products.flatMap(({ product, defaultPlan, plans }) =>
      plans
        .filter(({ plan, prices }) => plan === defaultPlan || prices.every(({ amountMinor }) => amountMinor === 0))
        .map(({ plan }) => `${product}.${plan}`),
    );
    this.cached = { freePlans, until: performance.now() + CACHED_MS };
    return freePlans;
  }
}
