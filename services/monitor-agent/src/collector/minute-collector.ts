import { serverMinutes } from '@tidegate/contracts/monitor-agent/meters';
import type { Tx } from '@tidegate/database/tx';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import { nextDue } from '../kernel/schedule/back-off.rules.ts';
import { type Metric, type Prepared, together } from '../kernel/schedule/metric.ts';
import type { ScheduledQueries, ScheduledQuery } from '../kernel/schedule/scheduled-query.ts';
import type { ServerScrubber } from '../kernel/scrubbing/scrubber.ts';
import { consistentSnapshot } from '../relations/consistent-snapshot.queries.ts';
import { CountedMetric } from '../relations/counted-metric.ts';
import { readDatabases } from '../relations/databases.queries.ts';
import { type DatabaseReading, type IndexReading, type TableReading } from '../relations/readings.rules.ts';
import { DATABASES, INDEXES, TABLES } from '../relations/relation-kinds.rows.ts';
import { readIndexes, readTables } from '../relations/relations.queries.ts';
import { resizedTables, tablesOfRebuilt } from '../relations/resized.rules.ts';
import { TableSizes } from '../relations/table-sizes.ts';
import { ServerEpochMetric } from '../reset-epochs/server-epoch-metric.ts';
import { storeServerFigures } from '../server-figures/server-figures.rows.ts';
import { markCollected } from '../servers/server.rows.ts';
import { StatementMetric } from '../statements/statement-metric.ts';
import { busiestDatabases } from './busiest.rules.ts';
import type { CollectorTools } from './collector-tools.ts';

/*
 * Everything that is counted once a minute. All queries travel to the server together; one that fails is paused for a
 * while and the others continue. What was read is stored in one transaction, with the minute that is charged for.
 *
 * A new server is read twice in quick succession, so that the first differences show within half a minute.
 */
export class MinuteCollector {
  dueAt = 0;
  readonly statements: StatementMetric;
  readonly databases: CountedMetric<DatabaseReading>;
  readonly tables: CountedMetric<TableReading>;
  readonly indexes: CountedMetric<IndexReading>;
  readonly sizes = new TableSizes();
  /** Databases in which most was done in the minute before. */
  busiest: readonly number[] = [];
  private readonly serverId: string;
  private readonly tools: CollectorTools;
  private readonly metrics: { metric: Metric; query: ScheduledQuery }[];
  private isFirst = true;

  constructor(serverId: string, tools: CollectorTools, queries: ScheduledQueries, scrubber: ServerScrubber) {
    this.serverId = serverId;
    this.tools = tools;
    this.statements = new StatementMetric(serverId, scrubber);
    this.databases = new CountedMetric(serverId, DATABASES, {
      readSnapshot: readDatabases,
      found: (_, items, before) => {
        this.busiest = busiestDatabases(items, before?.relations);
      },
    });
    this.tables = new CountedMetric(serverId, TABLES, {
      readSnapshot: (connection, instance, before) =>
        consistentSnapshot(connection, instance, () => readTables(connection, before)),
      found: (database, items, before) => this.sizes.changed(database, resizedTables(items, before)),
    });
    this.indexes = new CountedMetric(serverId, INDEXES, {
      readSnapshot: (connection, instance, before) =>
        consistentSnapshot(connection, instance, () => readIndexes(connection, before)),
      found: (database, items, before) => this.sizes.changed(database, tablesOfRebuilt(items, before)),
    });
    const all: Metric[] = [this.statements, this.databases, this.tables, this.indexes, new ServerEpochMetric(serverId)];
    this.metrics = all.map((metric) => ({ metric, query: queries.add(metric.name) }));
  }

  async load(tx: Tx): Promise<void> {
    for (const { metric } of this.metrics) await metric.load(tx);
    this.isFirst = !this.statements.hasBaseline;
  }

  reconnected(): void {
    this.dueAt = Math.min(this.dueAt, this.tools.now());
  }

  retry(): void {
    for (const { query } of this.metrics) query.retry();
  }

  /** The next one is due after so many minutes. */
  async read(connection: ServerConnection, instance: Instance, minutes = 1): Promise<Prepared> {
    const now = this.tools.now();
    const { earlyMs, minuteMs } = this.tools.plan;
    this.dueAt = this.isFirst ? now + earlyMs : nextDue(this.dueAt, now, minuteMs * minutes);
    this.isFirst = false;
    const takenAt = new Date(now);
    const due = this.metrics.filter(({ query }) => query.dueAt <= now);
    const answers = await Promise.allSettled(
      due.map(({ metric, query }) => query.run(now, () => metric.read(connection, instance, takenAt))),
    );
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed) throw failed.reason;
    const read = answers.flatMap((answer) => (answer.status === 'fulfilled' && answer.value ? [answer.value] : []));
    return together([...read, { save: (tx) => this.saveMinute(tx, instance, takenAt), committed: () => {} }]);
  }

  private async saveMinute(tx: Tx, instance: Instance, takenAt: Date): Promise<void> {
    await markCollected(tx, this.serverId, {
      version: instance.versionText,
      database: instance.database,
      startedAtUs: instance.startedAt,
      maxConnections: instance.maxConnections,
      tablesKnown: this.tables.known,
      indexesKnown: this.indexes.known,
    });
    await storeServerFigures(tx, this.serverId, takenAt);
    const minute = new Date(Math.floor(takenAt.getTime() / 60_000) * 60_000);
    await this.tools.outbox.meter(tx, serverMinutes, 1, {
      key: `${this.serverId}:${minute.toISOString()}`,
      at: minute,
    });
  }
}
