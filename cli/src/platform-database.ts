import { setPassword } from '@tidegate/database/scram-verifier';
import { persist } from '@tidegate/runtime/persist';
import type { Settings } from '@tidegate/runtime/settings';
import type pg from 'pg';
import { say } from './kernel/installation.ts';
import { isThere, withClient } from './kernel/with-client.ts';

interface Place {
  host: string;
  port: number;
  password: string;
}

/** Creates the database, and the role with which monitor-agent watches it, unless they exist. */
export async function prepareDatabase(place: Place, monitorPassword: string, until: number): Promise<void> {
  const patience = {
    what: `PostgreSQL on port ${place.port}`,
    until,
    fix: 'read postgres.log in the data folder; on a slow machine a larger START_TIMEOUT_SECONDS',
    report: say,
  };
  await persist(() => prepare(place, monitorPassword), patience);
}

/** Whether somebody has an account already. */
export async function hasUsers({ database, startTimeoutMs }: Settings): Promise<boolean> {
  const ask = async (): Promise<boolean> => {
    let found = false;
    await asAdmin({ connectionString: database.adminUrl }, async (client) => {
      if (await isThere(client, 'identity.users'))
        found = (await client.query('select 1 from identity.users limit 1')).rowCount === 1;
    });
    return found;
  };
  const what = `PostgreSQL at ${database.host}:${database.port}`;
  return persist(ask, { what, until: performance.now() + startTimeoutMs, fix: 'npx tidegate doctor', report: say });
}

async function prepare(place: Place, monitorPassword: string): Promise<void> {
  await asAdmin({ ...place, database: 'postgres' }, async (client) => {
    const database = await client.query("select 1 from pg_database where datname = 'tidegate'");
    // Copied as files: through the WAL, twice 7 MB of the template would stay in shared buffers.
    if (database.rowCount === 0) await client.query('create database tidegate strategy file_copy');
    await ensureMonitorRole(client, monitorPassword);
  });
  await asAdmin({ ...place, database: 'tidegate' }, async (client) => {
    const extension = await client.query("select 1 from pg_extension where extname = 'pg_stat_statements'");
    if (extension.rowCount === 0) await client.query('create extension pg_stat_statements');
  });
}

async function ensureMonitorRole(client: pg.Client, password: string): Promise<void> {
  const known = await client.query("select 1 from pg_roles where rolname = 'tidegate_monitor'");
  if (known.rowCount === 0)
    await client.query('create role tidegate_monitor login connection limit 5 in role pg_monitor');
  await setPassword(client, 'tidegate_monitor', password);
}

async function asAdmin(config: pg.ClientConfig, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  try {
    await withClient({ user: 'postgres', ...config }, work);
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') {
      throw new Error(
        'PostgreSQL refuses the password in secrets.json: the file and the database belong to different installations.\n  Fix: restore both from the same backup, or start with another DATA_DIR.',
        { cause: error },
      );
    }
    throw error;
  }
}
