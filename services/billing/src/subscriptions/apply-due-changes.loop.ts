import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Outbox } from '@tidegate/messaging/outbox';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { SetAside } from '@tidegate/runtime/set-aside';
import { Log } from '@tidegate/telemetry/log';
import { DUE_CHANGES } from '../entitlements/announce-entitlements.ts';
import { findDue } from '../entitlements/entitlements.rows.ts';
import { SubscriptionChanges } from './subscription-changes.ts';

const AT_ONCE = 100;
const AFTER_FAILURE_MS = 5_000;

/*
 * Trials and graces that end, grants that begin or expire, cancellations and changes that were ordered for later: whatever
 * computes an organisation's entitlements also stores when the clock will change them next. This loop sleeps until the
 * first of these instants and is woken when an earlier one is stored; with nothing to come it does not turn. Replicas may
 * take the same organisation: its lock lets one after the other in, and the second finds nothing due.
 */
@Injectable()
export class ApplyDueChanges {
  private readonly apart = new SetAside(AFTER_FAILURE_MS);

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly changes: SubscriptionChanges,
    private readonly log: Log,
  ) {}

  @Loop({ name: DUE_CHANGES, everyMs: 3_600_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const { due, nextInMs } = await findDue(this.tenants.reader({ system: 'catalogue' }), AT_ONCE, this.apart.ids());
    await each(
      due.map((orgId) => ({ orgId })),
      { signal, log: this.log, what: 'Carrying out what was due', failing: ({ orgId }) => this.apart.add(orgId) },
      ({ orgId }) => this.tenants.run(orgId, (tx) => this.changes.due(tx, this.outbox.emitter(tx), orgId)),
    );
    return due.length > 0 ? 'again' : this.apart.next(nextInMs);
  }
}
