import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Outbox } from '@tidegate/messaging/outbox';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { SetAside } from '@tidegate/runtime/set-aside';
import { Log } from '@tidegate/telemetry/log';
import { findStored } from '../entitlements/standing.ts';
import { findDueWatches } from './watch.rows.ts';
import { announce } from './write-gauges.ts';

const AT_ONCE = 200;
const AFTER_FAILURE_MS = 60_000;

/*
 * Announces thresholds of meters that are weighted by time, which are reached while nothing is sent:
 *   an event, or another limit → when the next threshold may be reached → looked at then → the one after it
 * Nobody is asked before, and of meters that nothing runs in never. Two replicas may look at once: a threshold is announced
 * once. Whoever cannot be looked at waits apart.
 */
@Injectable()
export class WatchGauges {
  private readonly apart = new SetAside(AFTER_FAILURE_MS);

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'watch-gauges', everyMs: 60_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const { due, nextInMs } = await findDueWatches(
      this.tenants.reader({ system: 'ingest' }),
      AT_ONCE,
      this.apart.ids(),
    );
    const failing = ({ org_id }: { org_id: string }) => this.apart.add(org_id);
    await each(due, { signal, log: this.log, what: 'Watching gauges', failing }, ({ org_id, meter }) =>
      this.tenants.run(org_id, async (tx) => {
        const standing = await findStored(tx);
        if (standing) await announce(tx, this.outbox.emitter(tx), standing, [meter]);
        else failing({ org_id });
      }),
    );
    if (due.length === AT_ONCE) return 'again';
    const next = this.apart.next(nextInMs);
    return next === undefined ? undefined : Math.min(60_000, next);
  }
}
