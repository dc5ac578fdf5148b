import type { ServerReport } from '@tidegate/contracts/monitor-agent/server-test';
import type { Tx } from '@tidegate/database/tx';
import { isOutage } from '@tidegate/messaging/errors';
import { ActivityCollector } from '../activity/activity-collector.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { ConnectionFailed, isUnstorable } from '../kernel/connection/connection-failure.rules.ts';
import { type Instance, readInstance } from '../kernel/instance/instance.queries.ts';
import { reconnectDelayMs, UNREACHABLE_AFTER } from '../kernel/schedule/back-off.rules.ts';
import { type Lease, provePossession, saveDueTimes } from '../kernel/schedule/lease.rows.ts';
import { ScheduledQueries, type ScheduledQuery, ServerTrouble } from '../kernel/schedule/scheduled-query.ts';
import type { Opened } from '../servers/dialer.ts';
import { readFacts } from '../servers/report/facts.queries.ts';
import { reportOf, sinceBefore } from '../servers/report/server-report.rules.ts';
import { findServer, saveReport, storeUncollected } from '../servers/server.rows.ts';
import { TextsElsewhere } from '../statements/texts-elsewhere.ts';
import { WraparoundCollector } from '../wraparound/wraparound-collector.ts';
import type { CollectorTools } from './collector-tools.ts';
import { DatabaseVisits } from './database-visits.ts';
import { MinuteCollector } from './minute-collector.ts';
import { emitReachable, emitUnreachable } from './server-events.ts';
import { SizesCollector } from './sizes-collector.ts';
import { Standing } from './standing.ts';

const STOP_MS = 2_000;
/** The installation's own server is read so many times less often: an idle installation must cost nothing. */
const OWN_SERVER = { minute: 15, probe: 6 };
const CUSTOMERS = { minute: 1, probe: 1 };
/** A session without work for so long is closed: a server keeps 16 MB of catalogue for ours, and a new one costs it 18 ms. */
const REST_MS = 30_000;
/** Times the interval between snapshots. */
const MAX_PATIENCE = 6;

/*
 * All that this process does with one server, one thing at a time, over one connection (and a short second one while
 * another of its databases is visited).
 *
 *   away ──connected──► watching ──connection lost, or the fields changed──► away
 *     │                                  └──nothing due for half a minute──► resting ──due──► watching, where it was
 *     └── a failed attempt: away for 5 s, 10 s, 20 s …; after the third in a row the server is called unreachable
 *
 * While watching: sessions every 10 s, every second in trouble; all counters every minute; texts of new statements;
 * sizes; visits to other databases; and every ten minutes what the server is and lacks, and the ages of its transaction
 * ids. A query that fails is retried later by itself, while the others go on.
 * A collector that takes longer than its interval skips the next tick. Whatever is stored
 * proves in the same transaction that the lease is still held; when it is not, the session ends.
 */
export class ServerSession {
  readonly lease: Lease;
  /** The lease was lost while work was running. */
  lost = false;
  /** When figures were stored last. */
  collectedAt: number | undefined;
  private readonly tools: CollectorTools;
  private readonly minute: MinuteCollector;
  private readonly sizes: SizesCollector;
  private readonly wraparound: WraparoundCollector;
  private readonly visits: DatabaseVisits;
  private readonly probe: ActivityCollector;
  private readonly queries: ScheduledQueries;
  private readonly facts: ScheduledQuery;
  private readonly texts: ScheduledQuery;
  private slower = CUSTOMERS;
  private open: (Opened & { instance: Instance; another: (database: string) => Promise<Opened> }) | undefined;
  /** Closed by us, until something is due. */
  private resting = false;
  private running: Promise<void> | undefined;
  private loaded = false;
  /** The row says `ok`, as far as we know. */
  private reached = false;
  private reportedTooMuchText = false;
  private report: ServerReport | null = null;
  /** The queries without an answer that are stored, as text. */
  private storedUncollected: string | undefined;
  private changed = false;
  private failures = 0;
  private troubles = 0;
  private readonly standing = new Standing();
  private readonly elsewhere = new TextsElsewhere();
  private retryAt = 0;
  private readonly beganAt: number;
  private readonly ending = new AbortController();

