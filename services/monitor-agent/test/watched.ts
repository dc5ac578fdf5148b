import { connectServer, type ServerConnection } from '../src/connection/connect-server.ts';
import type { PostgresServer } from './postgres-server.ts';

export const WATCHER_PASSWORD = 'watcher-S3CR3T';

/** A role as the documentation advises, and a connection of it as the collector makes it. */
export async function makeWatcher(server: PostgresServer, database = 'postgres'): Promise<void> {
  await server.sql(
    `create role watcher login password '${WATCHER_PASSWORD}';
     grant pg_monitor to watcher;
     create extension pg_stat_statements`,
    database,
  );
}

export function watch(
  server: PostgresServer,
  more: { user?: string; database?: string } = {},
): Promise<ServerConnection> {
  return connectServer(
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
}
