import { Injectable } from '@nestjs/common';
import { Tenants } from '@tidegate/database/tenants';
import { Outbox } from '@tidegate/messaging/outbox';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { announceEntitlements } from './announce-entitlements.ts';
import { findBehind } from './entitlements.rows.ts';

const AT_ONCE = 100;

/*
 * A new catalogue can change every organisation's snapshot (what to upgrade to), and moving a plan changes its limits.
 * Both only leave organisations "behind"; this loop brings them up to date, a transaction each:
 *   behind → computed anew: changed → announced with the next version · the same → marked as current
 * Two replicas may take the same organisation: the second finds nothing to change.
 */
@Injectable()
export class RefreshEntitlements {
  constructor(
    private readonly tenants: Tenants,
    private readonly outbox: Outbox,
  ) {}

  @Loop({ name: 'refresh-entitlements', everyMs: 1_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const behind = await findBehind(this.tenants.reader({ system: 'catalogue' }), AT_ONCE);
    for (const orgId of behind) {
      if (signal.aborted) return;
      await this.tenants.run(orgId, (tx) => announceEntitlements(tx, this.outbox.emitter(tx), orgId));
    }
    return behind.length === AT_ONCE ? 'again' : undefined;
  }
}
