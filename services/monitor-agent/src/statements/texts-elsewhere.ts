import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { type Instance, readInstance } from '../kernel/instance/instance.queries.ts';
import type { Opened } from '../servers/dialer.ts';

/*
 * PostgreSQL converts all texts of pg_stat_statements to the encoding of the database that asks, and when one cannot be
 * converted it answers none, whichever was asked for. Only a database in SQL_ASCII takes them all as they are. Where one
 * has the extension, texts are read there, over a short second session; and from then on nothing is asked that fails.
 */
const MAX_TRIED = 3;

export class TextsElsewhere {
  private chosen: string | undefined;

  /** `others`: databases in SQL_ASCII that may be entered. */
  async read<T>(
    here: { connection: ServerConnection; instance: Instance },
    { others, open }: { others: readonly string[]; open: (database: string) => Promise<Opened> },
    work: (connection: ServerConnection, instance: Instance) => Promise<T>,
  ): Promise<T> {
    const inOther = async (database: string): Promise<{ answer: T } | undefined> => {
      const { connection } = await open(database);
      try {
        const instance = await readInstance(connection);
        if (!instance.statements || instance.identity !== here.instance.identity) return undefined;
        return { answer: await work(connection, instance) };
      } finally {
        await connection.close();
      }
    };
    // Whatever is wrong there: here they are asked for as well.
    const found = this.chosen && (await inOther(this.chosen).catch(() => undefined));
    if (found) return found.answer;
    this.chosen = undefined;
    try {
      return await work(here.connection, here.instance);
    } catch (error) {
      if (!isUnconvertible(error)) throw error;
      for (const database of others.slice(0, MAX_TRIED)) {
        const there = await inOther(database).catch(() => undefined);
        if (!there) continue;
        this.chosen = database;
        return there.answer;
      }
      throw error;
    }
  }
}

const isUnconvertible = (error: unknown): boolean =>
  ['22021', '22P05'].includes((error as { code?: string }).code ?? '');
