import { Injectable } from '@nestjs/common';
import { rateLimited } from '@tidegate/contracts/kernel/problem';
import type { FastifyReply } from 'fastify';
import type { Principal } from '../access/access.ts';
import { GatewayConfig } from '../gateway.config.ts';

const WINDOW_MS = 60_000;
const MAX_CALLERS = 100_000;

interface Window {
  used: number;
  endsAt: number;
}

/**
 * Requests a minute per caller, counted in this gateway alone: N gateways allow N times the limit, which is meant as
 * protection and not as a product limit (that is the quota). Answers carry the draft-ietf RateLimit headers.
 */
@Injectable()
export class RateLimits {
  private readonly windows = new Map<string, Window>();
  private readonly limits: { known: number; anonymous: number };

  constructor(config: GatewayConfig) {
    this.limits = { known: config.RATE_LIMIT_PER_MINUTE, anonymous: config.RATE_LIMIT_ANONYMOUS_PER_MINUTE };
  }

  take({ rateKey, caller }: Principal, reply: FastifyReply, now = Date.now()): void {
    const limit = caller.kind === 'anonymous' ? this.limits.anonymous : this.limits.known;
    const window = this.window(rateKey, now);
    window.used += 1;
    const seconds = Math.max(1, Math.ceil((window.endsAt - now) / 1_000));
    void reply.header('ratelimit-policy', `"default";q=${limit};w=60`);
    void reply.header('ratelimit', `"default";r=${Math.max(0, limit - window.used)};t=${seconds}`);
    if (window.used > limit) {
      throw rateLimited({ retryAfterSeconds: seconds }, `At most ${limit} requests a minute. Wait ${seconds} s.`);
    }
  }

  private window(key: string, now: number): Window {
    const current = this.windows.get(key);
    if (current && current.endsAt > now) return current;
    if (this.windows.size >= MAX_CALLERS) this.sweep(now);
    const fresh = { used: 0, endsAt: now + WINDOW_MS };
    this.windows.set(key, fresh);
    return fresh;
  }

  /** Drops what has ended; when an attack fills the table with live windows, all: limits restart, memory stays. */
  private sweep(now: number): void {
    for (const [key, window] of this.windows) if (window.endsAt <= now) this.windows.delete(key);
    if (this.windows.size >= MAX_CALLERS) this.windows.clear();
  }
}
