import type { Outbox } from '@tidegate/messaging/outbox';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import { nextDue } from '../kernel/schedule/back-off.rules.ts';
import type { Prepared } from '../kernel/schedule/metric.ts';
import type { ScheduledQueries, ScheduledQuery } from '../kernel/schedule/scheduled-query.ts';
import { readAgedTables, readWraparound } from './wraparound.queries.ts';
import { saveAgedTables, saveWraparound } from './wraparound.rows.ts';
import { WraparoundFinding } from './wraparound-finding.ts';

/** How far transaction ids have come on the server, and the oldest tables of the connected database. */
export class WraparoundCollector {
  readonly query: ScheduledQuery;
  private readonly serverId: string;
  private readonly finding: WraparoundFinding;

  constructor(serverId: string, queries: ScheduledQueries, outbox: Pick<Outbox, 'emit'>) {
    this.serverId = serverId;
    this.finding = new WraparoundFinding(serverId, outbox);
    this.query = queries.add('wraparound');
  }

  /** Undefined when the query failed. */
  async read(
    connection: ServerConnection,
    instance: Instance,
    now: number,
    everyMs: number,
  ): Promise<Prepared | undefined> {
    this.query.dueAt = nextDue(this.query.dueAt, now, everyMs);
    const read = await this.query.run(now, async () => ({
      snapshot: await readWraparound(connection),
      tables: await readAgedTables(connection),
    }));
    if (!read) return undefined;
    const takenAt = new Date(now);
    const { databaseOid, identity } = instance;
    let noted = () => {};
    return {
      committed: () => noted(),
      save: async (tx) => {
        await saveWraparound(tx, this.serverId, { takenAt, identity, snapshot: read.snapshot });
        await saveAgedTables(tx, this.serverId, { databaseOid, takenAt, tables: read.tables });
        noted = await this.finding.note(tx, read.snapshot.databases, now);
      },
    };
  }
}
