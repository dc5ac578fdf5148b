import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import { startPostgres } from '@tidegate/runtime/embedded/postgres';
import { natsAuthorization } from '@tidegate/runtime/nats-permissions';
import { BUS_MEMBERS, ensureSecrets, secretsFile, variablePrefix } from '@tidegate/runtime/secrets-file';
import type { Settings } from '@tidegate/runtime/settings';
import { droppingProxy } from '@tidegate/testing/dropping-proxy';
import pg from 'pg';
import type { ServerClock } from './server-clock.ts';

/** PostgreSQL and nats-server as somebody else runs them, reached over links that can be cut; the data folder knows them. */
export async function serversBehindLinks(folder: string, dataDir: string, databaseClock: ServerClock | undefined) {
  chmodSync(folder, 0o711);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const secrets = ensureSecrets(dataDir, (name) => name === 'POSTGRES_PASSWORD');
  const users = BUS_MEMBERS.map((name) => {
    return [name, { user: name, password: secrets[`NATS_${variablePrefix(name)}_PASSWORD`] as string }] as const;
  });
  const authorization = natsAuthorization(Object.fromEntries(users) as Settings['nats']['users']);
  const nats = await startNats({ dir: join(folder, 'nats'), authorization });
  const postgres = await startPostgres({
    dir: join(folder, 'postgres'),
    password: 'behind-links',
    env: databaseClock?.env,
  });
  const client = new pg.Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('create database tidegate');
  await client.end();
  const links = { postgres: await droppingProxy(postgres.port), nats: await droppingProxy(nats.port) };
  const known = JSON.parse(readFileSync(secretsFile(dataDir), 'utf8')) as object;
  const urls = {
    DATABASE_URL: `postgresql://postgres:behind-links@127.0.0.1:${links.postgres.port}/tidegate`,
    NATS_URL: `nats://127.0.0.1:${links.nats.port}`,
  };
  writeFileSync(secretsFile(dataDir), JSON.stringify({ ...known, ...urls }), { mode: 0o600 });
  return {
    links,
    close: async () => {
      await links.postgres.close();
      await links.nats.close();
      await nats.stop();
      await postgres.stop();
    },
  };
}
