import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { usagePulse } from '@tidegate/contracts/usage/usage';
import { Bus } from '@tidegate/messaging/bus';

const REST_MS = 1_000;
/** Organisations that are notified at a time. */
const MOST = 1_000;

/**
 * Notifies those who watch that something was counted. A product reports thousands of events a second, so they are notified once a second for each
 * organisation, and last after the last of them. Where thousands of organisations are counted at once, those that have waited
 * longest come first: the others wait for the next second, and counting does not pay for them.
 */
@Injectable()
export class WatchedUsage implements OnModuleDestroy {
  private readonly counted = new Map<string, Set<string>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly bus: Bus) {}

  /** Once it is committed. */
  note(events: readonly { org: string; meter: string }[]): void {
    let before: { org: string; meter: string } | undefined;
    for (const event of events) {
      const { org, meter } = event;
      // Nearly all of one message or request repeat the one before.
      if (before?.org === org && before.meter === meter) continue;
      before = event;
      const meters = this.counted.get(org);
      if (meters) meters.add(meter);
      else this.counted.set(org, new Set([meter]));
    }
    this.rest();
  }

  private rest(): void {
    if (this.counted.size > 0) this.timer ??= setTimeout(() => this.notify(), REST_MS).unref();
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
  }

  private notify(): void {
    this.timer = undefined;
    let left = MOST;
    for (const [org, meters] of this.counted) {
      this.bus.live(org, usagePulse, { meters: [...meters] });
      this.counted.delete(org);
      left -= 1;
      if (left === 0) break;
    }
    this.rest();
  }
}
