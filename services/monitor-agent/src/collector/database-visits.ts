import { mustBeFew } from '../kernel/connection/bounded-answers.rules.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { isConnectionLoss } from '../kernel/connection/connection-failure.rules.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import { type Other, readHere, readOthers, readUse, type Use } from '../kernel/instance/other-databases.queries.ts';
import { type Prepared, together } from '../kernel/schedule/metric.ts';
import type { ScheduledQueries, ScheduledQuery } from '../kernel/schedule/scheduled-query.ts';
import { VisitFailed } from '../kernel/schedule/visit-failed.ts';
import type { Opened } from '../servers/dialer.ts';
import { readAgedTables } from '../wraparound/wraparound.queries.ts';
import { expireAgedTables, saveAgedTables } from '../wraparound/wraparound.rows.ts';
import { nextVisit } from './busiest.rules.ts';
import type { CollectorTools } from './collector-tools.ts';
import type { MinuteCollector } from './minute-collector.ts';

/*
 * Tables and indexes of the databases beside the one that we are connected to (monitoring.md 3.12, "short-lived second
 * connection per database, sequential").
 *
 * A catalogue shows its own database only, so every other one is visited: connect, count tables and indexes, measure
 * what there is time for, hang up. One visit at a time, the one that has waited longest, and a pause after each: a
 * server of a thousand databases gets longer rounds, never more sessions. Counters only rise, so a long round loses
 * nothing; the interval is longer. The few in which most is done are visited every minute.
 *
 * A visit costs a server more than a minute's queries. Where nobody was connected since the last one nothing can have
 * been used, so such a database is visited once an hour only (to see what VACUUM did there).
 *
 * Templates and the databases of the cloud's own administration are left out, and what we may not connect to. A role that
 * may open one session only is never tried with a second one: each refusal would stand in the customer's log. A visit
 * that fails is left alone for a while and says nothing about the server.
 */
/** A bound on the remembered databases; no server has so many. */
const MAX_DATABASES = 20_000;
const IDLE_VISIT_MS = 55 * 60_000;

/** Sizes of a database may take this long in one visit; the next one goes on where this one stopped. */
const SIZES_BUDGET_MS = 3_000;

interface Database {
  oid: number;
  name: string;
  encoding: string;
  query: ScheduledQuery;
  sizesDueAt: number;
  /** Most is done in it, or in few others more. */
  busy: boolean;
  /** When it was last visited, and how much it had been used by then. */
  visited?: Use & { at: number };
}

export class DatabaseVisits {
  private readonly serverId: string;
  private readonly tools: CollectorTools;
  private readonly minute: MinuteCollector;
  private readonly queries: ScheduledQueries;
  private databases = new Map<number, Database>();
  private pauseUntil = 0;

  constructor(serverId: string, tools: CollectorTools, minute: MinuteCollector, queries: ScheduledQueries) {
    this.serverId = serverId;
    this.tools = tools;
    this.minute = minute;
    this.queries = queries;
  }

  get dueAt(): number {
    return Math.max(this.pauseUntil, this.next?.query.dueAt ?? Number.POSITIVE_INFINITY);
  }

  /** Those that accept any text. */
  get inSqlAscii(): string[] {
    return [...this.databases.values()].flatMap(({ name, encoding }) => (encoding === 'SQL_ASCII' ? [name] : []));
  }

  /** Which databases there are. Stored databases that are missing from the answer are deleted. */
  async list(connection: ServerConnection, instance: Instance): Promise<Prepared> {
    const rows = await readOthers(connection, instance.databaseOid);
    mustBeFew(rows, MAX_DATABASES);
    const databases = new Map(rows.map((row) => [row[0], this.known(row)] as const));
    const there = new Set([instance.databaseOid, ...databases.keys()]);
    const { tables, indexes, sizes } = this.minute;
    const at = new Date(this.tools.now());
    const forgotten = together([tables.keepOnly(there, at), indexes.keepOnly(there, at)]);
    return {
      save: async (tx) => {
        await forgotten.save(tx);
        await expireAgedTables(tx, this.serverId, [...there]);
      },
      committed: () => {
        forgotten.committed();
        sizes.keepOnly(there);
        const names = new Set(rows.map(([, name]) => name));
        for (const { name, query } of this.databases.values()) if (!names.has(name)) this.queries.drop(query);
        this.databases = databases;
      },
    };
  }

