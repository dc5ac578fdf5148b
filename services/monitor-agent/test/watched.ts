import { until } from '@tidegate/testing/until';
import { connectServer, type ServerConnection } from '../src/kernel/connection/connect-server.ts';
import { type PostgresServer, pidOf } from './postgres-server.ts';

export const WATCHER_PASSWORD = 'watcher-S3CR3T';

/** A role as the documentation advises. */
export async function makeWatcher(server: PostgresServer, database = 'postgres'): Promise<void> {
  await server.sql(
    `create role watcher login password '${WATCHER_PASSWORD}';
     grant pg_monitor to watcher;
     create extension pg_stat_statements`,
    database,
  );
}

/** As the collector connects; closed with the server. */
export async function watch(
  server: PostgresServer,
  more: { user?: string; database?: string; port?: number } = {},
): Promise<ServerConnection> {
  const connection = await connectServer(
    {
      host: server.host,
      port: server.port,
      database: 'postgres',
      user: 'watcher',
      password: WATCHER_PASSWORD,
      tlsMode: 'disable',
      tlsCa: null,
      ...more,
    },
    { address: '127.0.0.1', loopback: true },
  );
  server.beforeStop(() => connection.close());
  return connection;
}

const CHECKPOINTER = "select pid from pg_stat_activity where backend_type = 'checkpointer'";

/** As the kernel does when memory runs out: PostgreSQL ends all sessions and recovers. Resolves when it has. */
export async function killBackend(server: PostgresServer): Promise<void> {
  const pid = async () => (await server.sql<{ pid: number }>(CHECKPOINTER))[0]?.pid;
  const before = await pid();
  const victim = await server.client();
  process.kill(pidOf(victim), 'SIGKILL');
  await until(
    async () => {
      const now = await pid();
      return now !== undefined && now !== before;
    },
    { withinMs: 15_000, what: 'recovery after a crash' },
  );
}
