import { isBroken } from './broken.ts';
import { named } from './deleted-organisations.ts';
import { observed } from './observed-query.ts';
import { Hold, refuseWhileHeld } from './one-connection.ts';
import { type Answer, isOfPreface, prefacedQuery, type Statement } from './prefaced-query.ts';
import { SEE_AS } from './read-query.ts';
import { type Client, contextValues, type Tx, type Visibility } from './tx.ts';

/** A connection of the pool and how it is given back: with an error when it must not be used again. */
export type Connect = () => Promise<[Client, (error?: Error) => void]>;

const NOBODY = contextValues({});
const UNKNOWN: string[] = [];
const ENTER_AS = `${SEE_AS},enter_organisation($1::text::uuid)`;

export interface TxOptions {
  /** Statements that open the transaction. */
  begin?: readonly string[];
  /** False: also works for a deleted organisation. */
  enter?: boolean;
  /** The first thing in the transaction, before the query that opened it. */
  first?: ((tx: Tx) => Promise<void>) | undefined;
}

/**
 * A transaction that is opened by its first query, so that a handler can do slow work before it.
 *
 * idle → (first query) open → committed | rolled back. Queries after the end are a bug and throw. Whatever happens,
 * the connection is given back once: to be used again after an answered commit or rollback, to be closed otherwise.
 *
 * What nobody waits for travels in front of a query or of the commit: BEGIN, the settings of a view, what was sent. A
 * transaction of one query and an event is two round trips.
 */
export class LazyTransaction {
  readonly tx: Tx;
  private readonly hold = new Hold();
  private readonly connect: Connect;
  private readonly first: TxOptions['first'];
  private readonly visibility: Visibility;
  private readonly context: string[];
  /** Organisations that existed when the transaction entered them. */
  private readonly entered = new Set(['']);
  /** What goes out with the next query. */
  private preface: Statement[];
  private readonly hooks: (() => void)[] = [];
  private client: Promise<Client> | undefined;
  /** Held from when the pool gave it until it is given back. */
  private connection: Client | undefined;
  private release: (error?: Error) => void = () => {};
  private ended = false;
  /** The view that the transaction's settings are for, once the server has executed what was sent. */
  private seenAs = NOBODY;
  /** Settled once the first query, and BEGIN with it, was answered. */
  private begun: Promise<unknown> | undefined;
  /** Why no query may be asked any more: without BEGIN or settings it would run outside of the transaction. */
  private refusal: unknown;
  /** Why the connection must not be reused. */
  private broken: Error | undefined;

  constructor(connect: Connect, visibility: Visibility, { begin = ['begin'], enter = true, first }: TxOptions = {}) {
    this.connect = connect;
    this.context = contextValues(visibility);
    this.preface = begin.map((text) => ({ text }));
    if (!enter) this.entered.add(this.context[0] ?? '');
    this.first = first;
    this.visibility = visibility;
    this.seeAs(this.context);
    this.tx = this.view(visibility, this.context, () => this.opened());
  }

  /** Runs work that uses `tx`, then commits, or rolls back if it threw. */
  async run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      const result = await this.hold.around(() => work(this.tx));
      await this.commit();
      return result;
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  private view({ orgId }: Visibility, context: string[], opened: () => Promise<Client>): Tx {
    const query = async <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> => {
      const client = await opened();
      return observed(client, sql, () => this.ask<Row>(client, context, sql, params));
    };
    return {
      orgId,
      query,
      one: async <Row>(sql: string, params?: readonly unknown[]) => (await query<Row>(sql, params))[0],
      send: async (sql, params) => {
        await opened();
        this.seeAs(context);
        this.preface.push({ text: sql, values: params });
      },
      as: (other) => this.view(other, contextValues(other), opened),
      onCommit: (then) => this.hooks.push(then),
    };
  }

  /** From the next statement on. The first time in a view of an organisation it must still exist. */
  private seeAs(context: string[]): void {
    const [orgId = ''] = context;
    const known = this.entered.has(orgId);
    if (known && context.every((value, index) => value === this.seenAs[index])) return;
    this.entered.add(orgId);
    this.seenAs = context;
    this.preface.push({ text: known ? SEE_AS : ENTER_AS, values: context });
  }

  private async ask<Row>(client: Client, context: string[], sql: string, params: readonly unknown[]): Promise<Row[]> {
    if (this.begun) await this.begun;
    if (this.refusal) throw this.refusal;
    this.seeAs(context);
    const asked = this.sendWith<Row>(client, sql, params);
    this.begun ??= asked.catch(() => undefined);
    return (await asked).rows;
  }

  /** With the settings and whatever else was sent before, so that no query of another view comes between them. */
  private async sendWith<Row>(client: Client, sql: string, params: readonly unknown[]): Promise<Answer<Row>> {
    const { preface } = this;
    this.preface = [];
    // Settings go back to what they were at the savepoint.
    if (sql.startsWith('rollback to')) this.seenAs = UNKNOWN;
    try {
      return await prefacedQuery<Row>(client, preface, sql, params);
    } catch (error) {
      if (isBroken(error)) this.broken ??= error as Error;
      if (isOfPreface(error)) this.refusal ??= named(error);
      throw this.refusal ?? error;
    }
  }

  private opened(): Promise<Client> {
    if (this.ended) throw new Error('The transaction has ended: a query was not awaited.');
    this.client ??= this.open();
    return this.client;
  }

  private async open(): Promise<Client> {
    refuseWhileHeld('A second connection is taken');
    const [client, release] = await this.connect();
    this.release = release;
    this.connection = client;
    this.hold.held = true;
    if (this.first) await this.first(this.view(this.visibility, this.context, async () => client));
    return client;
  }

  async commit(): Promise<void> {
    this.ended = true;
    await this.client;
    const { connection } = this;
    if (connection) {
      try {
        if (this.refusal) throw this.refusal;
        const answer = await observed(connection, 'commit', () => this.sendWith(connection, 'commit', []));
        // Postgres answers a commit of a failed transaction with ROLLBACK and no error.
        if (answer.command !== 'COMMIT') throw new Error('The transaction was rolled back: a query in it had failed.');
        this.giveBack();
      } catch (error) {
        // After an answer of the server there is something to roll back, or nothing.
        if (isBroken(error)) this.giveBack(error as Error);
        throw error;
      }
    }
    this.hold.ended = true;
    for (const hook of this.hooks) hook();
  }

  /** Nothing to do when the connection has already been given back. */
  async rollback(): Promise<void> {
    this.ended = true;
    // The first query reports why it could not be opened.
    await this.client?.catch(() => undefined);
    await this.connection?.query('rollback').then(
      () => this.giveBack(),
      (error: Error) => this.giveBack(error),
    );
    this.hold.ended = true;
  }

  private giveBack(error?: Error): void {
    this.hold.held = false;
    this.connection = undefined;
    this.release(error ?? this.broken);
  }
}
