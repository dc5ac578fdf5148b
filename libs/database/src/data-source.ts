import type pg from 'pg';
import { DataSource } from 'typeorm';
import { Connections } from './connections.ts';
import type { Connect } from './lazy-transaction.ts';
import { type DatabaseLimits, DEFAULT_LIMITS } from './limits.ts';
import { WatchedClient } from './watched-client.ts';

export interface DatabaseSettings extends Partial<DatabaseLimits> {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  schema: string;
  ssl?: boolean | object;
  applicationName?: string;
}

const connections = new WeakMap<DataSource, Connections>();

/** How the pool's connections are taken. */
export function connectionsOf(dataSource: DataSource): Connect {
  const found = connections.get(dataSource);
  if (!found) throw new Error('This data source was not made by connectDatabase.');
  return found.take;
}

/** The service's pool. Sessions find their own schema first and give up on runaway statements. */
export async function connectDatabase(settings: DatabaseSettings): Promise<DataSource> {
  const { host, port, database, user, password, schema, ssl = false } = settings;
  const limits = limitsOf(settings);
  const applicationName = settings.applicationName ?? `tidegate ${schema}`;
  const dataSource = new DataSource({
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
      idleTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      options: sessionOptions(schema, limits),
    },
  });
  await dataSource.initialize();
  const { master } = dataSource.driver as unknown as { master: pg.Pool };
  const login = { host, port, database, user, password, ssl, application_name: applicationName };
  const watched = new Connections(master, schema, login, limits);
  connections.set(dataSource, watched);
  const destroy = dataSource.destroy.bind(dataSource);
  dataSource.destroy = () => watched.end(destroy);
  return dataSource;
}

function limitsOf(given: Partial<DatabaseLimits>): DatabaseLimits {
  const { poolSize, waitMs, statementMs, silenceMs } = DEFAULT_LIMITS;
  return {
    poolSize: given.poolSize ?? poolSize,
    waitMs: given.waitMs ?? waitMs,
    statementMs: given.statementMs ?? statementMs,
    silenceMs: given.silenceMs ?? silenceMs,
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
