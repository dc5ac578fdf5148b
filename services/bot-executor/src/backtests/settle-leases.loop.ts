import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { returnLease } from '@tidegate/contracts/usage/leases';
import { Bus } from '@tidegate/messaging/bus';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';
import { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';

interface Settlement {
  orgId: string;
  leaseId: string;
  spent: number;
}

const DEADLINE_MS = 3_000;
const RETRY_MS = 2_000;
/** A lease ends by itself after a minute. */
const MAX_TRIES = 20;

/** Reports to the usage service what was spent of leases, outside of any transaction, retried until it answers. */
@Injectable()
export class SettleLeases implements OnApplicationShutdown {
  private unsettled: (Settlement & { tries: number })[] = [];

  constructor(
    private readonly bus: Bus,
    private readonly wakes: Wakes,
    private readonly log: Log,
  ) {}

  later(settlement: Settlement): void {
    this.unsettled.push({ ...settlement, tries: 0 });
    this.wakes.wake('settle-leases');
  }

  @Loop({ name: 'settle-leases', everyMs: 30_000 })
  async turn(): Promise<TurnResult> {
    const round = this.unsettled;
    this.unsettled = [];
    await Promise.all(round.map((one) => this.settle(one)));
    return this.unsettled.length > 0 ? RETRY_MS : undefined;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.turn();
  }

  private async settle(one: Settlement & { tries: number }): Promise<void> {
    const { orgId, leaseId, spent, tries } = one;
    try {
      await this.bus.call(returnLease, { leaseId, spent }, { orgId, deadlineMs: DEADLINE_MS });
    } catch (error) {
      if (tries < MAX_TRIES) this.unsettled.push({ ...one, tries: tries + 1 });
      else this.log.warn({ error, orgId }, 'A lease was not returned and will expire');
    }
  }
}
