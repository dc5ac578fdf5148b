import pg from 'pg';
import { applyMigration } from './apply-migration.ts';
import { type MigrationFile, migrationFiles } from './migration-files.ts';
import { checkRelease, noteRelease, type Release } from './releases.ts';
import { setPassword } from './scram-verifier.ts';

export interface SchemaPlan {
  schema: string;
  /** Runtime role: owns nothing, bypasses nothing. */
  role: string;
  password: string;
  /** Folders of `NNNN-what.sql`, run in this order, each file once. */
  folders: string[];
}

export interface MigrateOptions {
  /** All releases in order, this one last: whoever left one out is refused. */
  releases?: readonly Release[];
  /** Before anything changes in an installation that was there before; an error stops it. */
  beforeChanging?: (pending: string[]) => Promise<void>;
}

/** One number for all of Tidegate: two processes that start at once migrate one after the other. */
const LOCK = 7_318_204_911;

/**
 * Brings every schema to the current version. Safe to run from several processes at once and again at any time.
 * A file that was changed after it ran stops the start.
 */
export async function migrate(
  admin: pg.ClientConfig,
  plans: SchemaPlan[],
  { releases = [], beforeChanging }: MigrateOptions = {},
): Promise<string[]> {
  const client = new pg.Client(admin);
  // A broken connection fails its query; without a listener it would also end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query("set lock_timeout = '60s'; set client_min_messages = warning");
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(preamble());
    await checkRelease(client, releases, plans);
    const schemas: Schema[] = [];
    for (const plan of plans) schemas.push(await openSchema(client, plan));
    const pending = schemas.flatMap(({ plan, files }) => files.map(({ name }) => `${plan.schema}/${name}`));
    if (pending.length > 0 && schemas.some(({ isNew }) => !isNew)) await beforeChanging?.(pending);
    for (const { plan, files } of schemas) {
      for (const file of files) await applyMigration(client, plan.schema, file);
    }
    await noteRelease(client, releases);
    return pending;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** `tidegate.protect(table, purpose…)`: the one way to protect a table with row-level security. */
function preamble(): string {
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

interface Schema {
  plan: SchemaPlan;
  isNew: boolean;
  /** What has not run yet. */
  files: MigrationFile[];
}

async function openSchema(client: pg.Client, plan: SchemaPlan): Promise<Schema> {
  const schema = pg.escapeIdentifier(plan.schema);
  await ensureRole(client, plan);
  await client.query(`
    create schema if not exists ${schema};
    create table if not exists ${schema}.migrations (
      name text primary key, checksum text not null, applied_at timestamptz not null default now());
    comment on table ${schema}.migrations is 'no-tenant: which migration files have run in this schema';`);
  await grant(client, plan);
  const { rows } = await client.query<{ name: string; checksum: string }>(
    `select name, checksum from ${schema}.migrations`,
  );
  const done = new Map(rows.map((row) => [row.name, row.checksum]));
  const files = await migrationFiles(plan.folders);
  const changed = files.find(({ name, checksum }) => (done.get(name) ?? checksum) !== checksum);
  if (changed) {
    throw new Error(
      `Migration ${plan.schema}/${changed.name} was changed after it ran. Restore the file and add a new one instead.`,
    );
  }
  return { plan, isNew: rows.length === 0, files: files.filter(({ name }) => !done.has(name)) };
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
    grant select on ${schema}.migrations to ${role};
    alter default privileges in schema ${schema} grant select, insert, update, delete on tables to ${role};
    alter default privileges in schema ${schema} grant usage, select on sequences to ${role};
    alter default privileges in schema ${schema} grant execute on functions to ${role};`);
}
