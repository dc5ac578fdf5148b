import { collectOnce, type Replica, snapshotAt, type WatchedServer } from './collector.ts';
import { ExecutedStatements, pick, type Random, REPEAT, type ShownRow, statement } from './executed-statements.ts';
import type { PostgresServer } from './postgres-server.ts';
import { compareSnapshot, type Reports, readStoredSnapshot } from './snapshot-check.ts';
import type { Store } from './store.ts';

/*
 * A history of a real server under the real collector: random steps of applications, administrators and accidents, and
 * of the collector itself, whose turns are made by hand. At every snapshot what it stored is compared with what the
 * reference says: equal where PostgreSQL lost nothing, short by exactly what a reset or crash took, and where PostgreSQL
 * made room, never more than what was executed. The snapshots have to say which of the three it was.
 */
export class WatchedHistory {
  readonly executed: ExecutedStatements;
  /** Calls by series that have to be in the store by now. */
  readonly expected = new Map<string, number>();
  snapshots = 0;
  resets = 0;
  evictions = 0;
  /** Says what is wrong at a snapshot. */
  readonly faults: string[] = [];
  private readonly store: Store;
  private readonly server: PostgresServer;
  private readonly random: Random;
  private readonly at: WatchedServer;
  private readonly reports: Reports;
  private readonly databases = ['app0', 'app1'];
  private readonly roles = ['role0', 'role1'];
  private replica: Replica;
  private readonly frozen: Replica[] = [];
  /** Names are never used twice: numbers of what was dropped stay in pg_stat_statements. */
  private made = 0;
  private shown = new Map<string, ShownRow>();
  private lastTakenAt = new Date(0);

  private constructor(
    store: Store,
    server: PostgresServer,
    random: Random,
    more: { at: WatchedHistory['at']; replica: Replica },
  ) {
    this.store = store;
    this.server = server;
    this.random = random;
    this.at = more.at;
    this.reports = { birth: server.major >= 17, losses: server.major >= 14, room: true };
    this.executed = new ExecutedStatements(server);
    this.replica = more.replica;
  }

  /** Goes on from a first snapshot that this collector has made. */
  static async begin(
    store: Store,
    server: PostgresServer,
    random: Random,
    more: { at: WatchedHistory['at']; replica: Replica },
  ): Promise<WatchedHistory> {
    const history = new WatchedHistory(store, server, random, more);
    for (const name of history.databases) await history.createDatabase(name);
    for (const name of history.roles) await history.createRole(name);
    await history.takeSnapshot();
    return history;
  }

  get serverId(): string {
    return this.at.serverId;
  }

  get orgId(): string {
    return this.at.orgId;
  }

  async end(): Promise<void> {
    await Promise.all([this.replica, ...this.frozen].map((replica) => replica.stop()));
    await this.executed.leave();
  }

