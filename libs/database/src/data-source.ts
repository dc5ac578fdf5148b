import pg from 'pg';
import { DataSource } from 'typeorm';

/** Days stay text: a Date would drag the process's time zone in. */
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

/**
 * A connection that breaks fails the query or transaction that holds it; without a listener its event would end the
 * process besides.
 */
class SafeClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
  }
}

export interface DatabaseSettings {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  schema: string;
  ssl?: boolean | object;
  /** Connections at the most. */
  poolSize?: number;
  applicationName?: string;
}

/** The service's pool. Sessions find their own schema first and give up on runaway statements. */
export async function connectDatabase(settings: DatabaseSettings): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    host: settings.host,
    port: settings.port,
    database: settings.database,
    username: settings.user,
    password: settings.password,
    schema: settings.schema,
    ssl: settings.ssl ?? false,
    installExtensions: false,
    poolSize: settings.poolSize ?? 8,
    applicationName: settings.applicationName ?? `tidegate ${settings.schema}`,
    connectTimeoutMS: 5_000,
    poolErrorHandler: () => {
      // An idle connection broke; the pool replaces it, and a query that needed it reports the error itself.
    },
    extra: {
      Client: SafeClient,
      idleTimeoutMillis: 10_000,
      options: `-c search_path=${settings.schema} -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c jit=off`,
    },
  });
  await dataSource.initialize();
  return dataSource;
}
