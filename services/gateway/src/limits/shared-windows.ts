import { createHmac } from 'node:crypto';
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
  /** Those that came to others, as far as it has heard. */
  elsewhere: number;
  endsAt: number;
}

/*
 * Requests a minute over several gateways, by a Redis beside them (RATE_LIMIT_REDIS_URL); off by default.
 *
 * No request ever waits for it: a gateway counts in memory, and a few times a second adds what it has counted to a number that all
 * share and reads what that has become. So a limit may be exceeded by what arrives everywhere within that time. While Redis is
 * away, hangs or answers nonsense, each gateway limits what it counts itself, as it does without: closed for nobody, open to
 * at most one limit a gateway.
 *
 * What a number is about is a keyed hash: networks and sessions cannot be read there. It ends a minute after its first request.
 */
const EVERY_MS = 200;
const ANSWER_MS = 1_000;
const MOST_RETRY_MS = 5_000;
/** Numbers that travel at once. */
const AT_ONCE = 1_000;
const WINDOW_MS = 60_000;
/** Adds, and answers the sum and how long it still counts. */
const ADD = `local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]); left = tonumber(ARGV[2]) end
return {sum, left}`;

@Injectable()
export class SharedWindows implements OnApplicationBootstrap, OnApplicationShutdown {
  private redis: Redis | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sending = false;
  private away = false;
  private ended = false;
  /** What has been counted since the last time, by name, and how much of each window the others know. */
  private readonly touched = new Map<string, SharedWindow>();
  private readonly reported = new WeakMap<SharedWindow, number>();
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
    const now = Date.now();
    for (const [name, { endsAt }] of this.touched) if (endsAt <= now) this.touched.delete(name);
    const batch = [...this.touched].slice(0, AT_ONCE);
    if (!redis || batch.length === 0) return;
    if (redis.status !== 'ready') throw new Error(`The connection to Redis is ${redis.status}.`);
    const pipeline = redis.pipeline();
    const counts = batch.map(([name, window]) => {
      const count = window.used - (this.reported.get(window) ?? 0);
      pipeline.eval(ADD, 1, this.nameOf(name), count, WINDOW_MS);
      return count;
    });
    const answers = (await pipeline.exec()) ?? [];
    for (const [at, [name, window]] of batch.entries()) {
      const [error, answer] = answers[at] ?? [];
      if (error) throw error;
      const [sum, left] = Array.isArray(answer) ? answer.map(Number) : [];
      if (!Number.isSafeInteger(sum) || !Number.isSafeInteger(left)) throw new Error('Redis answered no numbers.');
      const reported = (this.reported.get(window) ?? 0) + (counts[at] ?? 0);
      this.reported.set(window, reported);
      window.elsewhere = Math.max(0, (sum as number) - reported);
      window.endsAt = Date.now() + Math.max(1, Math.min(left as number, WINDOW_MS));
      if (window.used === reported) this.touched.delete(name);
    }
  }

  private nameOf(name: string): string {
    const hash = createHmac('sha256', this.settings.callerSecret).update(name).digest('base64url').slice(0, 22);
    return `tidegate:requests:${hash}`;
  }

  private failed(error: Error): void {
    if (this.ended) return;
    this.failures.inc();
    if (!this.away) this.log.warn({ error }, 'Rate limits are not shared with other gateways: Redis cannot be used');
    this.away = true;
  }
}
