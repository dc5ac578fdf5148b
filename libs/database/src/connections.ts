import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import type pg from 'pg';
import { AwakeDeadlines, afterAwake } from './after-awake.ts';
import type { Connect } from './lazy-transaction.ts';
import type { DatabaseLimits } from './limits.ts';
import { SilentConnections } from './silent-connections.ts';
import { silence, WatchedClient, type WatchedConfig } from './watched-client.ts';

/** Longer than that at the end of the pool, and the other side is gone. */
const GOODBYE_MS = 2_000;

/** Hands out the connections of one service's pool: waits with a limit, counts, and never gives back a broken one. */
export class Connections {
  private readonly pool: pg.Pool;
  private readonly limits: DatabaseLimits;
  private readonly silent: SilentConnections;
  private readonly deadlines: AwakeDeadlines;
  private readonly log: Log;
  private readonly labels: { service: string };
  private readonly inUse;
  private readonly waiting;
  private readonly waits;

  constructor(pool: pg.Pool, service: string, config: WatchedConfig, limits: DatabaseLimits) {
    this.pool = pool;
    this.limits = limits;
    this.labels = { service };
    this.deadlines = new AwakeDeadlines(limits.waitMs);
    this.log = new Log(this.labels);
    const metrics = new Metrics();
    this.inUse = metrics.gauge('tidegate_database_connections_in_use', 'Connections that work holds', ['service']);
    this.waiting = metrics.gauge('tidegate_database_waiting', 'How many wait for a connection', ['service']);
    this.waits = metrics.histogram('tidegate_database_wait_seconds', 'Time to get a connection when none was free', [
      'service',
    ]);
    this.silent = new SilentConnections(config, limits, {
      tick: () => this.measure(),
      dropped: () => this.log.warn({}, 'Connections to the database were dropped on their way and are replaced'),
    });
    pool.on('acquire', (client) => this.silent.acquired(client as unknown as WatchedClient));
    pool.on('release', (_error, client) => this.silent.released(client as unknown as WatchedClient));
  }

  readonly take: Connect = () =>
    new Promise((resolve, reject) => {
      const waited = this.pool.idleCount > this.pool.waitingCount ? undefined : this.wait(reject);
      this.pool.connect((error, client, release) => {
        // Nobody waits for it any more.
        if (waited?.() === false) return release?.();
        if (error || !client) return reject(error);
        resolve([client, (broken) => this.giveBack(client as unknown as WatchedClient, release, broken)]);
      });
    });

  /** Answers how to end it: false when it was given up. */
  private wait(reject: (error: Error) => void): () => boolean {
    const started = performance.now();
    const inTime = this.deadlines.add(() =>
      reject(silence(`No connection to the database was free within ${this.limits.waitMs} ms.`)),
    );
    return () => {
      this.waits.observe(this.labels, (performance.now() - started) / 1_000);
      return inTime();
    };
  }

  /** The pool says goodbye to a broken one and waits for the answer: not over a socket that is closed already. */
  private giveBack(client: WatchedClient, release: (error?: Error) => void, broken?: Error): void {
    if (broken) client.destroy(broken);
    release(broken);
  }

  private measure(): void {
    this.inUse.set(this.labels, this.pool.totalCount - this.pool.idleCount);
    this.waiting.set(this.labels, this.pool.waitingCount);
  }

  async end(close: () => Promise<void>): Promise<void> {
    this.silent.stop();
    const stop = afterAwake(GOODBYE_MS, () => this.silent.destroyAll());
    await close().finally(stop);
  }
}