  /** The busiest ones. Failed ones wait for their own time. */
  hurry(oids: readonly number[]): void {
    for (const oid of oids) {
      const database = this.databases.get(oid);
      if (!database?.visited || database.query.failures > 0) continue;
      database.busy = true;
      const soon = database.visited.at + this.tools.plan.minuteMs;
      database.query.dueAt = Math.min(database.query.dueAt, soon);
    }
  }

  /** Undefined when the visit failed, or there was no need for one. */
  async visit(
    connection: ServerConnection,
    open: (database: string) => Promise<Opened>,
    instance: Instance,
  ): Promise<Prepared | undefined> {
    const database = this.next;
    if (!database) return undefined;
    const now = this.tools.now();
    database.query.dueAt = now + this.tools.plan.visitMs;
    database.busy = false;
    return database.query.run(now, async () => {
      const use = await readUse(connection, database.oid);
      const owesSizes = database.sizesDueAt <= now && this.minute.sizes.owes(database.oid);
      if (use && !owesSizes && database.query.failures === 0 && isIdle(database, use, now)) return undefined;
      const read = await this.enter(open, database, instance);
      return {
        save: (tx) => read.save(tx),
        committed: () => {
          read.committed();
          if (use) database.visited = { ...use, at: now };
        },
      };
    });
  }

  private async enter(
    open: (database: string) => Promise<Opened>,
    database: Database,
    instance: Instance,
  ): Promise<Prepared> {
    try {
      const { connection } = await open(database.name);
      return await this.read(connection, database, instance).finally(() => connection.close());
    } catch (error) {
      throw error instanceof VisitFailed || isConnectionLoss(error) ? new VisitFailed(error) : error;
    } finally {
      this.pauseUntil = this.tools.now() + this.tools.plan.visitPauseMs;
    }
  }

  private async read(connection: ServerConnection, database: Database, server: Instance): Promise<Prepared> {
    const here = await readHere(connection);
    const { startedAt, workersStartedAt } = server.resetEpoch;
    // After a crash as well: what is counted from now on belongs to another reset epoch than the one that we know of.
    const same = here.started_at === startedAt && here.workers_started_at === workersStartedAt;
    if (here.oid !== database.oid || !same) throw new VisitFailed(new Error('Another server or database answered.'));
    const instance = { ...server, database: database.name, databaseOid: database.oid };
    const now = this.tools.now();
    const takenAt = new Date(now);
    const { tables, indexes } = this.minute;
    const counted = await Promise.all([
      tables.read(connection, instance, takenAt),
      indexes.read(connection, instance, takenAt),
      this.age(connection, database, takenAt),
    ]);
    if (database.sizesDueAt > now) return together(counted);
    return together([...counted, await this.measure(connection, database, now)]);
  }

  private async age(connection: ServerConnection, { oid }: Database, takenAt: Date): Promise<Prepared> {
    const tables = await readAgedTables(connection);
    return {
      save: (tx) => saveAgedTables(tx, this.serverId, { databaseOid: oid, takenAt, tables }),
      committed: () => {},
    };
  }

  private async measure(connection: ServerConnection, database: Database, now: number): Promise<Prepared> {
    const tableOids = [...this.minute.tables.seenIn(database.oid).oids];
    const until = performance.now() + SIZES_BUDGET_MS;
    const pass = await this.minute.sizes.read(this.serverId, connection, {
      database: { oid: database.oid, tableOids },
      now,
      hasTime: () => performance.now() < until,
    });
    return {
      save: (tx) => pass.save(tx),
      committed: () => {
        pass.committed();
        // The very first visit does not know the tables yet: the next one measures them.
        if (tableOids.length > 0 && !pass.left) database.sizesDueAt = now + this.tools.plan.sizesMs;
      },
    };
  }

  private get next(): Database | undefined {
    return nextVisit(this.databases.values(), this.tools.now());
  }

  private known([oid, name, encoding]: Other): Database {
    const known = this.databases.get(oid);
    if (known?.name === name) return known;
    return { oid, name, encoding, query: this.queries.add('database', name), sizesDueAt: 0, busy: false };
  }
}

/** The one session more than before was the visit's own. */
function isIdle({ visited }: Database, { connected, sessions, written }: Use, now: number): boolean {
  if (!visited || now - visited.at >= IDLE_VISIT_MS) return false;
  if (sessions === null || visited.sessions === null) return false;
  const others = sessions - visited.sessions - 1;
  return connected === 0 && (others === 0 || others === -1) && written === visited.written;
}
