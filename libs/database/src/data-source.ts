import type { DataSource, DataSourceOptions } from 'typeorm';
import { Connections } from './connections.ts';
import type { Connect } from './lazy-transaction.ts';
import { DataSource as LeanDataSource } from './lean-typeorm.ts';
import { type DatabaseLimits, DEFAULT_LIMITS } from './limits.ts';
import { Passwords } from './passwords.ts';
import type { ReadSecret } from './read-secret.ts';
import { WatchedClient } from './watched-client.ts';

export interface DatabaseSettings extends Partial<DatabaseLimits> {
  host: string;
  port: number;
  database: string;
  user: string;
  /** The newest first, where it may be changed meanwhile. */
  password: string | ReadSecret;
  schema: string;
  ssl?: boolean | object;
  applicationName?: string;
}

/** A data source whose connections are watched, and taken with a time limit. */
class WatchedDataSource extends LeanDataSource {
  readonly connections: Connections;

  constructor(options: DataSourceOptions, connect: (dataSource: DataSource) => Connections) {
    super(options);
    this.connections = connect(this);
  }

  override destroy(): Promise<void> {
    return this.connections.end(() => super.destroy());
  }
}

/** How the pool's connections are taken. */
export function connectionsOf(dataSource: DataSource): Connect {
  if (dataSource instanceof WatchedDataSource) return dataSource.connections.take;
  throw new Error('This data source was not created by connectDatabase.');
}

/** The service's pool. Sessions search their own schema first and cancel runaway statements. */
export async function connectDatabase(settings: DatabaseSettings): Promise<DataSource> {
  const { host, port, database, user, schema, ssl = false } = settings;
  const passwords = new Passwords(settings.password);
  const password = passwords.next;
  const limits = limitsOf(settings);
  const applicationName = settings.applicationName ?? `tidegate ${schema}`;
  const options: DataSourceOptions = {
    type: 'postgres',
    host,
    port,
    database,
    username: user,
    password,
    schema,
    ssl,
    installExtensions: false,
    poolSize: limits.poolSize,
    applicationName,
    poolErrorHandler: () => {
      // An idle connection broke; the pool replaces it, and a query that needed it reports the error itself.
    },
    extra: {
      Client: WatchedClient,
      connectWithinMs: limits.waitMs,
      // What comes back to the pool has already been idle for long enough.
      idleTimeoutMillis: 1,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      options: sessionOptions(schema, limits),
    },
  };
  const login = { host, port, database, user, password, ssl, application_name: applicationName };
  const dataSource = new WatchedDataSource(
    options,
    (self) => new Connections(self, schema, { login, passwords }, limits),
  );
  await dataSource.initialize();
  return dataSource;
}

function limitsOf(given: Partial<DatabaseLimits>): DatabaseLimits {
  const { poolSize, waitMs, statementMs, silenceMs, idleMs, openingMs } = DEFAULT_LIMITS;
  return {
    poolSize: given.poolSize ?? poolSize,
    waitMs: given.waitMs ?? waitMs,
    statementMs: given.statementMs ?? statementMs,
    silenceMs: given.silenceMs ?? silenceMs,
    idleMs: given.idleMs ?? idleMs,
    openingMs: given.openingMs ?? openingMs,
  };
}

/** The keep-alives let the server notice a process whose machine is gone, and end its transactions. */
function sessionOptions(schema: string, { statementMs }: DatabaseLimits): string {
  const options = {
    search_path: schema,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: 60_000,
    tcp_keepalives_idle: 15,
    tcp_keepalives_interval: 5,
    tcp_keepalives_count: 3,
    jit: 'off',
  };
  return Object.entries(options)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}
