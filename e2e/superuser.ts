import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { SharedPlatform } from './shared-platform.ts';

/** What the platform's own database answers its superuser, whom row-level security does not bind. */
export async function asSuperuser<Row extends pg.QueryResultRow>(
  { dataDir }: SharedPlatform,
  sql: string,
  params: unknown[] = [],
): Promise<Row[]> {
  const fileOf = (name: string) => JSON.parse(readFileSync(join(dataDir, name), 'utf8'));
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port: fileOf('installation.json').ports.postgres, database: 'tidegate' },
    ...{ user: 'postgres', password: fileOf('secrets.json')['POSTGRES_PASSWORD'] },
  });
  await client.connect();
  try {
    return (await client.query<Row>(sql, params)).rows;
  } finally {
    await client.end();
  }
}
