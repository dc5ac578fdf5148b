import type { AgedTable } from '@tidegate/contracts/monitor-agent/wraparound';
import type { Tx } from '@tidegate/database/tx';
import type { StoredTable, WraparoundSnapshot } from './wraparound.queries.ts';
import { type Counters, nextMultixact, percentOf } from './wraparound.rules.ts';

interface Taken {
  takenAt: Date;
  identity: string;
  snapshot: WraparoundSnapshot;
}

export async function saveWraparound(tx: Tx, serverId: string, { takenAt, identity, snapshot }: Taken): Promise<void> {
  const { databases, holders, settings } = snapshot;
  await tx.query(
    `insert into wraparound_samples (org_id, server_id, taken_at, identity, next_xid, next_multixact, databases, holders,
       settings) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tx.orgId,
      serverId,
      takenAt,
      identity,
      snapshot.nextXid,
      nextMultixact(databases),
      JSON.stringify(databases),
      JSON.stringify(holders),
      JSON.stringify(settings),
    ],
  );
}

export async function saveAgedTables(
  tx: Tx,
  serverId: string,
  { databaseOid, takenAt, tables }: { databaseOid: number; takenAt: Date; tables: readonly StoredTable[] },
): Promise<void> {
  await tx.query(
    `insert into aged_tables (org_id, server_id, database_oid, taken_at, tables) values ($1, $2, $3, $4, $5)
     on conflict (org_id, server_id, database_oid) do update set taken_at = excluded.taken_at, tables = excluded.tables`,
    [tx.orgId, serverId, databaseOid, takenAt, JSON.stringify(tables)],
  );
}

interface Row {
  taken_at: Date;
  identity: string;
  next_xid: string;
  next_multixact: string;
  databases: WraparoundSnapshot['databases'];
  holders: WraparoundSnapshot['holders'];
  settings: WraparoundSnapshot['settings'];
}

const toCounters = (row: Pick<Row, 'taken_at' | 'identity' | 'next_xid' | 'next_multixact'>): Counters => ({
  takenAt: row.taken_at.getTime(),
  identity: row.identity,
  nextXid: Number(row.next_xid),
  nextMultixact: Number(row.next_multixact),
});

/** The newest snapshot, and the oldest one of the day before it that the same instance answered. */
export async function lastWraparound(
  tx: Tx,
  serverId: string,
): Promise<{ snapshot: WraparoundSnapshot; counters: Counters; before: Counters | undefined } | undefined> {
  const row = await tx.one<Row>(
    'select * from wraparound_samples where org_id = $1 and server_id = $2 order by taken_at desc limit 1',
    [tx.orgId, serverId],
  );
  if (!row) return undefined;
  const before = await tx.one<Row>(
    `select taken_at, identity, next_xid, next_multixact from wraparound_samples
      where org_id = $1 and server_id = $2 and taken_at >= $3::timestamptz - interval '1 day' and taken_at < $3
        and identity = $4 order by taken_at limit 1`,
    [tx.orgId, serverId, row.taken_at, row.identity],
  );
  const { databases, holders, settings } = row;
  const counters = toCounters(row);
  return {
    snapshot: { nextXid: counters.nextXid, databases, holders, settings },
    counters,
    before: before && toCounters(before),
  };
}

const MAX_TABLES = 200;

/** Of databases that are still there. */
export async function agedTables(
  tx: Tx,
  serverId: string,
  databases: WraparoundSnapshot['databases'],
): Promise<AgedTable[]> {
  const names = new Map(databases.map(({ oid, name }) => [oid, name] as const));
  const rows = await tx.query<{ database_oid: string; tables: StoredTable[] }>(
    `select database_oid, tables from aged_tables
      where org_id = $1 and server_id = $2 and database_oid = any ($3::bigint[])`,
    [tx.orgId, serverId, [...names.keys()]],
  );
  return rows
    .flatMap(({ database_oid, tables }) =>
      tables.map((table) => ({
        ...table,
        database: names.get(Number(database_oid)) ?? '',
        xidPercent: percentOf(table.xidAge),
        multixactPercent: percentOf(table.multixactAge),
      })),
    )
    .sort((a, b) => Math.max(b.xidAge, b.multixactAge) - Math.max(a.xidAge, a.multixactAge))
    .slice(0, MAX_TABLES);
}

export async function expireAgedTables(tx: Tx, serverId: string, databaseOids: readonly number[]): Promise<void> {
  await tx.query(
    'delete from aged_tables where org_id = $1 and server_id = $2 and database_oid <> all ($3::bigint[])',
    [tx.orgId, serverId, databaseOids],
  );
}
