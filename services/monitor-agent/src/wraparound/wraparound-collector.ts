import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import { nextDue } from '../kernel/schedule/back-off.rules.ts';
import type { Prepared } from '../kernel/schedule/metric.ts';
import type { ScheduledQueries, ScheduledQuery } from '../kernel/schedule/scheduled-query.ts';
import { readAgedTables, readWraparound } from './wraparound.queries.ts';
import { saveAgedTables, saveWraparound } from './wraparound.rows.ts';

/** How far transaction ids have come on the server, and the oldest tables of the connected database. */
export class WraparoundCollector {
  readonly query: ScheduledQuery;
  private readonly serverId: string;

  constructor(serverId: string, queries: ScheduledQueries) {
    this.serverId = serverId;
    this.query = queries.add('wraparound');
  }

  /** Undefined when the query failed. */
  async read(
    connection: ServerConnection,
    instance: Instance,
    now: number,
    everyMs: number,
  ): Promise<Pick<Prepared, 'save'> | undefined> {
    this.query.dueAt = nextDue(this.query.dueAt, now, everyMs);
    const read = await this.query.run(now, async () => ({
      snapshot: await readWraparound(connection),
      tables: await readAgedTables(connection),
    }));
    if (!read) return undefined;
    const takenAt = new Date(now);
    const { databaseOid, identity } = instance;
    return {
      save: async (tx) => {
        await saveWraparound(tx, this.serverId, { takenAt, identity, snapshot: read.snapshot });
        await saveAgedTables(tx, this.serverId, { databaseOid, takenAt, tables: read.tables });
      },
    };
  }
}