  readonly steps = {
    run: async () => {
      const times = 1 + Math.floor(this.random() * 4);
      await this.run(Math.floor(this.random() * 8), times);
    },
    snapshot: () => this.takeSnapshot(),
    resetOne: async () => {
      const keys = [...this.executed.alive.keys()];
      if (keys.length > 0) await this.executed.resetOne(pick(this.random, keys));
    },
    resetDatabase: async () => {
      const keys = [...this.executed.alive.keys()];
      if (keys.length > 0) await this.executed.resetDatabase(pick(this.random, keys));
    },
    /** One is reset and soon has more calls than before: until PostgreSQL 16 only the extremes give it away. */
    regrow: async () => {
      const known = [...this.executed.recipes].filter(
        ([key, { place }]) =>
          this.shown.has(key) && this.databases.includes(place.database) && this.roles.includes(place.role),
      );
      if (known.length === 0) return;
      const [key, recipe] = pick(this.random, known);
      await this.executed.resetOne(key);
      await this.executed.run(recipe, Math.min(3 * (this.shown.get(key)?.counters[0] ?? 0) + 2, 100));
    },
    resetAll: () => this.executed.resetAll(),
    /** PostgreSQL 17 can reset the extremes alone: nothing is lost by that. */
    resetExtremes: async () => {
      if (this.reports.birth) await this.server.sql('select pg_stat_statements_reset(0, 0, 0, true)');
    },
    evict: async () => {
      const first = Math.floor(this.random() * 900);
      for (let number = first; number < first + 120; number += 1) await this.run(number, 1);
    },
    crash: () => this.executed.crash(),
    restart: async () => {
      await this.executed.leave();
      await this.server.halt();
      await this.server.boot();
      this.executed.restarted = true;
    },
    /** From now on there is room for a hundred statements only. */
    crowd: async () => {
      await this.executed.resetAll();
      await this.server.sql('alter system set pg_stat_statements.max = 100');
      this.reports.room = false;
      await this.steps.restart();
    },
    /** The collector stops; the next one has nothing but what was stored. */
    replace: async () => {
      await this.replica.stop();
      this.replica = this.replica.successor();
    },
    /** The collector hangs, loses its lease, and wakes up again when another one has gone on. */
    freeze: async () => {
      const old = this.replica;
      this.frozen.push(old);
      await this.store.server.sql(
        `update monitor_agent.server_leases set expires_at = now() where server_id = '${this.serverId}'`,
      );
      this.replica = this.replica.successor();
      await this.takeSnapshot();
      const before = await snapshotAt(this.store, this.serverId);
      await old.turnUntil(async () => true);
      old.putForward(2_000);
      await old.turn();
      await old.turnUntil(async () => true);
      if ((await snapshotAt(this.store, this.serverId)) !== before)
        this.faults.push('A collector without a lease wrote.');
    },
    /** A snapshot is made and cannot be stored: the next one has to bring it all. */
    storeFails: async () => {
      const rename = (from: string, to: string) =>
        this.store.server.sql(`alter table monitor_agent.${from} rename to ${to}`);
      await rename('statement_snapshots', 'away');
      this.replica.putForward(1_000);
      await this.replica.turn();
      await this.replica.turnUntil(async () => true);
      await rename('away', 'statement_snapshots');
    },
    create: async () => {
      this.made += 1;
      this.databases.push(await this.createDatabase(`app_${this.made}`));
      this.roles.push(await this.createRole(`role_${this.made}`));
    },
    /** What ran there stays in pg_stat_statements, under numbers that have no name any more. */
    drop: async () => {
      if (this.databases.length < 3) return;
      await this.executed.leave();
      await this.server.sql(`drop database ${this.databases.pop()} with (force)`);
      await this.server.sql(`drop role ${this.roles.pop()}`);
    },
  };

  async takeSnapshot(): Promise<void> {
    const before = await snapshotAt(this.store, this.serverId);
    await collectOnce(this.store, this.replica, this.serverId);
    const snapshot = await readStoredSnapshot(this.store, this.serverId, this.lastTakenAt);
    const shown = await this.executed.shown();
    if (before !== undefined) {
      const { expected, faults } = compareSnapshot(
        snapshot,
        this.executed,
        { before: this.shown, now: shown },
        this.reports,
      );
      this.faults.push(...faults.map((fault) => `snapshot ${this.snapshots}: ${fault}`));
      for (const [key, calls] of expected) this.expected.set(key, (this.expected.get(key) ?? 0) + calls);
    }
    this.snapshots += 1;
    this.resets += snapshot.resets;
    this.evictions += snapshot.evictions;
    this.lastTakenAt = snapshot.takenAt;
    this.shown = shown;
    this.executed.snapshotAt();
  }

  private async createDatabase(name: string): Promise<string> {
    await this.server.sql(`create database ${name}`);
    await this.server.sql(REPEAT, name);
    return name;
  }

  private async createRole(name: string): Promise<string> {
    await this.server.sql(`create role ${name} login password 'app'`);
    return name;
  }

  private async run(number: number, times: number): Promise<void> {
    const place = { database: pick(this.random, this.databases), role: pick(this.random, this.roles) };
    await this.executed.run({ place, text: statement(number), nested: this.random() < 0.3 }, times);
  }
}
