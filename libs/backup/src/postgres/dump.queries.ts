import type pg from 'pg';

export interface Dumpable {
  /** Whether row-level security hides nothing from this role. */
  seesAll: boolean;
  /** Of ours that are there. */
  schemas: string[];
  bytes: number;
}

export async function askDumpable(client: pg.Client, schemas: readonly string[]): Promise<Dumpable> {
  const { rows } = await client.query<{ sees: boolean; schemas: string[]; bytes: string }>(
    `select (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as sees,
            coalesce((select array_agg(nspname::text order by nspname) from pg_namespace where nspname = any($1)), '{}') as schemas,
            pg_database_size(current_database()) as bytes`,
    [schemas],
  );
  const [row] = rows;
  return { seesAll: row?.sees ?? false, schemas: row?.schemas ?? [], bytes: Number(row?.bytes ?? 0) };
}

/** What a dump grants rights to. They get their passwords with the next start. */
export async function makeRoles(client: pg.Client, roles: readonly string[]): Promise<void> {
  for (const role of roles) {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
    if (rowCount === 0) await client.query(`create role ${client.escapeIdentifier(role)} login`);
  }
}
