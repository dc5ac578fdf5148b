import pg from 'pg';
import { statementName } from './statements.ts';

/*
 * Several statements and a query in one round trip.
 *
 * In the extended protocol everything up to the next Sync is executed in turn, and nothing of it after an error. So
 * statements whose answers nobody needs (BEGIN, settings of row-level security, rows of the outbox) are bound and
 * executed in front of a query, and one Sync ends them all. Outside of a transaction they and the query are one
 * implicit transaction.
 */
export interface Statement {
  text: string;
  values?: readonly (string | null)[];
}

interface Wire {
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: readonly unknown[] }): void;
  execute(message: { portal: string }): void;
  close(message: { type: 'S'; name: string }): void;
  parsedStatements: Record<string, string>;
  submittedNamedStatements: Record<string, string>;
  stream: { cork(): void; uncork(): void };
}

interface Answer<Row> {
  rows: Row[];
  command: string;
}

interface QueryInternals {
  submit(connection: Wire): Error | null;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Wire): void;
  handleError(error: Error, connection: Wire): void;
  name?: string;
}

const PgQuery = pg.Query as unknown as new (
  config: { text: string; values: unknown[]; name?: string; queryMode: 'extended' },
  callback: (error: Error | null, answer: Answer<unknown>) => void,
) => QueryInternals;

/** The error was in front of the query, which was therefore not executed. */
const IN_PREFACE = new WeakSet<object>();
export const isOfPreface = (error: unknown): boolean => IN_PREFACE.has(error as object);

class PrefacedQuery extends PgQuery {
  /** Statements in front of the query that the server has executed. */
  private executed = 0;
  private readonly preface: readonly Statement[];

  constructor(
    preface: readonly Statement[],
    sql: string,
    params: readonly unknown[],
    done: (error: Error | null, answer: Answer<unknown>) => void,
  ) {
    const name = statementName(sql);
    super({ text: sql, values: [...params], queryMode: 'extended', ...(name ? { name } : {}) }, done);
    this.preface = preface;
  }

  override submit(connection: Wire): Error | null {
    connection.stream.cork();
    try {
      for (const { text, values = [] } of this.preface) {
        const name = statementName(text) ?? '';
        if (!connection.parsedStatements[name]) connection.parse({ name, text });
        if (name) connection.parsedStatements[name] = text;
        connection.bind({ statement: name, values });
        connection.execute({ portal: '' });
      }
      return super.submit(connection);
    } finally {
      connection.stream.uncork();
    }
  }

  /** Each statement of the preface answers its rows and one completion before the query's own answer begins. */
  override handleDataRow(message: unknown): void {
    if (this.executed === this.preface.length) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    if (this.executed === this.preface.length) super.handleCommandComplete(message, connection);
    else this.executed += 1;
  }

  /**
   * It is unknown which statements the server parsed before the error. They are closed there, which is harmless if they
   * do not exist; otherwise the next use would parse a name that exists.
   */
  override handleError(error: Error, connection: Wire): void {
    if (this.executed < this.preface.length) IN_PREFACE.add(error);
    const uncertain = this.preface.slice(this.executed).map(({ text }) => statementName(text));
    for (const name of [...uncertain, this.name]) {
      if (!name) continue;
      delete connection.parsedStatements[name];
      delete connection.submittedNamedStatements[name];
      connection.close({ type: 'S', name });
    }
    super.handleError(error, connection);
  }
}

export async function prefacedQuery<Row>(
  client: pg.ClientBase,
  preface: readonly Statement[],
  sql: string,
  params: readonly unknown[],
): Promise<Answer<Row>> {
  try {
    return await new Promise((resolve, reject) => {
      const query = new PrefacedQuery(preface, sql, params, (error, answer) =>
        error ? reject(error) : resolve(answer as Answer<Row>),
      );
      client.query(query as unknown as pg.Submittable);
    });
  } catch (error) {
    // Whoever asked, instead of the socket that was read.
    Error.captureStackTrace(error as Error);
    throw error;
  }
}
