import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Outbox } from '@tidegate/messaging/outbox';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { announceEntitlements } from './announce-entitlements.ts';
import { findBehind } from './entitlements.rows.ts';

const AT_ONCE = 100;
const FIRST = '00000000-0000-0000-0000-000000000000';

/*
 * A new catalogue can change every organisation's snapshot (what to upgrade to), and moving a plan changes its limits.
 * Both only leave organisations "behind"; this loop brings them up to date, a transaction each:
 *   behind → computed anew: changed → announced with the next version · the same → marked as current
 * Two replicas may take the same organisation: the second finds nothing to change. One that fails is passed and
 * tried again in the next round.
 */
@Injectable()
export class RefreshEntitlements {
  private after = FIRST;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'refresh-entitlements', everyMs: 30_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const behind = await findBehind(this.tenants.reader({ system: 'catalogue' }), this.after, AT_ONCE);
    const items = behind.map((orgId) => ({ orgId }));
    await each(items, { signal, log: this.log, what: 'Refreshing entitlements' }, ({ orgId }) =>
      this.tenants.run(orgId, (tx) => announceEntitlements(tx, this.outbox.emitter(tx), orgId)),
    );
    const whole = behind.length < AT_ONCE;
    this.after = whole ? FIRST : (behind.at(-1) as string);
    return whole ? undefined : 'again';
  }
}
