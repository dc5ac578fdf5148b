import { Injectable } from '@nestjs/common';
import { NIL_ID } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Outbox } from '@tidegate/messaging/outbox';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { AnnounceEntitlements } from './announce-entitlements.ts';
import { findOutdated } from './entitlements.rows.ts';

const AT_ONCE = 100;

/*
 * A new catalogue can change every organisation's snapshot (what to upgrade to), and a move changes limits. Both only
 * leave snapshots outdated; this loop refreshes them, one transaction each:
 *   outdated → recomputed: changed → announced with the next version · the same → marked as current
 * Two replicas may take the same organisation: the second finds nothing to change. One that fails is skipped and retried
 * in the next round.
 */
@Injectable()
export class RefreshEntitlements {
  private after = NIL_ID;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly entitlements: AnnounceEntitlements,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'refresh-entitlements', everyMs: 30_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const outdated = await findOutdated(this.tenants.reader({ system: 'catalogue' }), this.after, AT_ONCE);
    const items = outdated.map((orgId) => ({ orgId }));
    await each(items, { signal, log: this.log, what: 'Refreshing entitlements' }, ({ orgId }) =>
      this.tenants.run(orgId, (tx) => this.entitlements.announce(tx, this.outbox.emitter(tx), orgId)),
    );
    const last = outdated.length < AT_ONCE;
    this.after = last ? NIL_ID : (outdated.at(-1) as string);
    return last ? undefined : 'again';
  }
}
