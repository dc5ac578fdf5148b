import type { NatsConnection } from '@nats-io/nats-core';
import { ensureStreams } from '@tidegate/messaging/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { watchOf } from '@tidegate/messaging/nats-watch';
import type { Log } from '@tidegate/telemetry/log';
import { measureStreams } from './installation-metrics.ts';
import { natsLoginOf } from './nats-login.ts';
import type { Settings } from './settings.ts';

/** The server announces when a stream was deleted; this is a safety net. */
const EVERY_MS = 30_000;
const DELETED = '$JS.EVENT.ADVISORY.STREAM.DELETED.*';
const AGAIN_MS = 5_000;

/**
 * Recreates streams that vanish while the platform runs: somebody deleted one, or nats-server came back without its
 * volume. Runs where the platform's credentials are, because services may not create streams; elsewhere `tidegate
 * migrate` does it, and the services are not ready until then. Returns how to stop it.
 */
export async function keepStreams(settings: Settings, log: Log): Promise<() => Promise<void>> {
  const nc = await connectNats(natsLoginOf(settings, 'platform'), 'streams');
  const keeper = new Keeper(nc, settings.nats.replicas ?? 1, log);
  keeper.start();
  const unwatch = measureStreams(nc);
  return () => {
    unwatch();
    return keeper.stop();
  };
}

class Keeper {
  private readonly nc: NatsConnection;
  private readonly replicas: number;
  private readonly log: Log;
  private failing = false;
  private again = false;
  private stopped = false;
  private checking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(nc: NatsConnection, replicas: number, log: Log) {
    this.nc = nc;
    this.replicas = replicas;
    this.log = log;
  }

  start(): void {
    const watch = watchOf(this.nc);
    watch.onReconnect(() => this.check());
    this.nc.subscribe(DELETED, {
      callback: (error) => (error ? watch.refuse('news of streams', error) : this.check()),
    });
    this.check();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.checking;
    if (!this.nc.isClosed()) await this.nc.close();
  }

  private check(): void {
    // One that was deleted during a check may have been there when it was checked.
    this.again = this.checking !== undefined;
    this.checking ??= this.checkNow().finally(() => {
      this.checking = undefined;
      if (this.stopped) return;
      clearTimeout(this.timer);
      if (this.again) this.check();
      else this.timer = setTimeout(() => this.check(), this.failing ? AGAIN_MS : EVERY_MS);
    });
  }

  private async checkNow(): Promise<void> {
    if (watchOf(this.nc).connected) await this.ensure();
  }

  private async ensure(): Promise<void> {
    try {
      const made = await ensureStreams(this.nc, this.replicas, { onlyMissing: true });
      if (made.length > 0) this.log.error({ streams: made }, 'Streams were missing and were recreated, empty');
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.log.warn({ error }, 'The streams could not be checked; retrying');
      this.failing = true;
    }
  }
}
