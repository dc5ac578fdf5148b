import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Platform } from '../platform.ts';

/** The database of a platform as its administrator: its own, or the one that its secrets name. */
export async function withDatabase<T>(
  platform: Pick<Platform, 'dataDir'>,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const read = <F>(file: string) => JSON.parse(readFileSync(join(platform.dataDir, file), 'utf8')) as F;
  const { DATABASE_URL: url, POSTGRES_PASSWORD: password } = read<Record<string, string>>('secrets.json');
  const own = () => {
    const { ports } = read<{ ports: { postgres: number } }>('installation.json');
    return { host: '127.0.0.1', port: ports.postgres, user: 'postgres', password, database: 'tidegate' };
  };
  const client = new pg.Client(url ? { connectionString: url } : own());
  client.on('error', () => undefined);
  await client.connect();
  return work(client).finally(() => client.end());
}
