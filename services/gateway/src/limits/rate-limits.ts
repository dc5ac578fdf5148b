import { Injectable } from '@nestjs/common';
import { rateLimited } from '@tidegate/contracts/kernel/problem';
import { Metrics } from '@tidegate/telemetry/metrics';
import type { FastifyReply } from 'fastify';
import { GatewayConfig } from '../gateway.config.ts';
import type { Principal } from '../kernel/principal.ts';
import { recentlyUsed } from '../kernel/recently-used.ts';
import { networkOf } from './network.rules.ts';
import { type SharedWindow, SharedWindows, WINDOW_MS } from './shared-windows.ts';

const MAX_WINDOWS = 100_000;
const MAX_ADDRESSES = 20_000;
/** A network is many people: its limit is that of so many of them. */
const PEOPLE = 10;

interface Window extends SharedWindow {
  /** Credentials that are being checked. */
  checking: number;
}

/** In this gateway, and in others that share their counts (`shared-windows.ts`). */
const usedIn = ({ used, elsewhere }: Window): number => used + elsewhere;

type What = 'network' | 'anonymous' | 'caller' | 'service_key';
const FROM = {
  network: ' from one network',
  anonymous: ' from one network without valid credentials',
  caller: '',
  service_key: '',
} as const satisfies Record<What, string>;

/**
 * Requests a minute, counted in this gateway alone unless a Redis is shared: N gateways allow N times the limit, which
 * is meant as protection and not as a product limit (that is the quota, which also holds what plans sell by the minute).
 * The network is counted first, before anything about the request is trusted; then the verified caller, or, for requests
 * without valid credentials, their network, which bounds wrong credentials and anonymous bodies. Requests that prove
 * themselves by their input, such as a log-in or a refresh, are counted there only when they were wrong, so that a
 * neighbour's wrong ones do not lock others out. Answers carry the draft-ietf RateLimit headers.
 *
 * Times are milliseconds of a clock that nobody sets: a minute stays one when the machine's clock is set back.
 */
@Injectable()
export class RateLimits {
  private readonly windows: Record<What, Map<string, Window>> = {
    network: new Map(),
    anonymous: new Map(),
    caller: new Map(),
    service_key: new Map(),
  };
  /** What plans allow in a minute, by organisation: where that is more than the installation lets one key send. */
  private readonly sold = recentlyUsed<number>(MAX_ADDRESSES);
  private readonly networks = recentlyUsed<string>(MAX_ADDRESSES);
  private readonly limits: Record<What, number>;
  private readonly refusals;

  constructor(
    config: GatewayConfig,
    metrics: Metrics,
    private readonly shared: SharedWindows,
  ) {
    const [caller, anonymous] = [config.RATE_LIMIT_PER_MINUTE, config.RATE_LIMIT_ANONYMOUS_PER_MINUTE];
    const serviceKey = config.RATE_LIMIT_SERVICE_KEY_PER_MINUTE;
    const network = config.RATE_LIMIT_NETWORK_PER_MINUTE ?? Math.max(caller * PEOPLE, anonymous, serviceKey);
    this.limits = { caller, anonymous, network, service_key: serviceKey };
    this.refusals = metrics.counter('tidegate_rate_limit_refusals_total', 'Requests refused by a rate limit', [
      'limit',
    ]);
  }

  /** Of every request, before authentication and before its body is read. */
  takeNetwork(ip: string, reply: FastifyReply, now = performance.now()): void {
    this.take('network', this.networkOf(ip), reply, now);
  }

  takeCaller({ rateKey, caller }: Principal, ip: string, reply: FastifyReply, now = performance.now()): void {
    if (caller.kind === 'anonymous') this.take('anonymous', this.networkOf(ip), reply, now);
    else if (caller.kind === 'service_key') this.take('service_key', rateKey, reply, now);
    else this.take('caller', rateKey, reply, now, caller.kind === 'api_key' ? this.sold.get(caller.orgId ?? '') : 0);
  }

