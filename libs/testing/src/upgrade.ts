import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@tidegate/database/migrate';
import pg from 'pg';
import { runPostgres } from './test-run.ts';

export interface SchemaBefore {
  /** A superuser in the schema. */
  client: pg.Client;
  /** Runs the migrations that were held back. */
  upgrade(): Promise<unknown>;
  drop(): Promise<void>;
}

/** A service's schema as it was before one of its migrations, in a database of its own, to be filled and upgraded. */
export async function schemaBefore(
  migration: string,
  { schema, libraries, folder }: { schema: string; libraries: string[]; folder: string },
): Promise<SchemaBefore> {
  const server = await runPostgres();
  const superuser = { host: server.host, port: server.port, user: server.user, password: server.password };
  const tag = randomBytes(6).toString('hex');
  const [role, database] = [`role_${tag}`, `upgrade_${tag}`];
  const run = async (...statements: string[]) => {
    const admin = new pg.Client({ ...superuser, database: 'postgres' });
    admin.on('error', () => {});
    await admin.connect();
    for (const statement of statements) await admin.query(statement);
    await admin.end();
  };
  const migrated = (own: string) =>
    migrate({ ...superuser, database }, [{ schema, role, password: 'x', folders: [...libraries, own] }]);
  const before = mkdtempSync(join(tmpdir(), 'tidegate-upgrade-'));
  await run(`create database ${database}`);
  for (const name of readdirSync(folder)) if (name < migration) cpSync(join(folder, name), join(before, name));
  await migrated(before);
  const client = new pg.Client({ ...superuser, database });
  client.on('error', () => {});
  await client.connect();
  await client.query(`set search_path = ${schema}`);
  return {
    client,
    upgrade: () => migrated(folder),
    drop: async () => {
      await client.end();
      await run(`drop database ${database}`, `drop role ${role}`);
      rmSync(before, { recursive: true, force: true });
    },
  };
}
