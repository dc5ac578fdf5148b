import type pg from 'pg';
import { isBroken } from './broken.ts';
import { named } from './deleted-organisations.ts';
import { Hold, refuseWhileHeld } from './one-connection.ts';
import { SEE_AS } from './read-query.ts';
import { statementName } from './statements.ts';
import { traced } from './traced-query.ts';
import { contextValues, SETTINGS, type Tx, type Visibility } from './tx.ts';

export type Client = pg.ClientBase;
/** A connection of the pool and how it is given back: with an error when it must not be used again. */
export type Connect = () => Promise<[Client, (error?: Error) => void]>;

export interface TxOptions {
  begin?: string;
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
 */
export class LazyTransaction {
  readonly tx: Tx;
  private readonly hold = new Hold();
  private readonly connect: Connect;
  private readonly begin: string;
  private readonly first: TxOptions['first'];
  private readonly visibility: Visibility;
  private readonly context: string[];
  /** Organisations that existed when the transaction entered them, besides its own. */
  private entered: Set<string> | undefined;
  private readonly hooks: (() => void)[] = [];
  private client: Promise<Client> | undefined;
  /** Held from when the pool gave it until it is given back. */
  private connection: Client | undefined;
  private release: (error?: Error) => void = () => {};
  private ended = false;
  /** The view that the transaction's settings are for, once the server has executed what was sent. */
  private seenAs: string[];
  private refusal: unknown;
  /** Why the connection must not be reused. */
  private broken: Error | undefined;

  constructor(connect: Connect, visibility: Visibility, { begin = 'begin', enter = true, first }: TxOptions = {}) {
    this.connect = connect;
    this.context = contextValues(visibility);
    this.begin = beginning(begin, this.context, enter);
    this.first = first;
    this.visibility = visibility;
    this.seenAs = this.context;
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
      return traced(sql, () => {
        // The settings and the query are sent together, so that no query of another view comes between them.
        if (this.seenAs !== context) this.seeAs(client, context);
        return this.ask<Row>(client, sql, params);
      });
    };
    return {
      orgId,
      query,
      one: async <Row>(sql: string, params?: readonly unknown[]) => (await query<Row>(sql, params))[0],
      as: (other) => this.view(other, contextValues(other), opened),
      onCommit: (then) => this.hooks.push(then),
    };
  }

  private seeAs(client: Client, context: string[]): void {
    this.seenAs = context;
    const [orgId = ''] = context;
    this.entered ??= new Set(['', this.context[0] ?? '']);
    const known = this.entered.has(orgId);
    this.entered.add(orgId);
    const asked = known
      ? { name: 'tg_see_as', text: SEE_AS, values: context }
      : { name: 'tg_enter_as', text: `${SEE_AS},enter_organisation($1::text::uuid)`, values: context };
    client.query(asked).catch((error: unknown) => {
      this.refusal ??= named(error);
    });
  }

  private async ask<Row>(client: Client, sql: string, params: readonly unknown[]): Promise<Row[]> {
    const name = statementName(sql);
    try {
      return (await client.query({ text: sql, values: [...params], ...(name ? { name } : {}) })).rows as Row[];
    } catch (error) {
      if (isBroken(error)) this.broken ??= error as Error;
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
    try {
      await client.query(this.begin);
    } catch (error) {
      throw named(error);
    }
    if (this.first) await this.first(this.view(this.visibility, this.context, async () => client));
    return client;
  }

  async commit(): Promise<void> {
    this.ended = true;
    await this.client;
    const { connection } = this;
    if (connection) {
      try {
        const answer = await traced('commit', () => connection.query('commit'));
        // Postgres answers a commit of a failed transaction with ROLLBACK and no error.
        if (answer.command !== 'COMMIT') throw new Error('The transaction was rolled back: a query in it had failed.');
        this.giveBack();
      } catch (error) {
        this.giveBack(error as Error);
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

function beginning(begin: string, context: string[], enter: boolean): string {
  const settings: string[] = [];
  for (const [index, value] of context.entries()) {
    if (value !== '') settings.push(`set_config('${SETTINGS[index]}','${value}',true)`);
  }
  if (enter && context[0]) settings.push(`enter_organisation('${context[0]}')`);
  return settings.length === 0 ? begin : `${begin};select ${settings.join(',')}`;
}
