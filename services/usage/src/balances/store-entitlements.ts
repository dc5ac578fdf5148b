import { Controller } from '@nestjs/common';
import { entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { keepSnapshot } from '../entitlements/keep-snapshot.ts';
import { CARRY_OVER, carries } from '../entitlements/plan-rollovers.ts';
import { findStored } from '../entitlements/standing.ts';
import { REPLAY_PARKED } from '../kernel/parked.rules.ts';
import { nameMeters } from '../meters/meter.rows.ts';
import { emitLow } from './emit-low.ts';
import { emitReached } from './emit-reached.ts';
import { checkAgain, reachedIn } from './quota-alert.rows.ts';
import { asText, currentWindow } from './window.rules.ts';

/**
 * Stores an organisation's newest entitlements. A smaller plan may be used up the moment it begins: that is announced at
 * once, because a product that takes leases sends no more events that could trigger it.
 */
@Controller()
export class StoreEntitlements {
  constructor(private readonly wakes: Wakes) {}

  @On(entitlementsChanged)
  async handle({ data, tx, emit }: EventContext<typeof entitlementsChanged>): Promise<void> {
    if (!(await keepSnapshot(tx, data))) return;
    const metered = Object.keys(data.features).filter((key) => data.features[key]?.kind === 'metered');
    await nameMeters(tx, metered);
    const standing = await findStored(tx);
    if (!standing) throw new Error('What was stored a moment ago is there.');
    const windows = metered.map((meter) => currentWindow(standing, meter));
    const reached = await reachedIn(
      tx,
      windows.map((window) => ({ ...window, orgId: data.orgId })),
    );
    await emitReached(tx, emit, reached, ({ meter }) => asText(standing, currentWindow(standing, meter)));
    await emitLow(
      tx,
      emit,
      windows.map((window) => ({ ...window, orgId: data.orgId })),
    );
    await checkAgain(tx, data.orgId);
    tx.onCommit(() => {
      this.wakes.wake(REPLAY_PARKED);
      if (carries(data)) this.wakes.wake(CARRY_OVER);
    });
  }
}
