import type { Tx } from '@tidegate/database/tx';
import type { ServerConnection } from '../connection/connect-server.ts';
import { readDatabaseSizes, readSizes } from '../relations/read-sizes.ts';
import { saveDatabaseSizes, saveSizes } from '../relations/size.rows.ts';
import { nextDue } from './backoff.rules.ts';
import { type FailureReport, Question } from './question.ts';

/** Sizes of tables and indexes of the connected database, and of all databases: dearer than counters, and slower to change. */
export class SizesPass {
  readonly question: Question;
  private readonly serverId: string;

  constructor(serverId: string, report: FailureReport) {
    this.serverId = serverId;
    this.question = new Question('sizes', report);
  }

  async read(
    connection: ServerConnection,
    { oid, tableOids }: { oid: number; tableOids: readonly number[] },
    now: number,
    everyMs: number,
  ): Promise<{ save(tx: Tx): Promise<void> } | undefined> {
    this.question.dueAt = nextDue(this.question.dueAt, now, everyMs);
    const sizes = await this.question.ask(now, async () => ({
      relations: await readSizes(connection, tableOids),
      databases: await readDatabaseSizes(connection),
    }));
    return (
      sizes && {
        save: async (tx) => {
          await saveSizes(tx, this.serverId, oid, sizes.relations);
          await saveDatabaseSizes(tx, this.serverId, sizes.databases);
        },
      }
    );
  }
}
