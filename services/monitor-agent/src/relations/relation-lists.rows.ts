import { placeOf } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import type { SampleTable } from '../kernel/storage/sample.rows.ts';
import { containing } from '../kernel/storage/search.rules.ts';
import { type RangeInPieces, sumsOf } from './relation-rollups.rows.ts';

/* What the lists of tables and of indexes have in common. */

export type Row = Record<string, unknown>;
export const count = (row: Row, name: string): number => Number(row[name] ?? 0);
export const bytes = (row: Row, name: string): number | null => (row[name] === null ? null : Number(row[name]));
export const instant = (value: unknown): string | null => (value instanceof Date ? value.toISOString() : null);

export interface RelationFilter {
  sort: string;
  limit: number;
  partitions: 'together' | 'apart';
  cursor?: string | undefined;
  database?: string | undefined;
  schema?: string | undefined;
  table?: string | undefined;
  search?: string | undefined;
  /** Only this table with its partitions, and the one that it is a partition of; or their indexes. Others are not read. */
  of?: { databaseOid: number; oid: number; name: string } | undefined;
}

/** Parameters: the range begins at $3; the pieces of it; and one table. */
export const PIECES = 11;
export const OID = '$18::bigint';
export const DATABASE_OID = '$19::bigint';

export const parametersOf = (
  tx: Tx,
  serverId: string,
  { range, pieces }: RangeInPieces,
  filter: RelationFilter,
  table: string | undefined,
): unknown[] => {
  const { from, count: most } = placeOf(filter);
  return [
    tx.orgId,
    serverId,
    range.from,
    most,
    filter.schema ?? null,
    containing(filter.search),
    filter.database ?? null,
    from,
    filter.partitions === 'together',
    table ?? null,
    ...pieces,
    ...(filter.of ? [filter.of.oid, filter.of.databaseOid] : []),
  ];
};

export interface ListSql {
  table: string;
  samples: SampleTable;
  /** What of them is listed at all; `only` narrows what is looked at, `found` what is answered. */
  only: string;
  found: string;
  /** By what, and which counters that is made of. */
  order: string;
  ordering: readonly string[];
  /** Sums of the members of an item that are not counters, and whether a member is only the top of others. */
  sizes: string;
  isTop: string;
  /** What else decides the order, joined to the members `m`. */
  joins?: string;
}

/**
 * One page, the columns `p.*` of the item itself, sums of its members in `s`. Partitions are added up under the table or index at their top,
 * unless they are asked for one by one; what is no partition is the only member of its item. What is gone counts in the ranges
 * that it was there in. Names of databases are those of today. First comes which items the page has: of all the others
 * only the counters that decide it are read. What the page has of it comes out of `own` once: PostgreSQL takes a page for one row, and
 * would go through all of them again for each.
 */
export const pageSql = ({
  table,
  samples,
  only,
  found,
  order,
  ordering,
  sizes,
  isTop,
  joins = '',
}: ListSql): string => `
  own as materialized (
    select o.*, coalesce(d.name, o.database_name) as database
      from (select * from ${table} where org_id = $1 and server_id = $2 and (gone_at is null or gone_at >= $3) ${only}) o
      left join databases d on d.org_id = $1 and d.server_id = $2 and d.oid = o.database_oid),
  members as materialized (
    select o.*, case when $9::boolean then coalesce(r.oid, o.oid) else o.oid end as item
      from own o left join own r on r.database_oid = o.database_oid and r.oid = o.root_oid),
  ranked as (
    select m.database_oid, m.item, ${sizes}${summed(ordering)}
      from members m ${ordering.length > 0 ? joined(sumsOf(samples, PIECES, { counters: ordering })) : ''} ${joins}
     group by 1, 2 having bool_or(${found})),
  page as materialized (
    select s.*, i.schema_name, i.name, i.gone_at, i.database, i.root_oid,
           row_number() over (order by ${order}, i.database_oid, i.oid) as place
      from ranked s join own i on i.database_oid = s.database_oid and i.oid = s.item
     where ($5::text is null or i.schema_name = $5) and ($7::text is null or i.database = $7)
     order by place limit $4 offset $8),
  items as materialized (select o.* from own o join page p on p.database_oid = o.database_oid and p.item = o.oid),
  of_page as materialized (select m.* from members m join page p on p.database_oid = m.database_oid and p.item = m.item),
  counted as materialized (
    select m.database_oid as in_database, m.item as of_item, coalesce(bool_or(u.partial), false) as partial${summed(samples.counters)}
      from of_page m ${joined(sumsOf(samples, PIECES, { wanted: 'select database_oid, oid from of_page' }))}
     group by 1, 2),
  parts as materialized (
    select database_oid, root_oid, count(*)::int as partitions from own where not (${isTop}) group by 1, 2)`;

const joined = (sums: string): string => `left join ${sums} u on u.scope = m.database_oid and u.id = m.oid`;
const summed = (counters: readonly string[]): string =>
  counters.map((name) => `, sum(u.${name})::bigint as ${name}`).join('');

/** Everything about the items of the page; `columns` of `i`, the item itself. */
export const itemsSql = (kind: string, columns: string, isTop: string): string => `
  select p.*, s.*, p.database_oid::float8 as scope, ${columns}, l.taken_at as snapshot_at, r.name as partition_of,
         case when ${isTop} then coalesce(n.partitions, 0) end as partitions
    from page p join counted s on s.in_database = p.database_oid and s.of_item = p.item
    join items i on i.database_oid = p.database_oid and i.oid = p.item
    left join own r on r.database_oid = p.database_oid and r.oid = p.root_oid
    left join parts n on n.database_oid = p.database_oid and n.root_oid = p.item
    left join relation_snapshots l on l.org_id = $1 and l.server_id = $2 and l.kind = '${kind}' and l.database_oid = p.database_oid`;

/** What every item of both lists says. */
export const placeOfRow = (row: Row, spans: ReadonlyMap<number, number>) => ({
  database: row['database'] as string,
  schema: row['schema_name'] as string,
  partitions: row['partitions'] === null ? null : count(row, 'partitions'),
  partitionOf: row['partition_of'] as string | null,
  partial: row['partial'] as boolean,
  snapshotAt: instant(row['snapshot_at']),
  coveredSeconds: (spans.get(count(row, 'scope')) ?? 0) / 1_000_000,
  goneAt: instant(row['gone_at']),
});
