import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Place } from '@tidegate/runtime/embedded/postgres';
import pg from 'pg';

/*
 * The data folder of somebody else's server of our major version, made into one that the embedded PostgreSQL starts: for
 * drills. Its configuration named files, libraries and addresses of another machine; its superuser has another name.
 */

/** What was backed up cannot be started here, whatever is right or wrong with it. */
export class CannotTryHere extends Error {}

/** Who was a superuser of it, and where Tidegate's tables are. */
export interface Foreign {
  user: string;
  database: string;
}

const RULES = 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n';

/** Our own configuration in place of that of the other machine, and a socket that only we reach. Answers its folder. */
export function disarm({ data, identity }: Place): { socket: string; remove(): void } {
  for (const [name, content] of [
    ['postgresql.conf', ''],
    ['postgresql.auto.conf', ''],
    ['pg_hba.conf', RULES],
    ['pg_ident.conf', ''],
  ] as const) {
    writeFileSync(join(data, name), content, { mode: 0o600 });
    if (identity) chownSync(join(data, name), identity.uid, identity.gid);
  }
  // Not in the data folder: the path of a socket is short.
  const socket = mkdtempSync(join(tmpdir(), 'tidegate-drill-'));
  if (identity) chownSync(socket, identity.uid, identity.gid);
  return { socket, remove: () => rmSync(socket, { recursive: true, force: true }) };
}

/** Gives the recovered server what an embedded one has: the superuser `postgres` with this password, the database `tidegate`. */
export async function takeOver(
  { user, database }: Foreign,
  { socket, port, password }: { socket: string; port: number; password: string },
): Promise<void> {
  const client = new pg.Client({ host: socket, port, user, database: 'postgres' });
  client.on('error', () => undefined);
  await client.connect().catch((error: Error) => {
    throw new CannotTryHere(`nobody can log in to it as ${user}: ${error.message}`);
  });
  try {
    const { rows } = await client.query<{ yes: boolean }>(
      'select rolsuper as yes from pg_roles where rolname = current_user',
    );
    if (!rows[0]?.yes) throw new CannotTryHere(`${user} is no superuser of it`);
    const known = await client.query("select 1 from pg_roles where rolname = 'postgres'");
    if (known.rowCount === 0) await client.query('create role postgres');
    await client.query(`alter role postgres superuser login password ${client.escapeLiteral(password)}`);
    if (database !== 'tidegate')
      await client.query(`alter database ${client.escapeIdentifier(database)} rename to tidegate`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What PostgreSQL says of a database whose texts are sorted by a locale that this machine does not have. */
export const isOfAnotherLocale = (message: string): boolean =>
  /locale is incompatible with operating system|collation.*does not exist/i.test(message);
