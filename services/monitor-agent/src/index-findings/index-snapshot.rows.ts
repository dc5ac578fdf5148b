import type { Tx } from '@tidegate/database/tx';
import type { IndexFacts } from '../relations/index-shape.rules.ts';
import type { IndexSnapshot } from './index-facts.rules.ts';
import { LIMITS } from './index-findings.rules.ts';

/** More are not judged; the answer says so. */
const MAX_INDEXES = 50_000;

interface Row {
  known: number;
  database_oid: string;
  table_oid: string;
  oid: string;
  database: string;
  schema_name: string;
  table_name: string;
  name: string;
  columns: string[];
  method: string | null;
  is_unique: boolean;
  is_valid: boolean;
  is_building: boolean;
  bytes: string | null;
  facts: IndexFacts | null;
  first_seen_at: Date;
  last_scan_at: Date | null;
  own_since: Date | null;
  counting_since: Date | null;
  counted_ms: number | null;
  used_elsewhere: boolean;
}

/*
 * Counting restarts for all indexes of a database when any of its indexes or tables, or the database itself, was
 * reset: an index that nobody reads has no counter that could fall.
 *
 * Physical replicas have the same oids and the same system identifier, which is the identity where it is known.
 * What a watched replica reads, or has not been watched long enough to say, is not unused; nor is anything while a replica
 * cannot be watched.
 */
const SQL = `
  with snapshots as (
    select i.database_oid, i.identity, i.counting_since as own_since, i.counted_us / 1000 as counted_ms,
           greatest(i.counting_since, t.counting_since) as counting_since
      from relation_snapshots i left join relation_snapshots t
        on t.org_id = $1 and t.server_id = $2 and t.kind = 'tables' and t.database_oid = i.database_oid
     where i.org_id = $1 and i.server_id = $2 and i.kind = 'indexes'),
  replicas as (
    select distinct o.server_id, o.database_oid, o.counting_since, o.counted_us / 1000 as counted_ms from relation_snapshots o
      join snapshots l on l.database_oid = o.database_oid
       and o.identity = l.identity and l.identity like 'system/%'
     where o.org_id = $1 and o.server_id <> $2 and o.kind = 'indexes')
  select count(*) over ()::int as known, i.*, coalesce(d.name, i.database_name) as database, l.own_since, l.counted_ms::float8 as counted_ms,
         case when l.own_since is not null then greatest(l.counting_since, d.reset_at) end as counting_since,
         exists (select from replicas r join indexes o on o.org_id = $1 and o.server_id = r.server_id
                    and o.database_oid = r.database_oid and o.oid = i.oid
                  where r.database_oid = i.database_oid
                    and (greatest(r.counting_since, o.first_seen_at, o.last_scan_at) > $4
                      or extract(epoch from $6::timestamptz - r.counting_since) * 1000 - r.counted_ms
                           >= $7 * extract(epoch from $6::timestamptz - greatest(r.counting_since, o.first_seen_at, o.last_scan_at)) * 1000)
                ) as used_elsewhere
    from indexes i left join snapshots l on l.database_oid = i.database_oid
    left join databases d on d.org_id = $1 and d.server_id = $2 and d.oid = i.database_oid
   where i.org_id = $1 and i.server_id = $2 and i.gone_at is null and not i.is_partitioned
     and ($3::text is null or coalesce(d.name, i.database_name) = $3)
     and ($5::bigint[] is null or i.table_oid = any ($5))
   order by i.database_oid, i.table_oid, i.oid limit ${MAX_INDEXES}`;

export async function indexSnapshots(
  tx: Tx,
  serverId: string,
  database: string | undefined,
  now: number,
  tableOids?: readonly number[],
): Promise<{ known: number; items: IndexSnapshot[] }> {
  const rows = await tx.query<Row>(SQL, [
    tx.orgId,
    serverId,
    database ?? null,
    new Date(now - LIMITS.unusedMs),
    tableOids ?? null,
    new Date(now),
    LIMITS.gaps,
  ]);
  return { known: rows[0]?.known ?? 0, items: rows.map((row) => toSnapshot(row, now)) };
}

const toSnapshot = (row: Row, now: number): IndexSnapshot => ({
  databaseOid: Number(row.database_oid),
  tableOid: Number(row.table_oid),
  oid: Number(row.oid),
  database: row.database,
  schema: row.schema_name,
  table: row.table_name,
  name: row.name,
  columns: row.columns,
  method: row.method,
  unique: row.is_unique,
  valid: row.is_valid,
  building: row.is_building,
  bytes: row.bytes === null ? null : Number(row.bytes),
  facts: row.facts,
  use: {
    countingSince: row.counting_since?.getTime() ?? null,
    unobservedMs: Math.max(0, now - (row.own_since?.getTime() ?? now) - (row.counted_ms ?? 0)),
    firstSeenAt: row.first_seen_at.getTime(),
    lastScanAt: row.last_scan_at?.getTime() ?? null,
    usedElsewhere: row.used_elsewhere,
  },
});
