import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openStream, type StreamKey, sealStream } from '@tidegate/backup/kernel/sealed-stream';
import { findPrograms, type Programs } from '@tidegate/backup/postgres/client-programs';
import { askDumpable, type Dumpable, makeRoles } from '@tidegate/backup/postgres/dump.queries';
import { dumpDatabase, loadDump } from '@tidegate/backup/postgres/logical-dump';
import { connected } from '@tidegate/backup/postgres/replication';
import { askServer } from '@tidegate/backup/postgres/server.queries';
import { STORING_SERVICES } from '@tidegate/contracts/kernel/service-names';
import { schemaOf } from '@tidegate/runtime/service';
import type pg from 'pg';
import { vaultSettings } from '../service-vaults.ts';
import { databaseOf } from './back-up.ts';

/** Of this database: the schemas of the services, and what all share. */
const SCHEMAS = [...STORING_SERVICES.map(schemaOf), 'tidegate'];

interface Facts extends Dumpable {
  version: string;
  major: number;
}

const factsOf = async (client: pg.Client): Promise<Facts> => ({
  ...(await askServer(client)),
  ...(await askDumpable(client, SCHEMAS)),
});

export interface Dumped {
  programs: Programs;
  server: string;
  bytes: number;
}

/** One snapshot of the database in a sealed file, by pg_dump of the server's own version. */
export async function dumpInto(dataDir: string, env: NodeJS.ProcessEnv, to: string, key: StreamKey): Promise<Dumped> {
  if (existsSync(to)) throw new Error(`${to} is there already.\n  Fix: name another file.`);
  const { url, ssl = false } = await databaseOf(dataDir, env);
  const login = { url, ssl };
  const facts = await connected(login, false, factsOf);
  if (facts.schemas.length === 0) throw new Error('This database has nothing of Tidegate.\n  Fix: check DATABASE_URL.');
  if (!facts.seesAll)
    throw new Error(
      `Row-level security hides rows from ${new URL(url).username}, so its dump would not be whole.\n  Fix: ALTER ROLE ${new URL(url).username} BYPASSRLS, or name another role in DATABASE_URL for this command.`,
    );
  const programs = findPrograms(facts.major, env);
  const part = `${to}.part`;
  try {
    const dump = dumpDatabase(programs, login, facts.schemas, env);
    await pipeline(sealStream(dump, key), createWriteStream(part, { mode: 0o600 }));
    const file = await open(part, 'r+');
    await file.sync().finally(() => file.close());
    renameSync(part, to);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  return { programs, server: facts.version, bytes: facts.bytes };
}

/** Into a database that has nothing of Tidegate yet. */
export async function loadFrom(env: NodeJS.ProcessEnv, path: string, key: StreamKey): Promise<Dumped> {
  const { database } = await vaultSettings(env);
  const login = { url: database.adminUrl ?? '', ssl: env['DATABASE_SSL'] === 'true' };
  const facts = await connected(login, false, factsOf);
  if (facts.schemas.length > 0)
    throw new Error(
      `This database has the schemas ${facts.schemas.join(', ')} already. Nothing was changed.\n  Fix: create an empty one and name it in DATABASE_URL.`,
    );
  const programs = findPrograms(facts.major, env);
  // Read to its end before anything is written: what pg_restore has committed cannot be taken back.
  const content = () => openStream(createReadStream(path), key, basename(path));
  for await (const chunk of content()) void chunk;
  await connected(login, false, (client) =>
    makeRoles(
      client,
      Object.values(database.roles).map(({ user }) => user),
    ),
  );
  await loadDump(programs, login, content(), env);
  const { bytes } = await connected(login, false, factsOf);
  return { programs, server: facts.version, bytes };
}
