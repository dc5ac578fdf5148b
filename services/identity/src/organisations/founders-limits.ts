import { Injectable } from '@nestjs/common';
import { entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import { listPlans } from '@tidegate/contracts/billing/plans';
import { founderOf, organisationLimitReached } from '@tidegate/contracts/identity/organisations';
import { notFound } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { type Call, Handles, type Happened, On } from '@tidegate/messaging/handler';
import { IdentityConfig } from '../identity.config.ts';

const KNOWN_MS = 60_000;

/**
 * How many organisations one person may have made and still own. Each begins on a free plan with quotas of its own, so
 * without a limit a person has as much for nothing as they like.
 */
@Injectable()
export class FoundersLimits {
  private free: { plans: readonly string[]; until: number } | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly config: IdentityConfig,
  ) {}

  /** Plans without any price. Asks billing, so: before the first query. */
  async freePlans(): Promise<readonly string[]> {
    if (!this.free || this.free.until < Date.now()) {
      const { items } = await this.bus.call(listPlans, {});
      const plans = items.filter(({ prices }) => prices.every(({ amountMinor }) => amountMinor === 0));
      this.free = { plans: plans.map(({ plan }) => plan), until: Date.now() + KNOWN_MS };
    }
    return this.free.plans;
  }

  /** Needs a transaction that runs as this user. Whoever makes two at once makes one after the other. */
  async refuseTooMany(tx: Tx, userId: string, freePlans: readonly string[]): Promise<void> {
    await tx.query('select 1 from users where id = $1 for no key update', [userId]);
    const owned = await tx.one<{ all: number; free: number }>(
      `select count(*)::int as all, count(*) filter (where o.plan is null or o.plan = any($2))::int as free
         from organisations o join members m using (org_id)
        where o.founded_by = $1 and m.user_id = $1 and m.role = 'owner'`,
      [userId, freePlans],
    );
    const { MAX_FREE_ORGANISATIONS_PER_PERSON: mostFree, MAX_ORGANISATIONS_PER_PERSON: most } = this.config;
    const { all: used, free } = owned ?? { all: 0, free: 0 };
    if (free >= mostFree) {
      throw organisationLimitReached(
        { limit: mostFree, used: free },
        `You have ${free} organisations on a free plan. Choose another plan for one of them, or delete one.`,
      );
    }
    if (used >= most) {
      throw organisationLimitReached({ limit: most, used }, `You have ${used} organisations. Delete one.`);
    }
  }

  @Handles(founderOf)
  async founderOf({ input: { organisationId }, tx }: Call<typeof founderOf>) {
    const row = await tx.as({ orgId: organisationId }).one<{ user_id: string }>(
      `select coalesce(o.founded_by, m.user_id) as user_id from organisations o join members m using (org_id)
        where o.org_id = $1 and m.role = 'owner' order by m.joined_at, m.user_id limit 1`,
      [organisationId],
    );
    if (!row) throw notFound();
    return { userId: row.user_id };
  }

  @On(entitlementsChanged)
  async keepPlan({ data: { orgId, plan }, tx }: Happened<typeof entitlementsChanged>): Promise<void> {
    await tx.query('update organisations set plan = $2 where org_id = $1 and plan is distinct from $2', [orgId, plan]);
  }
}
