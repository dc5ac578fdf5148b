import { Injectable } from '@nestjs/common';
import { rateLimited } from '@tidegate/contracts/kernel/problem';
import { Metrics } from '@tidegate/telemetry/metrics';
import type { FastifyReply } from 'fastify';
import { LRUCache } from 'lru-cache';
import { GatewayConfig } from '../gateway.config.ts';
import type { Principal } from '../kernel/principal.ts';
import { networkOf } from './network.rules.ts';

const WINDOW_MS = 60_000;
const MAX_WINDOWS = 100_000;
const MAX_ADDRESSES = 20_000;
/** A network is many people: it may send as much as so many of them. */
const PEOPLE = 10;

interface Window {
  used: number;
  /** Credentials that are being checked. */
  checking: number;
  endsAt: number;
}

type What = 'network' | 'anonymous' | 'caller';

/**
 * Requests a minute, counted in this gateway alone: N gateways allow N times the limit, which is meant as protection
 * and not as a product limit (that is the quota). Counted are first the network, before anything about the request is
 * believed; then the caller that was verified, or, for all without valid credentials, their network together: so wrong
 * credentials and bodies that nobody answers for are few. What proves itself by its input, a log-in or a refresh, is
 * counted there only when it was wrong: a neighbour's wrong ones keep nobody's right ones out. Answers carry the draft-ietf RateLimit headers.
 */
@Injectable()
export class RateLimits {
  private readonly windows: Record<What, Map<string, Window>> = {
    network: new Map(),
    anonymous: new Map(),
    caller: new Map(),
  };
  private readonly networks = new LRUCache<string, string>({ max: MAX_ADDRESSES });
  private readonly limits: Record<What, number>;
  private readonly refusals;

  constructor(config: GatewayConfig, metrics: Metrics) {
    const [caller, anonymous] = [config.RATE_LIMIT_PER_MINUTE, config.RATE_LIMIT_ANONYMOUS_PER_MINUTE];
    const network = config.RATE_LIMIT_NETWORK_PER_MINUTE ?? Math.max(caller * PEOPLE, anonymous);
    this.limits = { caller, anonymous, network };
    this.refusals = metrics.counter('tidegate_rate_limit_refusals_total', 'Requests refused because too many came', [
      'limit',
    ]);
  }

  /** Of every request, before authentication and before its body is read. */
  takeNetwork(ip: string, reply: FastifyReply, now = Date.now()): void {
    this.take('network', this.networkOf(ip), reply, now);
  }

  takeCaller({ rateKey, caller }: Principal, ip: string, reply: FastifyReply, now = Date.now()): void {
    if (caller.kind === 'anonymous') this.take('anonymous', this.networkOf(ip), reply, now);
    else this.take('caller', rateKey, reply, now);
  }

  /** Credentials that do not count: their network has one request less without any. */
  takeFailure(ip: string, reply: FastifyReply, now = Date.now()): void {
    this.take('anonymous', this.networkOf(ip), reply, now);
  }

  /** A password or token in a body that was wrong: it counts like wrong credentials, and refuses nobody by itself. */
  noteFailure(ip: string, now = Date.now()): void {
    this.window('anonymous', this.networkOf(ip), now).used += 1;
  }

  /**
   * For credentials that may be wrong, which count as wrong while they are being checked: a network that has used up its
   * requests without valid credentials causes no check, also when all come at once. Whoever only comes at the same time
   * as many others may come back soon: a moment later it is known that those were right.
   */
  async whileChecking<T>(ip: string, work: () => Promise<T>, now = Date.now()): Promise<T> {
    const window = this.window('anonymous', this.networkOf(ip), now);
    if (window.used >= this.limits.anonymous) this.refuse('anonymous', window, now);
    if (window.used + window.checking >= this.limits.anonymous) this.refuse('anonymous', window, now, 1);
    window.checking += 1;
    try {
      return await work();
    } finally {
      window.checking -= 1;
    }
  }

  private take(what: What, key: string, reply: FastifyReply, now: number): void {
    const limit = this.limits[what];
    const window = this.window(what, key, now);
    window.used += 1;
    const over = window.used > limit;
    // Below the limits the headers are about the caller's; about the network's only when it is exceeded.
    if (what !== 'network' || over) {
      const seconds = Math.max(1, Math.ceil((window.endsAt - now) / 1_000));
      void reply.header('ratelimit-policy', `"default";q=${limit};w=60`);
      void reply.header('ratelimit', `"default";r=${Math.max(0, limit - window.used)};t=${seconds}`);
    }
    if (over) this.refuse(what, window, now);
  }

  private refuse(what: What, window: Window, now: number, soon?: number): never {
    this.refusals.inc({ limit: what });
    const retryAfterSeconds = soon ?? Math.max(1, Math.ceil((window.endsAt - now) / 1_000));
    const from = { network: 'from one network', anonymous: 'from one network without valid credentials', caller: '' };
    const most = `At most ${this.limits[what]} requests a minute ${from[what]}`.trim();
    throw rateLimited({ retryAfterSeconds }, `${most}. Wait ${retryAfterSeconds} s.`);
  }

  /** Windows are in the order of their beginning, so the first ones are those that end first. */
  private window(what: What, key: string, now: number): Window {
    const windows = this.windows[what];
    const current = windows.get(key);
    if (current && current.endsAt > now) return current;
    windows.delete(key);
    for (const [oldest, { endsAt }] of windows) {
      if (endsAt > now && windows.size < MAX_WINDOWS) break;
      windows.delete(oldest);
    }
    const fresh = { used: 0, checking: 0, endsAt: now + WINDOW_MS };
    windows.set(key, fresh);
    return fresh;
  }

  private networkOf(ip: string): string {
    if (!ip.includes(':')) return ip;
    let network = this.networks.get(ip);
    if (network === undefined) {
      network = networkOf(ip);
      this.networks.set(ip, network);
    }
    return network;
  }
}
