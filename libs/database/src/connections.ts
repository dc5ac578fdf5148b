import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { Series } from '@tidegate/telemetry/series';
import type { DataSource, QueryRunner } from 'typeorm';
import { AwakeDeadlines, afterAwake } from './after-awake.ts';
import { Fleeting } from './fleeting.ts';
import type { Connect } from './lazy-transaction.ts';
import type { DatabaseLimits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import { SilentConnections } from './silent-connections.ts';
import { silence, type WatchedClient, type WatchedConfig } from './watched-client.ts';

/** When closing a connection takes longer than this, the other side is gone. */
const GOODBYE_MS = 2_000;

/** More queries in `idleMs` than those of loops that find nothing to do. */
const BUSY = 20;

/** A session that was never that busy is replaced as well, at a hundredth of a percent of a core. */
const LONG_MS = 15 * 60_000;

interface Open {
  readonly runner: QueryRunner;
  readonly client: WatchedClient;
  idleSince: number;
  /** Since when queries are counted, and how many there were. */
  countedSince: number;
  queries: number;
  /** It was busy at some time since it was opened, or has been open for long. */
  worked: boolean;
  openedAt: number;
}

interface Waiter {
  lend: (connection: Open) => boolean;
  fail: (error: unknown) => void;
}

/**
 * Hands out the connections of one service: waits with a limit, counts, and never gives out a broken one. A query
 * runner keeps its connection from one transaction to the next, so that taking one is a lookup in a list:
 *
 *   (nobody's) ──take──► lent ──given back──► next in the queue, or resting ──idleMs──► back to TypeORM's pool, closed
 *                          └──broken──► cut
 *
 * They are opened one after the other: what comes at once, as all loops of a service do when it starts and everybody after an
 * outage, is mostly served by the first, and each costs its server a process and both sides a proof of the password.
 *
 * Loops never leave the last one idle for that long, and what a session has learnt about tables and statements stays in
 * its server's memory until it ends: so one that was busy and no longer is makes room for a new one.
 */
export class Connections {
  private readonly dataSource: DataSource;
  private readonly passwords: Passwords;
  private readonly limits: DatabaseLimits;
  private readonly silent: SilentConnections;
  private readonly deadlines: AwakeDeadlines;
  private readonly log: Log;
  private readonly labels: { service: string };
  private readonly inUse;
  private readonly waiting;
  private readonly waits;
  private readonly queries;
  /** The most recently used is at the end, and is taken first. */
  private resting: Open[] = [];
  private readonly queue = new Fleeting<number, Waiter>();
  private sequence = 0;
  /** Connections that are open or being opened. */
  private open = 0;
  /** One is being opened, and has not yet taken long. */
  private opening: NodeJS.Timeout | undefined;
  private idle: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(
    dataSource: DataSource,
    service: string,
    { login, passwords }: { login: WatchedConfig; passwords: Passwords },
    limits: DatabaseLimits,
  ) {
    this.dataSource = dataSource;
    this.passwords = passwords;
    this.limits = limits;
    this.labels = { service };
    this.deadlines = new AwakeDeadlines(limits.waitMs);
    this.log = new Log(this.labels);
    const metrics = new Metrics();
    this.inUse = metrics.gauge('tidegate_database_connections_in_use', 'Connections in use', ['service']);
    this.waiting = metrics.gauge('tidegate_database_waiting', 'Tasks that wait for a connection', ['service']);
    this.waits = new Series(
      metrics.histogram('tidegate_database_wait_seconds', 'Time to get a connection when none was free', ['service']),
      this.labels,
    );
    this.queries = new Series(
      metrics.histogram('tidegate_database_query_seconds', 'Time to answer a query, that of the network included', [
        'service',
      ]),
      this.labels,
    );
    this.silent = new SilentConnections(login, limits, {
      tick: () => this.measure(),
      dropped: () => this.log.warn({}, 'Connections to the database were dropped on their way and are replaced'),
    });
  }

  readonly take: Connect = () => {
    for (let one = this.resting.pop(); one; one = this.resting.pop()) {
      // One that broke while idle is being removed.
      if (!one.runner.isReleased) return Promise.resolve(this.lend(one));
    }
    return this.wait();
  };

  private wait(): ReturnType<Connect> {
    const started = performance.now();
    this.sequence += 1;
    const id = this.sequence;
    return new Promise((resolve, reject) => {
      const ended = () => {
        this.queue.take(id);
        this.waits.observe((performance.now() - started) / 1_000);
        return inTime();
      };
      const waiter: Waiter = {
        lend: (connection) => {
          // When it is too late to cancel, the connection goes to somebody else.
          if (!ended()) return false;
          resolve(this.lend(connection));
          return true;
        },
        fail: (error) => {
          ended();
          reject(error);
        },
      };
      const inTime = this.deadlines.add(() => {
        waiter.fail(silence(`No connection to the database was free within ${this.limits.waitMs} ms.`));
      });
      this.queue.set(id, waiter);
      this.openMore();
    });
  }

  private openMore(): void {
    if (this.queue.size === 0 || this.opening || this.open >= this.limits.poolSize) return;
    const opening = setTimeout(() => this.opened(opening), this.limits.openingMs);
    this.opening = opening;
    this.connect(opening);
  }

  private opened(opening: NodeJS.Timeout): void {
    if (this.opening !== opening) return;
    clearTimeout(opening);
    this.opening = undefined;
    this.openMore();
  }

  private connect(opening: NodeJS.Timeout): void {
    this.open += 1;
    const runner = this.dataSource.createQueryRunner();
    (runner.connect() as Promise<WatchedClient>).then(
      (client) => {
        const now = performance.now();
        const connection = {
          runner,
          client,
          idleSince: 0,
          countedSince: now,
          queries: 0,
          worked: false,
          openedAt: now,
        };
        client.took = (seconds) => {
          connection.queries += 1;
          this.queries.observe(seconds);
        };
        client.once('end', () => this.lost(connection));
        this.passwords.accepted();
        this.pass(connection);
        this.opened(opening);
      },
      (error: unknown) => {
        const again = this.queue.size > 0 ? this.passwords.refused(error) : undefined;
        if (again !== undefined) {
          setTimeout(() => this.closed(opening), again);
          return;
        }
        this.queue.oldest()?.fail(error);
        this.closed(opening);
      },
    );
  }

  private lost(connection: Open): void {
    this.resting = this.resting.filter((one) => one !== connection);
    this.closed();
  }

  private closed(opening?: NodeJS.Timeout): void {
    this.open -= 1;
    if (opening) this.opened(opening);
    this.openMore();
  }

  private lend(connection: Open): Awaited<ReturnType<Connect>> {
    this.silent.acquired(connection.client);
    return [connection.client, (broken) => this.giveBack(connection, broken)];
  }

  /**
   * A broken one is destroyed, because its socket would not answer a goodbye; the pool then drops it, because the query
   * runner listens for the client's `end` event.
   */
  private giveBack(connection: Open, broken?: Error): void {
    this.silent.released(connection.client);
    if (broken) connection.client.destroy(broken);
    else if (!connection.runner.isReleased) this.pass(connection);
  }

  private pass(connection: Open): void {
    // Whoever is asked is no longer in the queue.
    for (let one = this.queue.oldest(); one; one = this.queue.oldest()) if (one.lend(connection)) return;
    if (this.ended) {
      // It was being opened when the pool closed, which waits for it.
      void connection.runner.release();
      return;
    }
    connection.idleSince = performance.now();
    this.resting.push(connection);
    this.idle ??= setTimeout(() => this.closeIdle(), this.limits.idleMs).unref();
  }

  private closeIdle(): void {
    const old = performance.now() - this.limits.idleMs;
    this.resting = this.resting.filter((one) => {
      if (one.idleSince <= old) void one.runner.release();
      // Not given back to the pool, which would hand it to whoever asks before it is closed.
      else if (this.hasBecomeCalm(one)) one.client.destroy(silence('The session made room for a new one.'));
      else return true;
      return false;
    });
    const [oldest] = this.resting;
    this.idle = oldest && setTimeout(() => this.closeIdle(), oldest.idleSince - old + 1).unref();
  }

  private hasBecomeCalm(one: Open): boolean {
    const periods = (performance.now() - one.countedSince) / this.limits.idleMs;
    // Too short to tell.
    if (periods < 0.5) return false;
    const busy = one.queries > BUSY * periods;
    const calm = one.worked && !busy;
    one.countedSince = performance.now();
    one.worked ||= busy || one.countedSince - one.openedAt > LONG_MS;
    one.queries = 0;
    return calm;
  }

  private measure(): void {
    this.inUse.set(this.labels, this.silent.lentOut);
    this.waiting.set(this.labels, this.queue.size);
  }

  async end(close: () => Promise<void>): Promise<void> {
    this.ended = true;
    clearTimeout(this.idle);
    this.silent.stop();
    const stop = afterAwake(GOODBYE_MS, () => this.silent.destroyAll());
    await close().finally(stop);
  }
}
