import type { DataSource } from 'typeorm';
import { AskFirst } from './ask-first.ts';
import { isBroken } from './broken.ts';
import { connectionsOf } from './data-source.ts';
import { type Connect, LazyTransaction, type TxOptions } from './lazy-transaction.ts';
import { observed } from './observed-query.ts';
import { refuseWhileHeld } from './one-connection.ts';
import { type Answer, prefacedQuery } from './prefaced-query.ts';
import { readQuery } from './read-query.ts';
import { type Client, contextValues, type Tx, type Visibility } from './tx.ts';

/** How many answers one transaction may need from elsewhere, one after the other. */
const MAX_ANSWERS = 3;

/**
 * The only way to reach a service's rows. Each transaction says for whom it runs, and row-level security hides
 * everything else.
 */
export class TenantDatabase {
  private readonly connect: Connect;

  constructor(dataSource: DataSource) {
    this.connect = connectionsOf(dataSource);
  }

  /** A writing transaction of one organisation. */
  run<T>(orgId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.as({ orgId }, work);
  }

  /**
   * A writing transaction for any visibility: a user across organisations, or the holder of a secret. It is opened by
   * its first query. Work that needs an answer from elsewhere (`AskFirst`) is retried once the answer is there.
   */
  async as<T>(visibility: Visibility, work: (tx: Tx) => Promise<T>, { first }: TxOptions = {}): Promise<T> {
    const answers: ((tx: Tx) => Promise<unknown>)[] = [];
    const keepAnswers = async (tx: Tx) => {
      await first?.(tx);
      for (const keep of answers) await keep(tx);
    };
    for (;;) {
      const transaction = this.open(visibility, { first: first || answers.length > 0 ? keepAnswers : undefined });
      try {
        return await transaction.run(work);
      } catch (error) {
        if (!(error instanceof AskFirst) || answers.length === MAX_ANSWERS) throw error;
        answers.push(await error.ask());
      }
    }
  }

  /** Reads of one organisation that belong together: all see the same snapshot. */
  snapshot<T>(orgId: string | undefined, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.open({ orgId }, { begin: ['begin isolation level repeatable read, read only'], enter: false }).run(
      work,
    );
  }

  /**
   * For deleting what is left of a deleted organisation: nothing else may write for it. Partitions are left
   * out by the values of the parameters, which needs a plan for each.
   */
  purging<T>(orgId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.open({ orgId }, { begin: ['begin', 'set local plan_cache_mode=force_custom_plan'], enter: false }).run(
      work,
    );
  }

  /**
   * For an organisation that moves, which nobody else may write for: one long transaction, ended by the caller. `reading`:
   * of one snapshot.
   */
  moving(orgId: string, { reading = false } = {}): LazyTransaction {
    const begin = reading ? 'begin isolation level repeatable read, read only' : 'begin';
    const limits = ['statement_timeout', 'idle_in_transaction_session_timeout'].map((name) => `set local ${name}=0`);
    return this.open({ orgId }, { begin: [begin, ...limits], enter: false });
  }

  /** Refuses as a writing transaction would: before something is changed elsewhere that could not be stored here. */
  async requireHere(orgId: string): Promise<void> {
    await this.run(orgId, (tx) => tx.query('select'));
  }

  /** For a system loop: sees the rows of tables that were protected for this purpose, and tables without tenant. */
  system<T>(purpose: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.as({ system: purpose }, work);
  }

  /** Reads of one organisation: each query is a read-only transaction of its own, in one round trip. */
  read<T>(orgId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return work(this.reader({ orgId }));
  }

  reader(visibility: Visibility): Tx {
    const context = contextValues(visibility);
    const query = <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> =>
      this.lent(sql, (client) => readQuery<Row>(client, context, sql, params));
    return {
      orgId: visibility.orgId,
      query,
      one: async <Row>(sql: string, params?: readonly unknown[]) => (await query<Row>(sql, params))[0],
      send: async (sql, params) => void (await query(sql, params)),
      as: (other) => this.reader(other),
      onCommit: (then) => then(),
    };
  }

  /**
   * One statement, reading or writing, on tables without tenant: a transaction of its own in one round trip. It runs for
   * nobody, so row-level security hides every other table.
   */
  statement<Row = Record<string, unknown>>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    return this.lent(sql, (client) => prefacedQuery<Row>(client, [], sql, params));
  }

  private async lent<Row>(sql: string, ask: (client: Client) => Promise<Answer<Row>>): Promise<Row[]> {
    refuseWhileHeld('A second connection is taken');
    const [client, release] = await this.connect();
    try {
      const { rows } = await observed(client, sql, () => ask(client));
      release();
      return rows;
    } catch (error) {
      release(isBroken(error) ? (error as Error) : undefined);
      throw error;
    }
  }

  /** Whether the database answers. */
  async ping(): Promise<void> {
    await this.reader({}).query('select 1');
  }

  /** For callers that end the transaction themselves. */
  open(visibility: Visibility, options?: TxOptions): LazyTransaction {
    return new LazyTransaction(this.connect, visibility, options);
  }
}
