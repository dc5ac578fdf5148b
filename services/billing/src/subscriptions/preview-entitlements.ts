import { Injectable } from '@nestjs/common';
import type { OverLimit } from '@tidegate/contracts/billing/counted';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { intervalNotOffered, unknownPlan } from '@tidegate/contracts/billing/plans';
import type { addonNotOffered } from '@tidegate/contracts/billing/subscriptions';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { snapshotOf } from '../entitlements/entitlements.rules.ts';
import { snapshotInput } from '../entitlements/snapshot-input.ts';
import { findHoldings, readClock } from '../kernel/subscription.rows.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { beginNow, choiceOf, chosenPlan } from './chosen-plan.ts';
import { OverLimits } from './over-limits.ts';

export interface Wanted {
  product: string;
  plan: string;
  interval?: 'month' | 'year' | undefined;
  addons?: readonly { addon: string; quantity: number }[] | undefined;
}

type Refusals = Refuse<typeof unknownPlan | typeof intervalNotOffered | typeof addonNotOffered>;

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
  async of(refuse: Refusals, orgId: string, wanted: Wanted): Promise<EntitlementPreview> {
    const read = await this.tenants.snapshot(orgId, (tx) => this.read(tx, refuse, orgId, wanted));
    return { ...read, overLimit: await this.overLimit(orgId, read.after) };
  }

  /** Of what there is, that will be too much. Asks other services as well. */
  async overLimit(orgId: string, after: Entitlements['features']): Promise<OverLimit[]> {
    return this.limits.of(orgId, after);
  }

  async read(
    tx: Tx,
    refuse: Refusals,
    orgId: string,
    wanted: Wanted,
  ): Promise<Pick<EntitlementPreview, 'before' | 'after'>> {
    const { product } = wanted;
    const catalogue = await requireCatalogue(tx);
    const holdings = await findHoldings(tx, orgId);
    const had = holdings.subscriptions.find((one) => one.product === product);
    const at = await readClock(tx);
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
  }
}
