import { Injectable } from '@nestjs/common';
import { UsageEvent } from '@tidegate/contracts/usage/event';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Outbox } from '@tidegate/messaging/outbox';
import { clock } from '@tidegate/runtime/clock';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { REPLAY_PARKED } from '../kernel/parked.rules.ts';
import { findDue, takeParked } from './rejected-event.rows.ts';
import { UsageWriter } from './usage-writer.ts';

const AT_ONCE = 500;

/*
 * Usage may arrive before its organisation or its meter is known. Such events are parked among the rejected ones and
 * counted like any other once both are known, in the period in which they happened:
 *   parked → (organisation and meter known) → counted, or rejected for another reason (too old by now)
 */
@Injectable()
export class ReplayParked {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly writer: UsageWriter,
    private readonly log: Log,
  ) {}

  /** Woken when an organisation or a meter becomes known. */
  @Loop({ name: REPLAY_PARKED, everyMs: 30_000 })
  async turn({ signal }: Turn): Promise<void> {
    const due = await this.tenants.system('ingest', findDue);
    await each(due, { signal, log: this.log, what: 'Counting parked usage' }, async ({ org_id }) => {
      while ((await this.replay(org_id)) === AT_ONCE && !signal.aborted);
    });
  }

  private replay(orgId: string): Promise<number> {
    const now = clock.now();
    return this.tenants.system('ingest', async (tx) => {
      const payloads = await takeParked(tx, orgId, AT_ONCE);
      const events = payloads.map((payload) => UsageEvent.parse(JSON.parse(payload)));
      if (events.length > 0) await this.writer.writeAll({ tx, emit: this.outbox.emitter(tx), now }, events);
      return payloads.length;
    });
  }
}
