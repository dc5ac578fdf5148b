import { Injectable } from '@nestjs/common';
import { standingOf } from '@tidegate/contracts/billing/restrictions';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Wakes } from '@tidegate/runtime/wakes';
import { COLLECT_SERVERS } from '../kernel/schedule/lease.rows.ts';
import { restrictServers } from './server.rows.ts';

/**
 * When a plan allows fewer servers, or is read-only, nothing is collected from the newest ones, or from any. It goes on
 * when the plan allows it again. The installation's own database is not counted, and always watched.
 */
@Injectable()
export class RestrictServers {
  constructor(entitlements: Entitlements, wakes: Wakes) {
    entitlements.follow(async (tx, snapshot) => {
      const changed = await restrictServers(tx, standingOf(snapshot, 'servers'));
      if (changed > 0) tx.onCommit(() => wakes.wake(COLLECT_SERVERS));
    });
  }
}
