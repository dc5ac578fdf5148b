import type pg from 'pg';

export interface TableFault {
  table: string;
  fault: string;
}

/**
 * Every table of the schema that row-level security does not close: no org_id and no documented reason, or not
 * enabled, not forced, without a policy. Infrastructure without tenant data carries a comment `no-tenant: <reason>`.
 */
export async function uncoveredTables(client: pg.ClientBase, schema: string): Promise<TableFault[]> {
  const { rows } = await client.query<{
    table: string;
    enabled: boolean;
    forced: boolean;
    org: boolean;
    policies: number;
    note: string | null;
    partition: boolean;
  }>(
    `select c.relname as table, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
            c.relispartition as partition,
            exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and a.attnotnull
                    and not a.attisdropped) as org,
            (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies,
            obj_description(c.oid, 'pg_class') as note
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relkind in ('r', 'p') order by 1`,
    [schema],
  );
  return rows.flatMap((row) => {
    if (/^no-tenant: .{10}/.test(row.note ?? '')) return [];
    const fault = !row.org
      ? 'has no org_id (not null) and no comment "no-tenant: <reason>"'
      : !row.enabled || !row.forced
        ? 'row-level security is not enabled and forced: select tidegate.protect(...)'
        : row.policies === 0 && !row.partition
          ? 'has no policy: select tidegate.protect(...)'
          : undefined;
    return fault ? [{ table: row.table, fault }] : [];
  });
}