  constructor(lease: Lease, tools: CollectorTools) {
    this.lease = lease;
    this.tools = tools;
    this.beganAt = tools.now();
    this.queries = new ScheduledQueries((query, error) => tools.queryFailed(lease.serverId, query, error));
    const { queries } = this;
    const scrubber = tools.scrubber.forServer();
    this.probe = new ActivityCollector(lease, tools, queries, scrubber);
    this.facts = queries.add('facts');
    this.texts = queries.add('texts');
    this.minute = new MinuteCollector(lease.serverId, tools, queries, scrubber);
    this.sizes = new SizesCollector(lease.serverId, this.minute, queries);
    this.wraparound = new WraparoundCollector(lease.serverId, queries, tools.outbox);
    this.visits = new DatabaseVisits(lease.serverId, tools, this.minute, queries);
    this.sizes.query.dueAt = lease.sizesDueAt;
    this.texts.dueAt = lease.textsDueAt;
  }

  get connected(): boolean {
    return this.open !== undefined || this.resting;
  }

  get doubtful(): boolean {
    return this.standing.doubtful;
  }

  get busy(): boolean {
    return this.running !== undefined;
  }

  isDue(now: number): boolean {
    if (this.busy || this.lost) return false;
    if (this.changed) return true;
    if (!this.connected) return now >= this.retryAt;
    return this.due(now).length > 0 || this.open?.connection.alive === false;
  }

  /** Never rejects: what fails is a state of the server, or is logged. */
  start(leave: () => void = () => {}): void {
    const began = performance.now();
    this.running = this.turn().then((well) => {
      this.standing.turned(well, performance.now() - began);
      this.running = undefined;
      leave();
    });
  }

  /** Running work is finished, unless it waits for the server. */
  async stop(): Promise<void> {
    const cut = setTimeout(() => this.ending.abort(), STOP_MS);
    await this.running;
    clearTimeout(cut);
    await this.hangUp();
  }

  /** The renewed lease may say that the server's fields changed: then the next turn reconnects. */
  follow(renewed: Lease): void {
    if (renewed.revision === this.lease.revision) return;
    this.lease.revision = renewed.revision;
    this.changed = true;
  }

  /** Returns whether everything succeeded. */
  private async turn(): Promise<boolean> {
    try {
      if (this.changed || this.open?.connection.alive === false) await this.hangUp();
      this.changed = false;
      if (!this.open) await this.connect();
      this.resting = false;
      for (const pass of this.due(this.tools.now())) {
        if (!this.lost && this.open) await pass.run(this.open.connection, this.open.instance);
      }
      await this.storeUncollected();
      this.troubles = 0;
      await this.restUntilDue();
      return true;
    } catch (error) {
      await this.failed(error).catch((second: unknown) => this.trouble(second));
      return false;
    } finally {
      this.open?.connection.release();
    }
  }

  private due(now: number): Pass[] {
    return this.passes(now).filter((pass) => pass.dueAt <= now);
  }

  private passes(now: number): Pass[] {
    const { statements } = this.minute;
    return [
      {
        dueAt: this.reportedTooMuchText === statements.hasTooMuchText ? this.facts.dueAt : now,
        run: this.refreshFacts,
      },
      { dueAt: this.probe.query.dueAt, run: this.collectActivity },
      { dueAt: this.minute.dueAt, run: this.countMinute },
      { dueAt: statements.wantsTexts ? this.texts.dueAt : Number.POSITIVE_INFINITY, run: this.readTexts },
      { dueAt: this.sizes.query.dueAt, run: this.measure },
      { dueAt: this.wraparound.query.dueAt, run: this.collectAges },
      { dueAt: this.visits.dueAt, run: this.visit },
    ];
  }

  private async restUntilDue(): Promise<void> {
    const now = this.tools.now();
    if (!this.open || this.passes(now).some(({ dueAt }) => dueAt < now + REST_MS)) return;
    await this.hangUp();
    this.resting = true;
  }

