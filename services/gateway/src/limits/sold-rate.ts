import type { LeaseRate } from '@tidegate/contracts/usage/leases';
import type { FastifyReply } from 'fastify';

/** What a plan allows in this minute, as usage said it last: all gateways share it. */
export class SoldRate {
  readonly limit: number;
  /** Lent to nobody. */
  readonly left: number;
  /** By `performance.now()`, as all times here. */
  readonly until: number;
  /** What gives more, where nothing is left. */
  readonly refusal: LeaseRate['refusal'];

  /** `askedAt`: before the question, so that the minute does not end later here than there. */
  constructor({ limit, left, resetsInMs, refusal }: LeaseRate, askedAt: number) {
    this.limit = limit;
    this.left = left;
    this.refusal = refusal;
    this.until = askedAt + resetsInMs;
  }

  seconds(now: number): number {
    return Math.min(60, Math.max(1, Math.ceil((this.until - now) / 1_000)));
  }

  /** Beside the limit of requests that the installation has. `inHand`: what this gateway may still spend. */
  describe(reply: FastifyReply, inHand: number, now = performance.now()): void {
    const over = this.until <= now;
    const left = over ? this.limit : this.left + inHand;
    add(reply, 'ratelimit-policy', `"plan";q=${this.limit};w=60`);
    add(reply, 'ratelimit', `"plan";r=${left};t=${over ? 60 : this.seconds(now)}`);
  }
}

function add(reply: FastifyReply, name: string, member: string): void {
  const before = reply.getHeader(name);
  void reply.header(name, before === undefined ? member : `${String(before)}, ${member}`);
}
