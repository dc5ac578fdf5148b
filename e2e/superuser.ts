import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { SharedPlatform } from './shared-platform.ts';

type Place = Pick<SharedPlatform, 'dataDir'>;

/** How the superuser of the platform's own database logs in, whom row-level security does not bind. */
export function superuserLogin({ dataDir }: Place) {
  const fileOf = (name: string) => JSON.parse(readFileSync(join(dataDir, name), 'utf8'));
  return {
    ...{ host: '127.0.0.1', port: fileOf('installation.json').ports.postgres as number, database: 'tidegate' },
    ...{ user: 'postgres', password: fileOf('secrets.json')['POSTGRES_PASSWORD'] as string },
  };
}

export async function withSuperuser<T>(platform: Place, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(superuserLogin(platform));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export const asSuperuser = <Row extends pg.QueryResultRow>(
  platform: Place,
  sql: string,
  params: unknown[] = [],
): Promise<Row[]> => withSuperuser(platform, async (client) => (await client.query<Row>(sql, params)).rows);
