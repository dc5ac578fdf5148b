import { Injectable } from '@nestjs/common';
import type { OverLimit } from '@tidegate/contracts/billing/counted';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { intervalNotOffered, unknownPlan } from '@tidegate/contracts/billing/plans';
import type { addonNotOffered } from '@tidegate/contracts/billing/subscriptions';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { clock } from '@tidegate/runtime/clock';
import { snapshotOf } from '../entitlements/entitlements.rules.ts';
import { snapshotInput } from '../entitlements/snapshot-input.ts';
import { findHoldings } from '../kernel/subscription.rows.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { beginNow, choiceOf, chosenPlan } from './chosen-plan.ts';
import { OverLimits } from './over-limits.ts';

export interface Wanted {
  product: string;
  plan: string;
  interval?: 'month' | 'year' | undefined;
  addons?: readonly { addon: string; quantity: number }[] | undefined;
}

export interface EntitlementPreview {
  before: Entitlements['features'];
  after: Entitlements['features'];
  /** Of what there is, that will be too much. */
  overLimit: OverLimit[];
}

/** What an organisation may do now, and what it could do with another choice. Writes nothing. */
@Injectable()
export class PreviewEntitlements {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly limits: OverLimits,
  ) {}

  /** Asks other services, so no transaction may be open. */
  async of(
    refuse: Refuse<typeof unknownPlan | typeof intervalNotOffered | typeof addonNotOffered>,
    orgId: string,
    wanted: Wanted,
  ): Promise<EntitlementPreview> {
    const { product } = wanted;
    const { before, after } = await this.tenants.snapshot(orgId, async (tx) => {
      const catalogue = await requireCatalogue(tx);
      const holdings = await findHoldings(tx, orgId);
      const had = holdings.subscriptions.find((one) => one.product === product);
      const at = clock.now();
      const situation = { tx, at, product, catalogue, before: had, steps: holdings.steps[product] ?? [] };
      const plan = chosenPlan(refuse, catalogue, had, wanted);
      const choice = await choiceOf(refuse, situation, plan, wanted, { operator: false });
      const chosen = beginNow(situation, choice, 'manual').after;
      const others = holdings.subscriptions.filter((one) => one.product !== product);
      const features = async (subscriptions: typeof others) => {
        const input = await snapshotInput(tx, orgId, catalogue, { ...holdings, subscriptions });
        return snapshotOf(input, at).snapshot.features;
      };
      return { before: await features(holdings.subscriptions), after: await features([...others, chosen]) };
    });
    return { before, after, overLimit: await this.limits.of(orgId, after) };
  }
}