  private async connect(): Promise<void> {
    const { tenants, dialer } = this.tools;
    const row = await tenants.read(this.lease.orgId, (tx) => findServer(tx, this.lease.serverId));
    if (!row) {
      this.lost = true;
      return;
    }
    this.slower = row.platform ? OWN_SERVER : CUSTOMERS;
    this.report ??= row.report;
    if (this.storedUncollected === undefined) this.queries.remember(row.uncollected);
    this.storedUncollected ??= JSON.stringify(row.uncollected);
    if (!this.loaded) await this.tools.inTurn(() => tenants.run(this.lease.orgId, (tx) => this.load(tx)));
    this.loaded = true;
    const target = await tenants.read(this.lease.orgId, (tx) => dialer.targetOf(tx, row));
    const { signal } = this.ending;
    const opened = await dialer.dial(target, row.platform, { signal }).catch((error: unknown) => {
      throw new ServerTrouble(error);
    });
    const instance = await readInstance(opened.connection).catch(async (error: unknown) => {
      await opened.connection.close();
      throw new ServerTrouble(error);
    });
    const another = (database: string) => dialer.dial({ ...target, database }, row.platform, { signal });
    this.open = { ...opened, instance, another };
    if (this.resting) return;
    for (const query of [this.probe.query, this.facts]) query.dueAt = 0;
    this.minute.reconnected();
  }

  private async load(tx: Tx): Promise<void> {
    await provePossession(tx, this.lease);
    await this.minute.load(tx);
  }

  private refreshFacts = async (connection: ServerConnection, instance: Instance): Promise<void> => {
    const now = this.tools.now();
    this.facts.dueAt = now + this.tools.plan.factsMs;
    this.reportedTooMuchText = this.minute.statements.hasTooMuchText;
    const read = await this.facts.run(now, async () => ({
      facts: await readFacts(connection),
      instance: await readInstance(connection),
      databases: await this.visits.list(connection, instance),
    }));
    if (!read || !this.open) return;
    // What has been fixed need not wait until its hour is over.
    if (shape(read.instance) !== shape(this.open.instance)) this.minute.retry();
    this.open.instance = read.instance;
    const facts = { ...read.facts, statementTextBytes: this.minute.statements.textBytes };
    const report = sinceBefore(reportOf(facts, this.open.target, new Date(now).toISOString()), this.report);
    const { databases } = read;
    await this.store(async (tx) => {
      await saveReport(tx, this.lease.serverId, report);
      await databases.save(tx);
    });
    databases.committed();
    this.report = report;
  };

  private collectActivity = async (connection: ServerConnection, instance: Instance): Promise<void> => {
    const snapshot = await this.probe.read(connection, instance, this.slower.probe);
    if (!snapshot) return;
    await this.storeSnapshot((tx) => snapshot.save(tx));
    snapshot.committed();
  };

  private countMinute = async (connection: ServerConnection, instance: Instance): Promise<void> => {
    const pass = await this.minute.read(connection, instance, this.slower.minute);
    await this.storeSnapshot((tx) => pass.save(tx));
    pass.committed();
    this.visits.hurry(this.minute.busiest);
  };

  private readTexts = async (connection: ServerConnection, instance: Instance): Promise<void> => {
    const now = this.tools.now();
    await this.minute.statements.rehash((work) => this.store(work));
    const open = this.open?.another;
    if (!open) return;
    const elsewhere = { others: this.visits.inSqlAscii, open };
    const read = await this.texts.run(now, () =>
      this.elsewhere.read({ connection, instance }, elsewhere, (...from) =>
        this.minute.statements.readMissingTexts(...from),
      ),
    );
    if (!read) return;
    await this.store((tx) => read.save(tx));
    read.committed();
    const { minuteMs, textsMs } = this.tools.plan;
    const isNew = now - this.beganAt < textsMs;
    this.texts.dueAt = now + (isNew && this.minute.statements.textsAreCheap ? minuteMs : textsMs);
    await this.rememberDueTimes();
  };

  private collectAges = async (connection: ServerConnection, instance: Instance): Promise<void> => {
    const pass = await this.wraparound.read(connection, instance, this.tools.now(), this.tools.plan.factsMs);
    if (!pass) return;
    await this.store((tx) => pass.save(tx));
    pass.committed();
  };

