import { notFound } from '@tidegate/contracts/kernel/problem';
import { UsageMessage } from '@tidegate/contracts/usage/event';
import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { newId } from '@tidegate/database/ids';
import type { Neighbours } from './neighbours.ts';

const UPGRADE = { product: 'main', plan: 'pro', planName: 'Pro', limit: 9 };
const MORE_CALLS = { product: null, upgradeTo: 'pro', addon: { ...UPGRADE, addon: 'calls', addonName: 'More calls' } };
const MORE_A_MINUTE = { product: 'main', upgradeTo: 'fast', addon: { ...UPGRADE, addon: 'rush', addonName: 'Rush' } };

/**
 * Usage as far as the gateway needs it: leases shrink towards a hard limit, spent units of a returned lease stay
 * reserved until they are counted, and every event counts once by its id.
 */
export class QuotaBook {
  limit: number | null = null;
  /** What the plan allows in a minute, and how much of it is lent; null: it names nothing. */
  perMinute: number | null = null;
  minute = { lent: 0, endsAt: 0 };
  /** `counted`: units that calls of it have used, as far as they were reported. */
  readonly leases = new Map<string, { granted: number; held: number; counted: number; returned: boolean }>();
  readonly counted = new Map<string, number>();
  /** Nothing is answered until it is released. */
  hanging = false;

  constructor(neighbours: Neighbours) {
    neighbours.on(takeLease, async ({ want, meter }) => {
      await this.whileHanging();
      const left = this.limit === null ? Number.POSITIVE_INFINITY : this.limit - this.used() - this.reserved();
      const rate = this.rate();
      const most = Math.min(
        Math.max(1, Math.floor(left / 20)),
        Math.ceil((rate?.left ?? Number.POSITIVE_INFINITY) / 4),
      );
      const granted = Math.max(0, Math.min(want, left, most));
      if (rate) rate.left -= granted;
      this.minute.lent += granted;
      const leaseId = granted > 0 ? newId() : null;
      if (leaseId) this.leases.set(leaseId, { granted, held: granted, counted: 0, returned: false });
      return {
        leaseId,
        meter,
        granted,
        expiresAt: new Date(Date.now() + 60_000).toISOString(),
        limit: this.limit,
        enforcement: 'hard' as const,
        used: this.used(),
        reserved: this.reserved(),
        resetsAt: new Date(Date.now() + 86_400_000).toISOString(),
        plan: 'free',
        ...MORE_CALLS,
        ...(rate && { rate: rate.left > 0 ? rate : { ...rate, refusal: MORE_A_MINUTE } }),
      };
    });
    neighbours.on(returnLease, async ({ leaseId, spent }) => {
      await this.whileHanging();
      const lease = this.leases.get(leaseId);
      if (!lease) throw notFound();
      const released = lease.granted - spent;
      lease.held -= released;
      this.minute.lent -= released;
      lease.returned = true;
      return { leaseId, granted: lease.granted, spent, released };
    });
  }

  private rate(now = Date.now()) {
    if (this.minute.endsAt <= now) this.minute = { lent: 0, endsAt: now + 60_000 };
    if (this.perMinute === null) return undefined;
    const left = Math.max(0, this.perMinute - this.minute.lent);
    return { limit: this.perMinute, left, resetsInMs: this.minute.endsAt - now };
  }

  used = (): number => [...this.counted.values()].reduce((sum, quantity) => sum + quantity, 0);
  reserved = (): number => [...this.leases.values()].reduce((sum, { held }) => sum + held, 0);

  /** A message of the usage stream. */
  count(text: string): void {
    for (const event of UsageMessage.parse(JSON.parse(text))) {
      const identity = `${event.org} ${event.source} ${event.id}`;
      if (this.counted.has(identity)) continue;
      this.counted.set(identity, event.quantity);
      const lease = event.lease && this.leases.get(event.lease);
      if (!lease) continue;
      lease.held -= event.quantity;
      lease.counted += event.quantity;
    }
  }

  private async whileHanging(): Promise<void> {
    while (this.hanging) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
