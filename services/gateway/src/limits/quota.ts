import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError, quotaExhausted } from '@tidegate/contracts/kernel/problem';
import { type UsageEvent, usageSubject } from '@tidegate/contracts/usage/event';
import { type Lease, returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { Bus } from '@tidegate/messaging/bus';
import { NATS } from '@tidegate/runtime/host';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';

/*
 * API calls are metered and limited without a round trip per call: the gateway takes a slice of the organisation's
 * quota ahead (a lease), spends it in memory and reports what it spent as usage events.
 *
 *   no lease ──take──► spending ──spent or near expiry──► take the next, report and return the old
 *   granted 0 ──► refused until the limit may have moved (short), told with used, limit and the plan that allows more
 *   usage is away ──► calls go through and are reported without a lease (the limit is enforced again once it is back);
 *                     an outage of metering is not an outage of the product
 *
 * What is spent is reported every second: kill -9 loses at most that second's count, never more than the lease.
 */
const METER = 'api_calls';
/** Units of a lease: at least so many, at most so many; in between what a second's calls need. */
const LEAST = 500;
const MOST = 20_000;
const REPORT_MS = 1_000;
const REFUSED_MS = 2_000;
const OUTAGE_MS = 1_000;
const EXPIRY_MARGIN_MS = 3_000;

interface Account {
  lease: Lease | undefined;
  /** Epoch milliseconds at which the lease is no longer spent from. */
  spendUntil: number;
  takenAt: number;
  left: number;
  /** Spent from the lease, in all. */
  spent: number;
  /** Spent and not yet reported, of the lease and outside of any. */
  unreported: number;
  debt: number;
  reports: number;
  refusedUntil: number;
  refusal: ProblemError | undefined;
  taking: Promise<void> | undefined;
}

@Injectable()
export class Quota {
  private readonly accounts = new Map<string, Account>();
  private readonly holder = crypto.randomUUID();
  private readonly bus: Bus;
  private readonly nc: NatsConnection;
  private readonly log: Log;

  constructor(bus: Bus, @Inject(NATS) nc: NatsConnection, log: Log) {
    this.bus = bus;
    this.nc = nc;
    this.log = log;
  }

  /** Spends one call. Throws `quota_exhausted` when the period's quota is used up. */
  async spend(orgId: string): Promise<void> {
    const account = this.account(orgId);
    if (account.left <= 0 || (account.lease && account.spendUntil < Date.now())) {
      if (account.refusal && account.refusedUntil > Date.now()) throw account.refusal;
      account.taking ??= this.take(orgId, account).finally(() => {
        account.taking = undefined;
      });
      await account.taking;
      if (account.refusal) throw account.refusal;
    }
    if (account.lease && account.left > 0) {
      account.left -= 1;
      account.spent += 1;
      account.unreported += 1;
    } else {
      account.debt += 1;
    }
  }

  @Loop({ name: 'report-api-calls', everyMs: REPORT_MS })
  async report({ signal }: Turn): Promise<void> {
    await Promise.all([...this.accounts].map(([orgId, account]) => this.reportAccount(orgId, account)));
    if (signal.aborted) await this.returnAll();
  }

  /** At the end: everything reported, leases given back. */
  async returnAll(): Promise<void> {
    await Promise.all(
      [...this.accounts].map(async ([orgId, account]) => {
        await this.reportAccount(orgId, account);
        await this.giveBack(orgId, account);
      }),
    );
    this.accounts.clear();
  }

  private account(orgId: string): Account {
    let account = this.accounts.get(orgId);
    if (!account) {
      account = {
        lease: undefined,
        spendUntil: 0,
        takenAt: 0,
        left: 0,
        spent: 0,
        unreported: 0,
        debt: 0,
        reports: 0,
        refusedUntil: 0,
        refusal: undefined,
        taking: undefined,
      };
      this.accounts.set(orgId, account);
    }
    return account;
  }

  private async take(orgId: string, account: Account): Promise<void> {
    const want = wanted(account, Date.now());
    await this.reportAccount(orgId, account);
    await this.giveBack(orgId, account);
    account.refusal = undefined;
    try {
      const lease = await this.bus.call(
        takeLease,
        { meter: METER, want, holderId: this.holder, leaseKey: crypto.randomUUID() },
        { orgId, deadlineMs: 2_000 },
      );
      if (lease.granted > 0) begin(account, lease);
      else if (lease.enforcement === 'hard') this.refuse(account, lease);
    } catch (error) {
      // Metering is away: let the call through, remember it as debt, and ask again after a moment.
      this.log.warn({ error, orgId }, 'No lease could be taken');
      account.left = 0;
      account.refusedUntil = Date.now() + OUTAGE_MS;
    }
  }

  private refuse(account: Account, lease: Lease): void {
    const { limit, used, reserved, resetsAt, upgradeTo } = lease;
    account.refusedUntil = Date.now() + REFUSED_MS;
    account.refusal = quotaExhausted(
      { meter: METER, limit: limit ?? 0, used: used + reserved, resetsAt, upgradeTo },
      `The plan allows ${limit} API calls in this period. ${upgradeTo ? `The plan ${upgradeTo} allows more.` : ''}`,
    );
  }

  private async giveBack(orgId: string, account: Account): Promise<void> {
    const { lease, spent } = account;
    account.lease = undefined;
    account.left = 0;
    if (!lease?.leaseId) return;
    await this.bus
      .call(returnLease, { leaseId: lease.leaseId, spent }, { orgId, deadlineMs: 2_000 })
      .catch((error: unknown) => this.log.warn({ error, orgId }, 'A lease was not returned and will expire'));
  }

  private async reportAccount(orgId: string, account: Account): Promise<void> {
    const { lease, unreported, debt } = account;
    account.unreported = 0;
    account.debt = 0;
    const events: UsageEvent[] = [];
    const shared = { org: orgId, meter: METER, at: new Date().toISOString(), source: 'gateway' };
    if (unreported > 0 && lease?.leaseId) {
      account.reports += 1;
      const id = `${lease.leaseId}:${account.reports}`;
      events.push({ ...shared, id, quantity: unreported, lease: lease.leaseId });
    }
    if (debt > 0) events.push({ ...shared, id: crypto.randomUUID(), quantity: debt });
    if (events.length === 0) return;
    const id = events.map((event) => event.id).join();
    await this.publish(orgId, events, id);
  }

  /** The message keeps its ids over all tries, so that a lost answer does not count twice. */
  private async publish(orgId: string, events: UsageEvent[], msgID: string): Promise<void> {
    const body = JSON.stringify(events);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await jetstream(this.nc, { checkAPI: false }).publish(usageSubject(orgId, METER), body, {
          msgID,
          timeout: 2_000,
        });
        return;
      } catch (error) {
        if (attempt < 5 && !this.nc.isClosed()) continue;
        this.log.error({ error, orgId, events }, 'API calls could not be reported');
        return;
      }
    }
  }
}

function begin(account: Account, lease: Lease): void {
  const spendUntil = Date.parse(lease.expiresAt) - EXPIRY_MARGIN_MS;
  Object.assign(account, { lease, spendUntil, takenAt: Date.now(), left: lease.granted, spent: 0, reports: 0 });
}

/** A lease that was spent in less than a second was too small: the next is as large as two seconds' calls. */
function wanted({ spent, takenAt }: Account, now: number): number {
  if (spent === 0) return LEAST;
  return Math.min(MOST, Math.max(LEAST, Math.ceil((spent * 2_000) / Math.max(1, now - takenAt))));
}
