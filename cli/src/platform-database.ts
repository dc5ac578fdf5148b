import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { persist } from '@tidegate/runtime/persist';
import pg from 'pg';
import { say } from './installation.ts';

interface Place {
  host: string;
  port: number;
  password: string;
}

/** The database itself, and the role with which monitor-agent watches it. Changes nothing when all is there. */
export async function prepareDatabase(place: Place, monitorPassword: string, until: number): Promise<void> {
  const patience = {
    what: `PostgreSQL on port ${place.port}`,
    until,
    fix: 'read postgres.log in the data folder; on a slow machine a larger START_TIMEOUT_SECONDS',
    tell: say,
  };
  await persist(() => prepare(place, monitorPassword), patience);
}

async function prepare(place: Place, monitorPassword: string): Promise<void> {
  await asAdmin({ ...place, database: 'postgres' }, async (client) => {
    const database = await client.query("select 1 from pg_database where datname = 'tidegate'");
    if (database.rowCount === 0) await client.query('create database tidegate');
    await ensureMonitorRole(client, monitorPassword);
  });
  await asAdmin({ ...place, database: 'tidegate' }, async (client) => {
    const extension = await client.query("select 1 from pg_extension where extname = 'pg_stat_statements'");
    if (extension.rowCount === 0) await client.query('create extension pg_stat_statements');
  });
}

async function ensureMonitorRole(client: pg.Client, password: string): Promise<void> {
  const { rows } = await client.query<{ rolpassword: string | null }>(
    "select rolpassword from pg_authid where rolname = 'tidegate_monitor'",
  );
  if (!rows[0]) await client.query('create role tidegate_monitor login connection limit 5 in role pg_monitor');
  if (rows[0]?.rolpassword && matchesVerifier(rows[0].rolpassword, password)) return;
  // The verifier and not the password: statements are kept by pg_stat_statements, which that very role reads.
  await client.query(`alter role tidegate_monitor password ${pg.escapeLiteral(makeVerifier(password))}`);
}

const ITERATIONS = 4_096;

/** What PostgreSQL stores for a SCRAM-SHA-256 password (RFC 5803). */
export function makeVerifier(password: string, salt = randomBytes(16), iterations = ITERATIONS): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}

function matchesVerifier(verifier: string, password: string): boolean {
  const [, iterations, salt] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(verifier) ?? [];
  return salt !== undefined && makeVerifier(password, Buffer.from(salt, 'base64'), Number(iterations)) === verifier;
}

async function asAdmin(config: pg.ClientConfig, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ user: 'postgres', connectionTimeoutMillis: 20_000, ...config });
  // One that breaks fails the query that it is for.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') {
      throw new Error(
        'PostgreSQL refuses the password in secrets.json: the file and the database are not of one installation.\n  Fix: restore both from the same backup, or start with another DATA_DIR.',
        { cause: error },
      );
    }
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
