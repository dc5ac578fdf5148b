import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  featureNotIncluded,
  ProblemError,
  quotaExhausted,
  rateLimited,
  unavailable,
} from '@tidegate/contracts/kernel/problem';
import { allowsMore, type Lease, returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { Away } from '@tidegate/messaging/away';
import { Bus } from '@tidegate/messaging/bus';
import { isOutage } from '@tidegate/messaging/errors';
import { Loop } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import type { FastifyReply } from 'fastify';
import { Holding } from './holding.ts';
import { RateLimits } from './rate-limits.ts';
import { SoldRate } from './sold-rate.ts';
import { METER } from './tally.ts';
import { UsageReports } from './usage-reports.ts';

/*
 * API calls are limited without a round trip per call: the gateway takes a slice of the organisation's quota in advance
 * (a lease) and spends it in memory. A call is spent when it is admitted and counted when it was answered; one that
 * fails by our fault (5xx) is refunded.
 *
 *   unit there ─────► spend it
 *   refused ────────► throw, until the limit may have moved (short): the quota is used up, or the plan has no API calls
 *   usage is away ──► let through and counted without a lease, while one caller asks in the background each second: an
 *                     outage or a fault of metering is not one of the product, and nobody waits for it twice
 *   else ───────────► wait for the one lease that is being taken, and look again: of all who wait for a lease of one
 *                     unit one passes
 *
 * What a plan allows in a minute is lent in the same way: usage lends no more in a minute, to all gateways together, and
 * what is lent is spent within it.
 */
const REFUSED_MS = 2_000;
const ANSWER_MS = 2_000;
const TIDY_MS = 5_000;
/** After a change of plan usage may not know it yet: for a second what is lent is asked for again soon. */
const CHANGING_MS = 1_000;
const AGAIN_MS = 250;
/** What a client is told to wait where use is never forgotten: until somebody has taken a larger plan. */
const NEVER_S = 86_400;

interface Account {
  holding: Holding | undefined;
  refusal: ProblemError | undefined;
  refusedUntil: number;
  /** Nobody waits for a lease: usage did not answer, or has none to give. */
  away: Away;
  taking: Promise<void> | undefined;
  /** What the plan allows in a minute. */
  rate: SoldRate | undefined;
  changingUntil: number;
}

/** An admitted call, until it is settled. */
export interface Spent {
  orgId: string;
  /** The API key. */
  key: string;
  holding: Holding | undefined;
}

@Injectable()
export class Quota implements OnApplicationShutdown {
  private readonly accounts = new Map<string, Account>();
  private readonly holder = crypto.randomUUID();
  /** Usage does not answer: an organisation that comes now does not wait for it either. */
  private readonly usage = new Away();
  private readonly returning = new Set<Promise<boolean>>();
  private readonly refusals;

  constructor(
    private readonly bus: Bus,
    private readonly reports: UsageReports,
    private readonly limits: RateLimits,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.refusals = metrics.counter(
      'tidegate_quota_refusals_total',
      'API calls refused because the quota of the period is used up, or the plan has none',
    );
  }

  /**
   * Admits one call, synchronously when a unit is there. Throws `quota_exhausted` when the period's quota is used up.
   */
  spend(orgId: string, key: string): Spent | Promise<Spent> {
    const account = this.account(orgId);
    const { holding } = account;
    return holding?.spend(performance.now()) ? { orgId, key, holding } : this.spendSoon(orgId, key, account);
  }

  /** Says what is left of what the plan allows in a minute, where it names that. */
  describe(orgId: string, reply: FastifyReply): void {
    const { rate, holding } = this.accounts.get(orgId) ?? {};
    rate?.describe(reply, holding?.left ?? 0);
  }

  /** What was lent by the plan before is not spent any more. Without a name: of everybody. */
  planChanged(orgId?: string): void {
    const now = performance.now();
    for (const account of orgId === undefined ? this.accounts.values() : [this.accounts.get(orgId)]) {
      if (!account) continue;
      account.changingUntil = now + CHANGING_MS;
      account.refusedUntil = 0;
      account.holding?.end(now);
    }
  }

  private async spendSoon(orgId: string, key: string, account: Account): Promise<Spent> {
    for (;;) {
      const now = performance.now();
      const { holding } = account;
      if (holding?.spend(now)) return { orgId, key, holding };
      if (account.refusal && account.refusedUntil > now) {
        if (account.refusal.code === rateLimited.code) this.limits.countPlan();
        else this.refusals.inc();
        throw account.refusal;
      }
      if (!account.taking && account.away.isDue()) this.take(orgId, account);
      if (account.away.now || this.usage.now) return { orgId, key, holding: undefined };
      await account.taking;
    }
  }

  /** It may be answered once the promise resolves: from then on it is counted even if this process dies. */
  settle({ orgId, key, holding }: Spent): Promise<void> {
    const noted = this.reports.count(orgId, holding?.leaseId ?? '', key);
    this.leave(orgId, holding, false);
    return noted;
  }

  /** The call failed by our fault and costs nothing. */
  refund({ orgId, holding }: Spent): void {
    this.leave(orgId, holding, true);
  }

  private leave(orgId: string, holding: Holding | undefined, refund: boolean): void {
    holding?.settle(refund);
    if (holding?.over && holding.inHand === 0) void this.giveBack(orgId, holding);
  }

  /** Expired leases are returned at once, so that nothing stays reserved for organisations that do not call. */
  @Loop({ name: 'return-ended-leases', everyMs: TIDY_MS })
  async tidy(): Promise<void> {
    const now = performance.now();
    for (const [orgId, account] of this.accounts) {
      if (account.holding?.hasEnded(now)) await this.letGo(orgId, account);
      const busy = account.holding || account.taking || !account.away.isDue() || account.refusedUntil > now;
      if (!busy) this.accounts.delete(orgId);
    }
  }

  /** The last requests are answered: what is left of the leases is returned. */
  async onApplicationShutdown(): Promise<void> {
    const accounts = [...this.accounts];
    this.accounts.clear();
    await Promise.all(
      accounts.map(async ([orgId, account]) => {
        // While usage was away nobody waited for a lease that was being taken; it may arrive now.
        await account.taking;
        await this.letGo(orgId, account);
      }),
    );
    await Promise.all(this.returning);
  }

  private account(orgId: string): Account {
    let account = this.accounts.get(orgId);
    if (!account) {
      account = {
        holding: undefined,
        refusal: undefined,
        refusedUntil: 0,
        away: new Away(),
        taking: undefined,
        rate: undefined,
        changingUntil: 0,
      };
      this.accounts.set(orgId, account);
    }
    return account;
  }

  private take(orgId: string, account: Account): void {
    account.taking = this.exchange(orgId, account).finally(() => {
      account.taking = undefined;
    });
  }

  /** Returns the old lease and takes the next. Never throws: the result is in the account. */
  private async exchange(orgId: string, account: Account): Promise<void> {
    const want = Holding.next(account.holding, performance.now());
    account.refusal = undefined;
    try {
      if (!(await this.letGo(orgId, account))) throw unavailable({}, 'The last lease could not be returned.');
      const asked = { meter: METER, want, holderId: this.holder, leaseKey: crypto.randomUUID() };
      const askedAt = performance.now();
      const lease = await this.bus.call(takeLease, asked, { orgId, deadlineMs: ANSWER_MS });
      account.away.end();
      this.usage.end();
      account.rate = lease.rate && new SoldRate(lease.rate, askedAt);
      this.limits.sell(orgId, lease.rate?.limit);
      if (lease.leaseId && lease.granted > 0) {
        const again = askedAt < account.changingUntil ? askedAt + AGAIN_MS : Number.POSITIVE_INFINITY;
        const until = Math.min(account.rate?.until ?? Number.POSITIVE_INFINITY, again);
        account.holding = new Holding(lease.leaseId, lease, until);
        this.reports.hold(orgId, lease.leaseId);
      } else refuse(account, lease);
    } catch (error) {
      this.goWithout(orgId, account, error);
    }
  }

  /**
   * A plan without API calls is an answer, which refuses them. Anything else is a fault of ours that may end at once.
   */
  private goWithout(orgId: string, account: Account, error: unknown): void {
    if (error instanceof ProblemError && error.code === featureNotIncluded.code) {
      account.away.end();
      this.usage.end();
      account.refusal = error;
      account.refusedUntil = performance.now() + REFUSED_MS;
      return;
    }
    if (isOutage(error)) this.usage.begin();
    if (account.away.begin()) {
      const text = 'No lease could be taken: calls pass and are counted';
      if (isOutage(error)) this.log.warn({ error, orgId }, text);
      else this.log.error({ error, orgId }, text);
    }
  }

  /**
   * The lease is no longer spent from. If units are left they may be leased again at once, so the return is awaited; a
   * used-up lease frees nothing. False when usage is away.
   */
  private async letGo(orgId: string, account: Account): Promise<boolean> {
    const { holding } = account;
    account.holding = undefined;
    if (!holding) return true;
    holding.over = true;
    if (holding.inHand > 0) return true;
    const returned = this.giveBack(orgId, holding);
    return holding.left > 0 ? returned : true;
  }

  /**
   * When its last call is settled, so that refunds are included. Spent units stay reserved at usage until the events
   * arrive, so that no unit is leased twice. A lease that cannot be returned expires.
   */
  private giveBack(orgId: string, { leaseId, spent }: Holding): Promise<boolean> {
    const returned = this.bus.call(returnLease, { leaseId, spent }, { orgId, deadlineMs: ANSWER_MS }).then(
      () => true,
      (error: unknown) => {
        this.log.warn({ error, orgId }, 'A lease was not returned and will expire');
        return !isOutage(error);
      },
    );
    this.returning.add(returned);
    void returned.finally(() => {
      this.returning.delete(returned);
      this.reports.letGo(leaseId);
    });
    return returned;
  }
}

function refuse(account: Account, lease: Lease): void {
  const { limit, used, reserved, resetsAt, product, upgradeTo, addon, enforcement } = lease;
  const { rate, changingUntil } = account;
  const now = performance.now();
  account.refusedUntil = now + (now < changingUntil ? AGAIN_MS : REFUSED_MS);
  const isUsedUp = limit !== null && enforcement === 'hard' && used + reserved >= limit;
  if (rate?.left === 0 && !isUsedUp) {
    account.refusedUntil = Math.min(account.refusedUntil, Math.max(rate.until, now + 1));
    const retryAfterSeconds = rate.seconds(now);
    const { refusal } = rate;
    const more = refusal && allowsMore(refusal);
    account.refusal = rateLimited(
      { retryAfterSeconds, ...refusal },
      more
        ? `The plan allows ${rate.limit} API calls a minute. Wait ${retryAfterSeconds} s. ${more}`
        : `The plan allows ${rate.limit} API calls a minute. Wait ${retryAfterSeconds} s.`,
    );
    return;
  }
  // Units of others may come back when their leases end; used ones come back with the next period.
  const untilReset = resetsAt ? Math.max(1, Math.ceil((Date.parse(resetsAt) - Date.now()) / 1_000)) : NEVER_S;
  const retryAfterSeconds = used < (limit ?? 0) ? Math.min(60, untilReset) : untilReset;
  const more = allowsMore(lease);
  account.refusal = quotaExhausted(
    { meter: METER, limit: limit ?? 0, used: used + reserved, resetsAt, product, upgradeTo, addon, retryAfterSeconds },
    more
      ? `The plan allows ${limit} API calls in this period. ${more}`
      : `The plan allows ${limit} API calls in this period.`,
  );
}
