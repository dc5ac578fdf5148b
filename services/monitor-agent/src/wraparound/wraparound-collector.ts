import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import { nextDue } from '../kernel/schedule/back-off.rules.ts';
import type { Prepared } from '../kernel/schedule/metric.ts';
import type { Question, Questions } from '../kernel/schedule/scheduled-query.ts';
import { readAgedTables, readWraparound } from './wraparound.queries.ts';
import { saveAgedTables, saveWraparound } from './wraparound.rows.ts';

/** How far transaction ids have come on the server, and the oldest tables of the connected database. */
export class WraparoundPass {
  readonly question: Question;
  private readonly serverId: string;

  constructor(serverId: string, questions: Questions) {
    this.serverId = serverId;
    this.question = questions.add('wraparound');
  }

  /** Undefined when the question failed. */
  async read(
    connection: ServerConnection,
    instance: Instance,
    now: number,
    everyMs: number,
  ): Promise<Pick<Prepared, 'save'> | undefined> {
    this.question.dueAt = nextDue(this.question.dueAt, now, everyMs);
    const read = await this.question.ask(now, async () => ({
      look: await readWraparound(connection),
      tables: await readAgedTables(connection),
    }));
    if (!read) return undefined;
    const takenAt = new Date(now);
    const { databaseOid, identity } = instance;
    return {
      save: async (tx) => {
        await saveWraparound(tx, this.serverId, { takenAt, identity, look: read.look });
        await saveAgedTables(tx, this.serverId, { databaseOid, takenAt, tables: read.tables });
      },
    };
  }
}
