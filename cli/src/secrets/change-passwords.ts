import { setPassword } from '@tidegate/database/scram-verifier';
import { previousName } from '@tidegate/runtime/current-secrets';
import { makePassword, readSecrets } from '@tidegate/runtime/secrets-file';
import { schemaOf } from '@tidegate/runtime/service';
import pg from 'pg';
import { dropPrevious, hasPrevious, putNew } from './change-file.ts';
import { databaseVariable, WITH_DATABASE } from './kinds.ts';

/*
 * Passwords of roles in the embedded PostgreSQL, one role after the other:
 *
 *   secrets.json has both ──► the role has the new one ──► a log-in with it works ──► secrets.json has the new one
 *
 * New connections take whichever the server accepts (libs/database/src/passwords.ts); open ones stay. Interrupted anywhere,
 * the same command, or the next start, finishes the change.
 */
export interface Server {
  dataDir: string;
  host: string;
  port: number;
  database: string;
}

const REFUSED = '28P01';

export async function changeRolePassword(server: Server, role: string, variable: string): Promise<string> {
  const { dataDir } = server;
  const resumed = hasPrevious(dataDir, [variable]);
  if (!resumed) putNew(dataDir, { [variable]: makePassword() });
  await finishChange(server, role, variable);
  return `${role}${resumed ? ' (went on with a change that had been interrupted)' : ''}`;
}

/** Brings the role to what secrets.json says, and drops what was before. */
export async function finishChange(server: Server, role: string, variable: string): Promise<void> {
  const { dataDir } = server;
  const password = readSecrets(dataDir)[variable] ?? '';
  const admin = await connectAdmin(server);
  try {
    await setPassword(admin, role, password);
  } finally {
    await admin.end();
  }
  const check = await connect({ ...server, user: role, password });
  await check.end();
  dropPrevious(dataDir, [variable]);
}

export async function changeDatabasePasswords(server: Server): Promise<string[]> {
  const done: string[] = [];
  for (const service of WITH_DATABASE) {
    done.push(await changeRolePassword(server, schemaOf(service), databaseVariable(service)));
  }
  return done;
}

/** With the password that secrets.json has, or the one before while that is being changed. */
export async function connectAdmin({ dataDir, ...place }: Server): Promise<pg.Client> {
  const secrets = readSecrets(dataDir);
  const name = 'POSTGRES_PASSWORD';
  const known = [secrets[name], secrets[previousName(name)]].filter((one) => one !== undefined);
  for (const [index, password] of known.entries()) {
    try {
      return await connect({ ...place, user: 'postgres', password });
    } catch (error) {
      if ((error as { code?: string }).code !== REFUSED || index === known.length - 1) throw error;
    }
  }
  throw new Error('secrets.json has no POSTGRES_PASSWORD.\n  Fix: restore it from your backup.');
}

async function connect(config: pg.ClientConfig): Promise<pg.Client> {
  const { host, port, database, user, password } = config as Required<pg.ClientConfig>;
  const client = new pg.Client({ host, port, database, user, password, connectionTimeoutMillis: 20_000 });
  // A broken connection fails its query, which reports it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