  /** What is sold is not refused here. undefined: the plan names nothing. */
  sell(orgId: string, perMinute: number | undefined): void {
    if (perMinute === undefined) this.sold.delete(orgId);
    else this.sold.set(orgId, perMinute);
  }

  /** A request that was refused by what the plan allows in a minute. */
  countPlan(): void {
    this.refusals.inc({ limit: 'plan' });
  }

  /** Invalid credentials count as a request of their network without any. */
  takeFailure(ip: string, reply: FastifyReply, now = performance.now()): void {
    this.take('anonymous', this.networkOf(ip), reply, now);
  }

  /** A wrong password or token in a body counts like wrong credentials, and refuses nobody by itself. */
  noteFailure(ip: string, now = performance.now()): void {
    this.count('anonymous', this.networkOf(ip), now);
  }

  /** Whether the network has used up what it may send without valid credentials. */
  hasFailedOften(ip: string, now = performance.now()): boolean {
    return usedIn(this.window('anonymous', this.networkOf(ip), now)) >= this.limits.anonymous;
  }

  /**
   * For credentials that may be wrong, which count as wrong while they are being checked: a network that has used up
   * its requests without valid credentials causes no check, even when all arrive at once. A client that only arrives
   * together with many others may retry soon: a moment later those are known to be valid.
   */
  async whileChecking<T>(ip: string, work: () => Promise<T>, now = performance.now()): Promise<T> {
    const window = this.window('anonymous', this.networkOf(ip), now);
    const limit = this.limits.anonymous;
    if (usedIn(window) >= limit) this.refuse('anonymous', window, { limit, now });
    if (usedIn(window) + window.checking >= limit) this.refuse('anonymous', window, { limit, now, soon: 1 });
    window.checking += 1;
    try {
      return await work();
    } finally {
      window.checking -= 1;
    }
  }

  private count(what: What, key: string, now: number): Window {
    const window = this.window(what, key, now);
    window.used += 1;
    this.shared.touch(what, key, window);
    return window;
  }

  private take(what: What, key: string, reply: FastifyReply, now: number, least = 0): void {
    const limit = Math.max(this.limits[what], least);
    const window = this.count(what, key, now);
    const used = usedIn(window);
    const over = used > limit;
    // Below the limits the headers describe the caller's; the network's only when it is exceeded.
    if (what !== 'network' || over) {
      const seconds = Math.max(1, Math.ceil((window.endsAt - now) / 1_000));
      void reply.header('ratelimit-policy', `"default";q=${limit};w=60`);
      void reply.header('ratelimit', `"default";r=${Math.max(0, limit - used)};t=${seconds}`);
    }
    if (over) this.refuse(what, window, { limit, now });
  }

  /** `limit`: the one that applied, which is what a plan sold where that is more. */
  private refuse(
    what: What,
    window: Window,
    { limit, now, soon }: { limit: number; now: number; soon?: number },
  ): never {
    this.refusals.inc({ limit: what });
    const retryAfterSeconds = soon ?? Math.max(1, Math.ceil((window.endsAt - now) / 1_000));
    throw rateLimited(
      { retryAfterSeconds },
      `At most ${limit} requests a minute${FROM[what]}. Wait ${retryAfterSeconds} s.`,
    );
  }

  /** Windows are in the order of their start, so the first ones end first. */
  private window(what: What, key: string, now: number): Window {
    const windows = this.windows[what];
    const current = windows.get(key);
    if (current && current.endsAt > now) return current;
    windows.delete(key);
    for (const [oldest, { endsAt }] of windows) {
      if (endsAt > now && windows.size < MAX_WINDOWS) break;
      windows.delete(oldest);
    }
    const fresh = { used: 0, elsewhere: 0, checking: 0, beganAt: now, endsAt: now + WINDOW_MS };
    windows.set(key, fresh);
    return fresh;
  }

  networkOf(ip: string): string {
    if (!ip.includes(':')) return ip;
    let network = this.networks.get(ip);
    if (network === undefined) {
      network = networkOf(ip);
      this.networks.set(ip, network);
    }
    return network;
  }
}
