import { Controller } from '@nestjs/common';
import { topUpSet } from '@tidegate/contracts/billing/top-ups';
import { remainingUnits } from '@tidegate/contracts/usage/low';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { type EventContext, Handles, On, type OperationContext } from '@tidegate/messaging/handler';
import { beginPeriodChange, lockQuotas } from '../entitlements/entitlement-snapshot.rows.ts';
import { findStored } from '../entitlements/standing.ts';
import { findBalances } from './balance.rows.ts';
import { NOTHING_USED, remainingOf } from './balance.rules.ts';
import { findRecentGrants, saveWatch } from './credit-watch.rows.ts';
import { emitLow } from './emit-low.ts';
import { currentWindow } from './window.rules.ts';

/** For billing, which buys more units when they run low: says how much is left, and when it is too little. */
@Controller()
export class WatchCredits {
  constructor(private readonly tenants: TenantDatabase) {}

  @On(topUpSet)
  async watch({ data, tx, emit }: EventContext<typeof topUpSet>): Promise<void> {
    const { orgId, feature: meter, threshold } = data;
    // Whoever counts at the moment would not look at it.
    await beginPeriodChange(tx);
    await lockQuotas(tx, orgId);
    await saveWatch(tx, orgId, meter, threshold);
    const standing = await findStored(tx);
    if (standing) await emitLow(tx, emit, [{ ...currentWindow(standing, meter), orgId }]);
  }

  @Handles(remainingUnits)
  async remaining({ input: { meter }, caller }: OperationContext<typeof remainingUnits>) {
    const orgId = caller.orgId as string;
    return this.tenants.snapshot(orgId, async (tx) => {
      const standing = await findStored(tx);
      const grant = standing?.snapshot.features[meter];
      const known = (await findRecentGrants(tx, orgId, meter)).map(({ id }) => id);
      // Nothing is drawn where nothing is refused or charged.
      const draws =
        standing && grant?.kind === 'metered' && (grant.enforcement === 'overage' || grant.ceiling !== null);
      if (!draws || grant.limit === null) return { remaining: null, known };
      const [balance = NOTHING_USED] = await findBalances(tx, orgId, [currentWindow(standing, meter)]);
      return { remaining: remainingOf(grant.limit, balance), known };
    });
  }
}
