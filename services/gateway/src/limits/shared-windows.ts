import { createHmac, randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import type { Redis } from 'ioredis';
import { GatewayConfig } from '../gateway.config.ts';

/** A minute of one caller or network, as this gateway counts it. */
export interface SharedWindow {
  /** Requests that came to this gateway. */
  used: number;
  /** Those that came to others, as far as it has received. */
  elsewhere: number;
  /** By the clock of this process that nobody sets, as is its end. */
  beganAt: number;
  endsAt: number;
}

export const WINDOW_MS = 60_000;

/*
 * Requests a minute over several gateways, by a Redis beside them (RATE_LIMIT_REDIS_URL); off by default.
 *
 * No request ever waits for it: a gateway counts in memory, and a few times a second writes what it has counted beside the numbers of
 * the others and reads their sum. So a limit may be exceeded by what arrives everywhere within that time. While Redis is
 * away, hangs or answers nonsense, each gateway limits what it counts itself, as it does without: closed for nobody, open to
 * at most one limit a gateway.
 *
 * What a gateway writes is the whole number of its window and not what was added: a Redis that hung executes afterwards whatever
 * reached it meanwhile, and a number that is written twice is still the same.
 *
 * What a number is about is a keyed hash: networks and sessions cannot be read there. All gateways' numbers about it end together,
 * when the minute of the gateway that wrote first ends; so what a stopped one wrote expires as well.
 */
const EVERY_MS = 200;
const ANSWER_MS = 1_000;
const MOST_RETRY_MS = 5_000;
/** Numbers that travel at once. */
const AT_ONCE = 1_000;
/** A minute that others began a little later is followed to its end; one that a Redis began long after is not. */
const LATER_MS = 1_000;
/** Writes one gateway's number, and answers the sum of the others' and how long they still count. */
const WRITE = `redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then left = tonumber(ARGV[3]); redis.call('PEXPIRE', KEYS[1], left) end
local others = -tonumber(ARGV[2])
for _, used in ipairs(redis.call('HVALS', KEYS[1])) do others = others + tonumber(used) end
return {others, left}`;
/** What ioredis says of a command that got no answer in time. */
const TIMED_OUT = /timed out/i;

interface Written {
  name: string;
  window: SharedWindow;
  written: number;
}

@Injectable()
export class SharedWindows implements OnApplicationBootstrap, OnApplicationShutdown {
  private redis: Redis | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sending = false;
  private away = false;
  private ended = false;
  /** What has been counted since the last time, by name; what waits longest is first. */
  private readonly touched = new Map<string, SharedWindow>();
  /** Of this process: what the one before it wrote is another's. */
  private readonly gateway = randomBytes(9).toString('base64url');
  private readonly url: string | undefined;
  private readonly settings: Settings;
  private readonly failures;

  constructor(
    config: GatewayConfig,
    @Inject(SETTINGS) settings: Settings,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.url = config.RATE_LIMIT_REDIS_URL;
    this.settings = settings;
    this.failures = metrics.counter(
      'tidegate_rate_limit_redis_failures_total',
      'Times at which what was counted could not be shared with other gateways',
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.url === undefined) return;
    const { Redis } = await import('ioredis');
    this.redis = new Redis(this.url, {
      connectionName: 'tidegate gateway',
      connectTimeout: 2_000,
      commandTimeout: ANSWER_MS,
      // What cannot be sent at once is said to have failed, not kept.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times) => Math.min(times * 200, MOST_RETRY_MS),
    });
    // Without a listener it would end the process; what fails is said by whoever asked.
    this.redis.on('error', (error: Error) => this.failed(error));
  }

  onApplicationShutdown(): void {
    this.ended = true;
    clearTimeout(this.timer);
    this.redis?.disconnect();
  }

  /** A request was counted. */
  touch(what: string, key: string, window: SharedWindow): void {
    if (!this.redis || this.ended) return;
    this.touched.set(`${what} ${key}`, window);
    this.timer ??= setTimeout(() => void this.share(), EVERY_MS).unref();
  }

  private async share(): Promise<void> {
    this.timer = undefined;
    if (this.sending || this.ended) return;
    this.sending = true;
    try {
      await this.send();
      if (this.away) this.log.info({}, 'Rate limits are shared with other gateways again');
      this.away = false;
    } catch (error) {
      this.failed(error as Error);
    } finally {
      this.sending = false;
    }
    if (this.touched.size > 0 && !this.ended) this.timer ??= setTimeout(() => void this.share(), EVERY_MS).unref();
  }

  private async send(): Promise<void> {
    const { redis } = this;
    const now = performance.now();
    for (const [name, { endsAt }] of this.touched) if (endsAt <= now) this.touched.delete(name);
    const batch = [...this.touched].slice(0, AT_ONCE).map(([name, window]) => ({ name, window, written: window.used }));
    if (!redis || batch.length === 0) return;
    if (redis.status !== 'ready') throw new Error(`The connection to Redis is ${redis.status}.`);
    const pipeline = redis.pipeline();
    for (const { name, window, written } of batch) {
      pipeline.eval(WRITE, 1, this.nameOf(name), this.gateway, written, Math.ceil(window.endsAt - now));
    }
    const answers = (await pipeline.exec()) ?? [];
    let failure: Error | undefined;
    for (const [at, one] of batch.entries()) {
      const [error, answer] = answers[at] ?? [new Error('Redis answered too little.')];
      const wrong = error ?? this.receive(one, answer);
      failure ??= wrong ?? undefined;
    }
    if (!failure) return;
    // It still has what was sent, and more would be added to that at each try: the next one begins with a connection that answers.
    if (TIMED_OUT.test(failure.message)) redis.disconnect(true);
    throw failure;
  }

  /** What is wrong with the answer, if anything. */
  private receive({ name, window, written }: Written, answer: unknown): Error | undefined {
    const [others, left] = Array.isArray(answer) ? answer.map(Number) : [];
    if (!Number.isSafeInteger(others) || !Number.isSafeInteger(left)) return new Error('Redis answered no numbers.');
    window.elsewhere = Math.max(0, others as number);
    const end = performance.now() + Math.max(1, left as number);
    window.endsAt = Math.min(end, window.beganAt + WINDOW_MS + LATER_MS);
    if (this.touched.get(name) !== window) return undefined;
    // What was counted meanwhile is written after what waits already.
    this.touched.delete(name);
    if (window.used !== written) this.touched.set(name, window);
    return undefined;
  }

  private nameOf(name: string): string {
    const hash = createHmac('sha256', this.settings.callerSecret).update(name).digest('base64url').slice(0, 22);
    return `tidegate:window:${hash}`;
  }

  private failed(error: Error): void {
    if (this.ended) return;
    this.failures.inc();
    if (!this.away) this.log.warn({ error }, 'Rate limits are not shared with other gateways: Redis cannot be used');
    this.away = true;
  }
}
