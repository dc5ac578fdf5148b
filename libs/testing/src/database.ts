import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@tidegate/database/migrate';
import pg from 'pg';
import { alone, runPostgres } from './test-run.ts';

export interface TestDatabase {
  /** As the service connects: a role that owns nothing, in its schema. */
  login: { host: string; port: number; database: string; user: string; password: string; schema: string };
  /** As the superuser. */
  admin: { host: string; port: number; database: string; user: string; password: string };
  /** Ends what is still connected, and the database. */
  drop(): Promise<unknown>;
}

/**
 * A migrated schema in a database of its own on the run's PostgreSQL. The first one is migrated, the others are copies
 * of it: a copy takes a twentieth of a second.
 */
export async function testDatabase({ schema, folders }: { schema: string; folders: string[] }): Promise<TestDatabase> {
  const server = await runPostgres();
  const shared = { host: server.host, port: server.port, user: server.user, password: server.password };
  const role = { user: `test_${schema}`, password: 'x' };
  const template = `template_${schema}_${migrationsHash(folders)}`;
  const database = `test_${randomBytes(9).toString('hex')}`;
  const postgres = { ...shared, database: 'postgres' };
  await alone('databases', async () => {
    if (!(await exists(postgres, template))) {
      const unfinished = `${template}_unfinished`;
      await runStatements(postgres, `drop database if exists ${unfinished}`, `create database ${unfinished}`);
      const plan = { schema, role: role.user, password: role.password, folders };
      await migrate({ ...shared, database: unfinished }, [plan]);
      await runStatements(postgres, `alter database ${unfinished} rename to ${template}`);
    }
    await runStatements(postgres, `create database ${database} template ${template} strategy file_copy`);
  });
  return {
    login: { host: shared.host, port: shared.port, database, ...role, schema },
    admin: { ...shared, database },
    drop: () => runStatements(postgres, `drop database if exists ${database} with (force)`),
  };
}

function migrationsHash(folders: string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders)
    for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}

async function exists(at: pg.ClientConfig, database: string): Promise<boolean> {
  const [row] = await runStatements(at, `select 1 from pg_database where datname = '${database}'`);
  return row !== undefined;
}

/** One after the other, over a connection of their own; the rows of the last. */
export async function runStatements(at: pg.ClientConfig, ...statements: string[]): Promise<unknown[]> {
  const client = new pg.Client(at);
  client.on('error', () => undefined);
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}
