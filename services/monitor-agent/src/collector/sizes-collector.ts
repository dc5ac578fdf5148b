import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import { nextDue } from '../kernel/schedule/back-off.rules.ts';
import { type Prepared, together } from '../kernel/schedule/metric.ts';
import type { ScheduledQueries, ScheduledQuery } from '../kernel/schedule/scheduled-query.ts';
import { DATABASE_COUNTERS } from '../relations/readings.rules.ts';
import { WRITES } from '../relations/resized.rules.ts';
import { storeDatabaseSizes } from '../relations/size.rows.ts';
import { readDatabaseSizes } from '../relations/sizes.queries.ts';
import { ALL_MS } from '../relations/table-sizes.ts';
import type { MinuteCollector } from './minute-collector.ts';

const WRITTEN = WRITES.map((name) => DATABASE_COUNTERS.indexOf(name));

/** Sizes of tables and indexes of the connected database, and of all databases: dearer than counters, and slower to change. */
export class SizesCollector {
  readonly query: ScheduledQuery;
  private readonly serverId: string;
  private readonly minute: MinuteCollector;
  /** How much had been written in each database when its size was read. */
  private writtenAt = new Map<number, number>();
  private allAt = Number.NEGATIVE_INFINITY;

  constructor(serverId: string, minute: MinuteCollector, queries: ScheduledQueries) {
    this.serverId = serverId;
    this.minute = minute;
    this.query = queries.add('sizes');
  }

  read(
    connection: ServerConnection,
    { databaseOid: oid }: Instance,
    { now, everyMs }: { now: number; everyMs: number },
  ): Promise<Prepared | undefined> {
    this.query.dueAt = nextDue(this.query.dueAt, now, everyMs);
    const database = { oid, tableOids: [...this.minute.tables.seenIn(oid).oids] };
    return this.query.run(now, async () =>
      together([
        await this.minute.sizes.read(this.serverId, connection, { database, now, hasTime: () => true }),
        await this.readDatabases(connection, now),
      ]),
    );
  }

  private async readDatabases(connection: ServerConnection, now: number): Promise<Prepared> {
    const seen = this.minute.databases.seenIn();
    const written = new Map(
      [...seen.oids].map((oid) => {
        const counters = seen.countersOf(oid);
        return [oid, WRITTEN.reduce((sum, at) => sum + (counters?.[at] ?? 0), 0)] as const;
      }),
    );
    // VACUUM truncates files that nobody wrote to.
    const all = now - this.allAt >= ALL_MS;
    const wanted = [...written].filter(([oid, rows]) => all || rows !== this.writtenAt.get(oid));
    const sizes = await readDatabaseSizes(
      connection,
      wanted.map(([oid]) => oid),
    );
    return {
      save: (tx) => storeDatabaseSizes(tx, this.serverId, sizes),
      committed: () => {
        this.writtenAt = written;
        if (all) this.allAt = now;
      },
    };
  }
}
