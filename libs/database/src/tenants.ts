import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { contextValues, readQuery } from './read-query.ts';
import { statementName } from './statements.ts';
import { traced } from './traced-query.ts';
import { type Tx, type Visibility, visibilitySettings } from './tx.ts';

/** A transaction that is opened by its first query, so that a handler may do slow I/O before it. */
export interface OpenTx {
  tx: Tx;
  /** Commits what was done; nothing to do when no query ran. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

type Client = pg.ClientBase;

/**
 * The only way to reach a service's rows. Each transaction says for whom it runs, and row-level security hides
 * everything else.
 */
export class Tenants {
  private readonly dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.dataSource = dataSource;
  }

  /** A writing transaction of one organisation. */
  run<T>(orgId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.as({ orgId }, work);
  }

  /** A writing transaction for any visibility: a user across organisations, or the holder of a secret. */
  as<T>(visibility: Visibility, work: (tx: Tx) => Promise<T>): Promise<T> {
    return finish(this.open(visibility), work);
  }

  /** Reads of one organisation that belong together: all of them see the same moment. */
  snapshot<T>(orgId: string | undefined, work: (tx: Tx) => Promise<T>): Promise<T> {
    return finish(
      new LazyTransaction(() => this.connect(), { orgId }, 'begin isolation level repeatable read, read only'),
      work,
    );
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
    const query = async <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> => {
      const [client, release] = await this.connect();
      try {
        const rows = await traced(sql, () => readQuery<Row>(client, context, sql, params));
        release();
        return rows;
      } catch (error) {
        release(isBroken(error) ? (error as Error) : undefined);
        throw error;
      }
    };
    return {
      orgId: visibility.orgId,
      query,
      one: async <Row>(sql: string, params?: readonly unknown[]) => (await query<Row>(sql, params))[0],
      onCommit: (then) => then(),
    };
  }

  open(visibility: Visibility): OpenTx {
    return new LazyTransaction(() => this.connect(), visibility);
  }

  private connect(): Promise<[Client, (error?: Error) => void]> {
    return (
      this.dataSource.driver as unknown as { obtainMasterConnection(): Promise<[Client, (error?: Error) => void]> }
    ).obtainMasterConnection();
  }
}

async function finish<T>(open: OpenTx, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    const result = await work(open.tx);
    await open.commit();
    return result;
  } catch (error) {
    await open.rollback();
    throw error;
  }
}

/** idle → (first query) open → committed | rolled back. Queries after the end are a bug and throw. */
class LazyTransaction implements OpenTx {
  readonly tx: Tx;
  private client: Promise<Client> | undefined;
  private release: (error?: Error) => void = () => {};
  private readonly hooks: (() => void)[] = [];
  private ended = false;
  private readonly connect: () => Promise<[Client, (error?: Error) => void]>;
  private readonly begin: string;

  constructor(connect: () => Promise<[Client, (error?: Error) => void]>, visibility: Visibility, begin = 'begin') {
    this.connect = connect;
    const settings = visibilitySettings(visibility).map(([name, value]) => `set_config('${name}','${value}',true)`);
    this.begin = settings.length === 0 ? begin : `${begin};select ${settings.join(',')}`;
    const query = async <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> => {
      const client = await this.opened();
      const name = statementName(sql);
      const asked = { text: sql, values: [...params], ...(name ? { name } : {}) };
      return (await traced(sql, () => client.query(asked))).rows as Row[];
    };
    this.tx = {
      orgId: visibility.orgId,
      query,
      one: async <Row>(sql: string, params?: readonly unknown[]) => (await query<Row>(sql, params))[0],
      onCommit: (then) => this.hooks.push(then),
    };
  }

  private opened(): Promise<Client> {
    if (this.ended) throw new Error('The transaction has ended: a query was not awaited.');
    this.client ??= this.connect().then(async ([client, release]) => {
      this.release = release;
      await client.query(this.begin);
      return client;
    });
    return this.client;
  }

  async commit(): Promise<void> {
    this.ended = true;
    const client = await this.client;
    // Whatever happens now, the client is given back here and `rollback` has nothing left to do.
    this.client = undefined;
    if (client) {
      try {
        const answer = await traced('commit', () => client.query('commit'));
        // Postgres answers a commit of a failed transaction with ROLLBACK and no error.
        if (answer.command !== 'COMMIT') throw new Error('The transaction was rolled back: a query in it had failed.');
        this.release();
      } catch (error) {
        this.release(error as Error);
        throw error;
      }
    }
    for (const hook of this.hooks) hook();
  }

  async rollback(): Promise<void> {
    if (this.ended && !this.client) return;
    this.ended = true;
    const client = await this.client?.catch((error: Error) => {
      this.release(error);
      return undefined;
    });
    if (!client) return;
    await client.query('rollback').then(
      () => this.release(),
      (error: Error) => this.release(error),
    );
  }
}

/** After a server-side error the connection is fine; after anything else it must not return to the pool. */
function isBroken(error: unknown): boolean {
  return (
    typeof (error as { code?: unknown }).code !== 'string' || !/^[0-9A-Z]{5}$/.test((error as { code: string }).code)
  );
}
