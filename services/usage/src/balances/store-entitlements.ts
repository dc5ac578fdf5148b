import { Controller } from '@nestjs/common';
import { entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { storeSnapshot } from '../entitlements/entitlement-snapshot.rows.ts';
import { REPLAY_PARKED } from '../kernel/parked.rules.ts';
import { nameMeters } from '../meters/meter.rows.ts';
import { anchorOf, currentPeriod } from './balance.rules.ts';
import { emitReached } from './emit-reached.ts';
import { lockBalances, reachedByLimits, reachedToday, rearmAlerts } from './quota-alert.rows.ts';

/**
 * Stores an organisation's newest entitlements. A smaller plan may be used up the moment it begins: that is announced at
 * once, because a product that takes leases sends no more events that could trigger it.
 */
@Controller()
export class StoreEntitlements {
  constructor(private readonly wakes: Wakes) {}

  @On(entitlementsChanged)
  async handle({ data, tx, emit }: EventContext<typeof entitlementsChanged>): Promise<void> {
    const { start } = currentPeriod(data, Date.now());
    await lockBalances(tx, data.orgId, start);
    if (!(await storeSnapshot(tx, data))) return;
    const metered = Object.entries(data.features).filter(([, grant]) => grant.kind === 'metered');
    await nameMeters(
      tx,
      metered.map(([meter]) => meter),
    );
    await rearmAlerts(tx, data.orgId);
    const anchors = new Map([[data.orgId, anchorOf(data)]]);
    const ofToday = metered.map(([meter]) => ({ org_id: data.orgId, meter }));
    const reached = [...(await reachedByLimits(tx, data.orgId, start)), ...(await reachedToday(tx, ofToday))];
    await emitReached(emit, reached, anchors);
    tx.onCommit(() => this.wakes.wake(REPLAY_PARKED));
  }
}
