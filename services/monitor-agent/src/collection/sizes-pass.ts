import type { Tx } from '@tidegate/database/tx';
import type { ServerConnection } from '../connection/connect-server.ts';
import { readDatabaseSizes, readSizes } from '../relations/read-sizes.ts';
import { saveDatabaseSizes, saveSizes } from '../relations/size.rows.ts';
import { nextDue } from './backoff.rules.ts';
import { type FailureReport, Question } from './question.ts';

/** Columns are renamed seldom, and oids begin anew after four thousand million. */
const RESHAPE_MS = 3_600_000;

/** Sizes of tables and indexes of the connected database, and of all databases: dearer than counters, and slower to change. */
export class SizesPass {
  readonly question: Question;
  /** Shapes of indexes up to this oid are stored, since then. */
  private shaped = { upTo: 0, since: 0 };
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
    const anew = now - this.shaped.since >= RESHAPE_MS;
    const shapedUpTo = anew ? 0 : this.shaped.upTo;
    const sizes = await this.question.ask(now, async () => ({
      relations: await readSizes(connection, tableOids, { shapedUpTo }),
      databases: await readDatabaseSizes(connection),
    }));
    return (
      sizes && {
        save: async (tx) => {
          const highest = await saveSizes(tx, this.serverId, oid, sizes.relations);
          await saveDatabaseSizes(tx, this.serverId, sizes.databases);
          tx.onCommit(() => {
            this.shaped = { upTo: Math.max(highest, shapedUpTo), since: anew ? now : this.shaped.since };
          });
        },
      }
    );
  }
}