  private visit = async (connection: ServerConnection, instance: Instance): Promise<void> => {
    const read = this.open && (await this.visits.visit(connection, this.open.another, instance));
    if (!read) return;
    await this.store((tx) => read.save(tx));
    read.committed();
  };

  private measure = async (connection: ServerConnection, instance: Instance): Promise<void> => {
    const plan = { now: this.tools.now(), everyMs: this.tools.plan.sizesMs };
    const pass = await this.sizes.read(connection, instance, plan);
    if (!pass) return;
    await this.store((tx) => pass.save(tx));
    pass.committed();
    await this.rememberDueTimes();
  };

  private async rememberDueTimes(): Promise<void> {
    this.lease.sizesDueAt = this.sizes.query.dueAt;
    this.lease.textsDueAt = this.texts.dueAt;
    await this.store((tx) => saveDueTimes(tx, this.lease));
  }

  /** A successful read also proves that the server is reachable. */
  private async storeSnapshot(work: (tx: Tx) => Promise<void>): Promise<void> {
    await this.store(async (tx) => {
      if (!this.reached) await emitReachable(tx, this.lease.serverId, this.tools);
      await work(tx);
    });
    this.reached = true;
    this.collectedAt = this.tools.now();
    this.failures = 0;
  }

  /** What fails repeatedly is reported, and cleared once it is answered. */
  private async storeUncollected(): Promise<void> {
    const { uncollected } = this.queries;
    const now = JSON.stringify(uncollected);
    if (now === this.storedUncollected) return;
    await this.store((tx) => storeUncollected(tx, this.lease.serverId, uncollected));
    this.storedUncollected = now;
  }

  private store<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.tools.tenants.run(this.lease.orgId, async (tx) => {
      await provePossession(tx, this.lease);
      return work(tx);
    });
  }

  private async failed(error: unknown): Promise<void> {
    if (this.ending.signal.aborted) return;
    if (isUnstorable(error)) return this.failed(this.unusable(error));
    if (!(error instanceof ServerTrouble)) return this.trouble(error);
    this.tools.metrics.failed(error.code);
    await this.hangUp();
    this.failures += 1;
    this.reached = false;
    this.retryAt = this.tools.now() + reconnectDelayMs(this.failures, error.code, this.tools.random());
    const unreachable = this.failures >= UNREACHABLE_AFTER;
    await this.store((tx) => emitUnreachable(tx, this.lease.serverId, this.tools, { code: error.code, unreachable }));
  }

  /** A fault of ours: our database, the lease, a bug. The connection is closed too, so that nothing stays half done. */
  private async trouble(error: unknown): Promise<void> {
    this.troubles += 1;
    if ((error as Error).name === 'LeaseLost') this.lost = true;
    else if (this.troubles === 1) {
      this.tools.log.error({ error, serverId: this.lease.serverId }, 'A server could not be collected from');
    }
    const patience = isOutage(error) ? 1 : Math.min(this.troubles, MAX_PATIENCE);
    this.retryAt = this.tools.now() + this.tools.plan.probeMs * patience;
    // What was read but not stored is read again: memory is reset to what is stored.
    this.loaded = false;
    await this.hangUp();
  }

  /** Of what cannot be stored only the code is logged: the error quotes the server's answer. */
  private unusable(error: unknown): ServerTrouble {
    const { code } = error as { code?: unknown };
    this.tools.log.warn({ serverId: this.lease.serverId, code }, 'What a server answered cannot be stored');
    this.loaded = false;
    return new ServerTrouble(new ConnectionFailed('answer_unusable', error));
  }

  private async hangUp(): Promise<void> {
    const { open } = this;
    this.open = undefined;
    this.resting = false;
    await open?.connection.close().catch(() => undefined);
  }
}

interface Pass {
  dueAt: number;
  run: (connection: ServerConnection, instance: Instance) => Promise<void>;
}

/** What an instance is and has, whatever the time. */
const shape = ({ resetEpoch: _, ...instance }: Instance): string => JSON.stringify(instance);
