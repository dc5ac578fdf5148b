import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { setPassword } from './scram-verifier.ts';

export interface SchemaPlan {
  schema: string;
  /** Runtime role: owns nothing, bypasses nothing. */
  role: string;
  password: string;
  /** Folders of `NNNN-what.sql`, run in this order, each file once. */
  folders: string[];
}

/** One number for all of Tidegate: two processes that start at once migrate one after the other. */
const LOCK = 7_318_204_911;

/**
 * Brings every schema to the current version. Safe to run from several processes at once and again at any time.
 * A file that was changed after it ran stops the start.
 */
export async function migrate(admin: pg.ClientConfig, plans: SchemaPlan[]): Promise<string[]> {
  const client = new pg.Client(admin);
  // A broken connection fails its query; without a listener it would also end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query("set lock_timeout = '60s'; set client_min_messages = warning");
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(await preamble());
    const applied: string[] = [];
    for (const plan of plans) applied.push(...(await migrateSchema(client, plan)));
    return applied;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** `tidegate.protect(table, purpose…)`: the one way to protect a table with row-level security. */
async function preamble(): Promise<string> {
  return `
    create schema if not exists tidegate;
    create or replace function tidegate.protect(target text, variadic purposes text[] default '{}') returns void
    language plpgsql as $fn$
    declare
      condition text := 'org_id = (select nullif(current_setting(''app.org_id'', true), '''')::uuid)';
    begin
      if cardinality(purposes) > 0 then
        condition := condition || format(' or (select current_setting(''app.system'', true)) = any (%L::text[])', purposes);
      end if;
      execute format('alter table %I enable row level security', target);
      execute format('alter table %I force row level security', target);
      execute format('drop policy if exists tenant on %I', target);
      execute format('create policy tenant on %I using (%s) with check (%s)', target, condition, condition);
    end $fn$;
  `;
}

async function migrateSchema(client: pg.Client, plan: SchemaPlan): Promise<string[]> {
  const schema = pg.escapeIdentifier(plan.schema);
  await ensureRole(client, plan);
  await client.query(`
    create schema if not exists ${schema};
    create table if not exists ${schema}.migrations (
      name text primary key, checksum text not null, applied_at timestamptz not null default now());
    comment on table ${schema}.migrations is 'no-tenant: which migration files have run in this schema';
    set search_path = ${schema};`);
  await grant(client, plan);
  const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from migrations');
  const done = new Map(rows.map((row) => [row.name, row.checksum]));
  const applied: string[] = [];
  for (const file of await migrationFiles(plan.folders)) {
    const before = done.get(file.name);
    if (before === file.checksum) continue;
    if (before) {
      throw new Error(
        `Migration ${plan.schema}/${file.name} was changed after it ran. Restore the file and add a new one instead.`,
      );
    }
    await applyFile(client, plan, file);
    applied.push(`${plan.schema}/${file.name}`);
  }
  return applied;
}

async function applyFile(client: pg.Client, plan: SchemaPlan, file: MigrationFile): Promise<void> {
  await client.query('begin');
  try {
    await client.query(file.sql);
    await client.query('insert into migrations (name, checksum) values ($1, $2)', [file.name, file.checksum]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw new Error(`Migration ${plan.schema}/${file.name} failed: ${(error as Error).message}`, { cause: error });
  }
}

interface MigrationFile {
  name: string;
  sql: string;
  checksum: string;
}

async function migrationFiles(folders: string[]): Promise<MigrationFile[]> {
  const files: MigrationFile[] = [];
  for (const folder of folders) {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
    for (const name of names) {
      const sql = await readFile(join(folder, name), 'utf8');
      files.push({ name, sql, checksum: createHash('sha256').update(sql).digest('hex') });
    }
  }
  const names = files.map((file) => file.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Error(`Two migration files are called ${twice}. Rename one.`);
  return files;
}

async function ensureRole(client: pg.Client, { role, password }: SchemaPlan): Promise<void> {
  const name = pg.escapeIdentifier(role);
  const { rows } = await client.query<{ fits: boolean }>(
    `select rolcanlogin and not (rolsuper or rolcreatedb or rolcreaterole or rolbypassrls) as fits
       from pg_roles where rolname = $1`,
    [role],
  );
  if (rows.length === 0) await client.query(`create role ${name} login`);
  // Only a superuser may even name these attributes, and the migrating role need not be one.
  else if (!rows[0]?.fits)
    await client.query(`alter role ${name} login nosuperuser nocreatedb nocreaterole nobypassrls`);
  await setPassword(client, role, password);
}

async function grant(client: pg.Client, plan: SchemaPlan): Promise<void> {
  const schema = pg.escapeIdentifier(plan.schema);
  const role = pg.escapeIdentifier(plan.role);
  await client.query(`
    grant usage on schema ${schema} to ${role};
    alter default privileges in schema ${schema} grant select, insert, update, delete on tables to ${role};
    alter default privileges in schema ${schema} grant usage, select on sequences to ${role};
    alter default privileges in schema ${schema} grant execute on functions to ${role};`);
}
