import { Injectable } from '@nestjs/common';
import { listPlans } from '@tidegate/contracts/billing/plans';
import { organisationLimitReached } from '@tidegate/contracts/identity/members';
import { AskFirst } from '@tidegate/database/ask-first';
import { holdsConnection } from '@tidegate/database/one-connection';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { IdentityConfig } from '../identity.config.ts';

const KNOWN_MS = 60_000;
const CURE = 'Choose another plan for one of them, delete one, or leave one that has another owner.';

/**
 * How many organisations one person may own. Each begins on a free plan with quotas of its own, so without a limit a
 * person has as much for nothing as they like; and so they would if one that was handed over counted for nobody.
 */
@Injectable()
export class FoundersLimits {
  private free: { plans: readonly string[]; until: number } | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly config: IdentityConfig,
  ) {}

  /**
   * For whoever is about to become an owner: of `orgId`, which is theirs to see, or of a new organisation. Needs a
   * transaction that runs as this user. Whoever becomes the owner of two at once does so one after the other; rows of
   * members are locked before, never after.
   */
  async refuseOwning(tx: Tx, userId: string, orgId?: string): Promise<void> {
    const freePlans = await this.freePlans();
    await tx.query('select 1 from users where id = $1 for no key update', [userId]);
    const isFree = '(o.plan is null or o.plan = any($2))';
    const owned = await tx.one<{ all: number; free: number; adds: boolean }>(
      `select count(*)::int as all, count(*) filter (where ${isFree})::int as free,
              coalesce((select ${isFree} from organisations o where o.org_id = $3), true) as adds
         from organisations o join members m using (org_id) where m.user_id = $1 and m.role = 'owner'`,
      [userId, freePlans, orgId ?? null],
    );
    const { MAX_FREE_ORGANISATIONS_PER_PERSON: mostFree, MAX_ORGANISATIONS_PER_PERSON: most } = this.config;
    const { all: used, free, adds } = owned ?? { all: 0, free: 0, adds: true };
    if (adds && free >= mostFree) {
      throw organisationLimitReached(
        { limit: mostFree, used: free },
        `One person owns at most ${mostFree} organisations on a free plan. ${CURE} An admin may do the same as an owner.`,
      );
    }
    if (used >= most) {
      throw organisationLimitReached({ limit: most, used }, `One person owns at most ${most} organisations. ${CURE}`);
    }
  }

  /** Plans without any price. Billing is asked without holding the transaction meanwhile. */
  private async freePlans(): Promise<readonly string[]> {
    if (this.free && this.free.until > Date.now()) return this.free.plans;
    if (holdsConnection()) {
      throw new AskFirst(async () => {
        await this.askPlans();
        return async () => undefined;
      });
    }
    return this.askPlans();
  }

  private async askPlans(): Promise<readonly string[]> {
    const { items } = await this.bus.call(listPlans, {});
    const free = items.filter(({ prices }) => prices.every(({ amountMinor }) => amountMinor === 0));
    this.free = { plans: free.map(({ plan }) => plan), until: Date.now() + KNOWN_MS };
    return this.free.plans;
  }
}
