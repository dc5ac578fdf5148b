import { Injectable } from '@nestjs/common';
import { UsageEvent } from '@tidegate/contracts/usage/event';
import { Tenants } from '@tidegate/database/tenants';
import { Outbox } from '@tidegate/messaging/outbox';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';
import { takeParked } from './rejected-event.rows.ts';
import { UsageWriter } from './usage-writer.ts';

const AT_ONCE = 500;

/*
 * Usage may arrive before the event that makes its organisation or its meter known. Such events are parked among the
 * rejected ones; once what they lacked is known they are counted like any other, in the period they happened in:
 *   parked → (account and meter known) → counted, or rejected for another reason (too old by now)
 */
@Injectable()
export class ReplayParked {
  constructor(
    private readonly tenants: Tenants,
    private readonly outbox: Outbox,
    private readonly writer: UsageWriter,
  ) {}

  @Loop({ name: 'replay-parked-usage', everyMs: 1_000 })
  async turn(): Promise<TurnResult> {
    const now = Date.now();
    const taken = await this.tenants.system('ingest', async (tx) => {
      const events = (await takeParked(tx, AT_ONCE)).map((payload) => UsageEvent.parse(JSON.parse(payload)));
      if (events.length === 0) return 0;
      await this.writer.writeAll(tx, this.outbox.emitter(tx), events, now);
      return events.length;
    });
    return taken === AT_ONCE ? 'again' : undefined;
  }
}
