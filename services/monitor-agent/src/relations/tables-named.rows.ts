import type { Tx } from '@tidegate/database/tx';

export interface NamedTable {
  oid: number;
  databaseOid: number;
  schema: string;
  name: string;
  totalBytes: number | null;
}

const MOST = 50;

/** Tables of a database that have one of those names; without a schema, in any. */
export async function tablesNamed(
  tx: Tx,
  serverId: string,
  database: string,
  names: readonly { schema: string | null; name: string }[],
): Promise<NamedTable[]> {
  if (names.length === 0) return [];
  const rows = await tx.query<{
    oid: string;
    database_oid: string;
    schema_name: string;
    name: string;
    total_bytes: string | null;
  }>(
    `select t.oid, t.database_oid, t.schema_name, t.name, t.heap_bytes + coalesce(t.index_bytes, 0) as total_bytes
       from tables t left join databases d on d.org_id = $1 and d.server_id = $2 and d.oid = t.database_oid
      where t.org_id = $1 and t.server_id = $2 and t.gone_at is null and coalesce(d.name, t.database_name) = $3
        and exists (select from unnest($4::text[], $5::text[]) as u(schema, name)
                     where u.name = t.name and (u.schema is null or u.schema = t.schema_name))
      order by 5 desc nulls last, t.schema_name, t.name limit ${MOST}`,
    [tx.orgId, serverId, database, names.map(({ schema }) => schema), names.map(({ name }) => name)],
  );
  return rows.map((row) => ({
    oid: Number(row.oid),
    databaseOid: Number(row.database_oid),
    schema: row.schema_name,
    name: row.name,
    totalBytes: row.total_bytes === null ? null : Number(row.total_bytes),
  }));
}

export interface SizeOfDay {
  at: string;
  heapBytes: number;
  indexBytes: number;
  liveRows: number;
  deadRows: number;
}

/** Days on which it had another size than before, oldest first, and now. Partitions are added up: each as it was last. */
export async function growthOf(tx: Tx, serverId: string, { databaseOid, oid }: NamedTable): Promise<SizeOfDay[]> {
  const rows = await tx.query<{ at: Date; heap: number; indexes: number; live: number; dead: number }>(
    `with members as (
       select oid, heap_bytes, index_bytes, live_rows, dead_rows from tables
        where org_id = $1 and server_id = $2 and database_oid = $3 and (oid = $4 or root_oid = $4) and gone_at is null
          and kind <> 'partitioned table'),
     stored as (
       select s.* from table_sizes s join members m on m.oid = s.oid
        where s.org_id = $1 and s.server_id = $2 and s.database_oid = $3),
     days as (select distinct day from stored)
     select d.day::timestamp at time zone 'utc' as at, sum(l.heap_bytes)::float8 as heap, sum(l.index_bytes)::float8 as indexes,
            sum(l.live_rows)::float8 as live, sum(l.dead_rows)::float8 as dead
       from days d cross join members m
       join lateral (select * from stored s where s.oid = m.oid and s.day <= d.day order by s.day desc limit 1) l on true
      group by d.day
     union all
     select now(), sum(heap_bytes)::float8, coalesce(sum(index_bytes), 0)::float8, sum(live_rows)::float8, sum(dead_rows)::float8
       from members having sum(heap_bytes) is not null
      order by 1`,
    [tx.orgId, serverId, databaseOid, oid],
  );
  return rows.map(({ at, heap, indexes, live, dead }) => ({
    at: at.toISOString(),
    heapBytes: heap,
    indexBytes: indexes,
    liveRows: live,
    deadRows: dead,
  }));
}
