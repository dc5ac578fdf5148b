import pg from 'pg';
import { serialize } from 'pg-protocol/dist/serializer.js';
import { statementName } from './statements.ts';

/*
 * Several statements and a query in one round trip.
 *
 * In the extended protocol everything up to the next Sync is executed in turn, and nothing of it after an error. So
 * statements whose answers nobody needs (BEGIN, settings of row-level security, rows of the outbox) are bound and
 * executed in front of a query, and one Sync ends them all. Outside of a transaction they and the query are one
 * implicit transaction.
 *
 * The driver's own query asks for the description of the rows each time, makes parsers of it, copies what it was given,
 * and writes each message for itself, which was more than all that a small request takes within the gateway. What a
 * prepared statement answers does not change, because PostgreSQL refuses it once it would; so it is described the first
 * time only, and all messages are one write.
 */
export interface Statement {
  text: string;
  values?: readonly (string | null)[];
}

export interface Answer<Row> {
  rows: Row[];
  command: string;
}

/** What the driver's connection has that its types do not say. */
interface Wire {
  close(message: { type: 'S'; name: string }): void;
  sendCopyFail(message: string): void;
  parsedStatements: Record<string, string>;
  stream: { writable: boolean; write(data: Uint8Array): void };
}

type Parse = (text: string) => unknown;
/** How rows of a statement are read. */
interface Shape {
  names: readonly string[];
  parsers: readonly Parse[];
  /** Copied for each row, which gives them all one layout. */
  empty: Record<string, null>;
}
const NO_ROWS: Shape = { names: [], parsers: [], empty: {} };

/** By the name of the statement, for each connection. */
const shapes = new WeakMap<Wire, Map<string, Shape>>();

function shapesOf(connection: Wire): Map<string, Shape> {
  const known = shapes.get(connection);
  if (known) return known;
  const made = new Map<string, Shape>();
  shapes.set(connection, made);
  return made;
}

const DESCRIBE = serialize.describe({ type: 'P' });
const EXECUTE = serialize.execute();
const SYNC = serialize.sync();
const { prepareValue } = (pg as unknown as { utils: { prepareValue(value: unknown): string | Buffer | null } }).utils;

/** The error was in front of the query, which was therefore not executed. */
const IN_PREFACE = new WeakSet<object>();
export const isOfPreface = (error: unknown): boolean => IN_PREFACE.has(error as object);

class PrefacedQuery<Row> {
  readonly name: string | undefined;
  readonly text: string;
  /** The driver calls it when it gives up a query by itself. */
  readonly callback: (error: Error | null, answer?: Answer<Row>) => void;
  private readonly preface: readonly Statement[];
  private readonly values: readonly unknown[];
  /** Statements in front of the query that the server has executed. */
  private executed = 0;
  private readonly rows: Row[] = [];
  private command = '';
  private shape: Shape | undefined;
  private wrong: Error | undefined;

  constructor(
    preface: readonly Statement[],
    sql: string,
    params: readonly unknown[],
    done: (error: Error | null, answer?: Answer<Row>) => void,
  ) {
    this.name = statementName(sql);
    this.text = sql;
    this.preface = preface;
    this.values = params;
    this.callback = done;
  }

  submit(connection: Wire): Error | null {
    const messages: Uint8Array[] = [];
    const bind = (text: string, values: readonly unknown[], name = '') => {
      if (name === '' || !connection.parsedStatements[name]) {
        messages.push(serialize.parse({ name, text }));
        if (name) connection.parsedStatements[name] = text;
      }
      messages.push(serialize.bind({ statement: name, values: values as unknown[], valueMapper: prepareValue }));
    };
    try {
      for (const { text, values = [] } of this.preface) {
        bind(text, values, statementName(text));
        messages.push(EXECUTE);
      }
      bind(this.text, this.values, this.name);
    } catch (error) {
      // A value that cannot be written: nothing was sent, so what was to be parsed is not.
      this.evict(connection);
      return error as Error;
    }
    this.shape = this.name === undefined ? undefined : shapesOf(connection).get(this.name);
    if (!this.shape) messages.push(DESCRIBE);
    messages.push(EXECUTE, SYNC);
    if (connection.stream.writable) connection.stream.write(Buffer.concat(messages));
    return null;
  }

  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }): void {
    this.shape = {
      names: fields.map(({ name }) => name),
      parsers: fields.map(({ dataTypeID }) => pg.types.getTypeParser(dataTypeID, 'text') as Parse),
      empty: Object.fromEntries(fields.map(({ name }) => [name, null])),
    };
  }

  /** Each statement of the preface answers its rows and one completion before the query's own answer begins. */
  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this.executed < this.preface.length || !this.shape || this.wrong) return;
    const { names, parsers, empty } = this.shape;
    const row: Record<string, unknown> = { ...empty };
    try {
      for (let index = 0; index < fields.length; index += 1) {
        const text = fields[index] as string | null;
        if (text !== null) row[names[index] as string] = (parsers[index] as Parse)(text);
      }
    } catch (error) {
      this.wrong = error as Error;
    }
    this.rows.push(row as Row);
  }

  handleCommandComplete({ text }: { text: string }, connection: Wire): void {
    if (this.executed < this.preface.length) {
      this.executed += 1;
      return;
    }
    this.command = text.split(' ', 1)[0] as string;
    if (this.name !== undefined) shapesOf(connection).set(this.name, this.shape ?? NO_ROWS);
  }

  handleReadyForQuery(): void {
    if (this.wrong) this.callback(this.wrong);
    else this.callback(null, { rows: this.rows, command: this.command });
  }

  /**
   * It is unknown which statements the server parsed before the error. They are closed there, which is harmless if they
   * do not exist; otherwise the next use would parse a name that exists.
   */
  handleError(error: Error, connection: Wire): void {
    if (this.executed < this.preface.length) IN_PREFACE.add(error);
    for (const name of this.evict(connection)) connection.close({ type: 'S', name });
    this.callback(error);
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: Wire): void {
    connection.sendCopyFail('Nothing is copied here.');
  }

  handleCopyData(): void {}

  /** The names of the statements of which it is unknown whether the server has them. */
  private evict(connection: Wire): string[] {
    const uncertain = this.preface.slice(this.executed).map(({ text }) => statementName(text));
    const names = [...uncertain, this.name].filter((name) => name !== undefined);
    for (const name of names) {
      delete connection.parsedStatements[name];
      shapes.get(connection)?.delete(name);
    }
    return names;
  }
}

export function prefacedQuery<Row>(
  client: pg.ClientBase,
  preface: readonly Statement[],
  sql: string,
  params: readonly unknown[],
): Promise<Answer<Row>> {
  return new Promise((resolve, reject) => {
    const query = new PrefacedQuery<Row>(preface, sql, params, (error, answer) =>
      error ? reject(error) : resolve(answer as Answer<Row>),
    );
    client.query(query as unknown as pg.Submittable);
  });
}
