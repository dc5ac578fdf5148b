import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Platform } from './platform.ts';

type Place = Pick<Platform, 'dataDir'>;

/** How the superuser of a platform's database logs in, whom row-level security does not bind: its own, or the one that its secrets name. */
export function superuserLogin({ dataDir }: Place) {
  const read = <F>(file: string) => JSON.parse(readFileSync(join(dataDir, file), 'utf8')) as F;
  const { DATABASE_URL: external, POSTGRES_PASSWORD: password } = read<Record<string, string>>('secrets.json');
  if (external) {
    const { hostname: host, port, username: user, password: secret, pathname } = new URL(external);
    return {
      host,
      port: Number(port || 5432),
      database: pathname.slice(1),
      user,
      password: decodeURIComponent(secret),
    };
  }
  const { ports } = read<{ ports: { postgres: number } }>('installation.json');
  return { host: '127.0.0.1', port: ports.postgres, database: 'tidegate', user: 'postgres', password };
}

export async function withSuperuser<T>(platform: Place, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(superuserLogin(platform));
  // A broken connection fails its query.
  client.on('error', () => undefined);
  await client.connect();
  return work(client).finally(() => client.end());
}

export const asSuperuser = <Row extends pg.QueryResultRow>(
  platform: Place,
  sql: string,
  params: unknown[] = [],
): Promise<Row[]> => withSuperuser(platform, async (client) => (await client.query<Row>(sql, params)).rows);
