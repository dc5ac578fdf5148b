import type { ServerReport } from '@tidegate/contracts/monitor-agent/server-test';
import type { Tx } from '@tidegate/database/tx';
import type { StoredFacts } from '../servers/server.rows.ts';
import type { Jam } from './fleet.ts';
import type { ShapedIndex, SizeOfDay } from './known.ts';
import { ROOT } from './sessions.ts';

/* What is known of a made-up server beside its figures. It has no lease, so nobody ever connects to it. */

export interface StandingOf {
  state: 'ok' | 'unreachable';
  since: Date;
  collectedAt: Date;
  facts: StoredFacts;
  report: ServerReport;
}

export const saveStanding = (tx: Tx, serverId: string, one: StandingOf): Promise<unknown> =>
  tx.query(
    `update servers set state = $3, state_since = $4, failure_code = case when $3 = 'ok' then null else 'connect_timeout' end,
            last_collected_at = $5, facts = $6, report = $7 where org_id = $1 and id = $2`,
    [tx.orgId, serverId, one.state, one.since, one.collectedAt, one.facts, one.report],
  );

/** Before what is written anew. Statements keep their numbers, tables and indexes their rows. */
export async function clearKnown(tx: Tx): Promise<void> {
  for (const table of ['server_notes', 'server_annotations', 'dismissed_findings', 'blocking_incidents'])
    await tx.query(`delete from ${table} where org_id = $1`, [tx.orgId]);
}

export const firstSeen = (tx: Tx, serverId: string, ids: readonly number[], at: readonly Date[]): Promise<unknown> =>
  tx.query(
    `update statements s set first_seen_at = u.at from unnest($3::bigint[], $4::timestamptz[]) as u(id, at)
      where s.org_id = $1 and s.server_id = $2 and s.statement_id = u.id`,
    [tx.orgId, serverId, ids, at],
  );

export const saveDatabase = (tx: Tx, serverId: string, oid: number, bytes: number): Promise<unknown> =>
  tx.query('update databases set bytes = $4 where org_id = $1 and server_id = $2 and oid = $3', [
    tx.orgId,
    serverId,
    oid,
    bytes,
  ]);

export async function saveShapes(
  tx: Tx,
  serverId: string,
  databaseOid: number,
  indexes: readonly ShapedIndex[],
  since: Date,
): Promise<void> {
  await tx.query(
    `update indexes i set method = 'btree', facts = s.facts, bytes = s.bytes, last_scan_at = s."lastScanAt",
            first_seen_at = $5, columns = array(select jsonb_array_elements_text(s.columns))
       from jsonb_to_recordset($4::jsonb)
         as s(oid bigint, columns jsonb, facts jsonb, bytes bigint, "lastScanAt" timestamptz)
      where i.org_id = $1 and i.server_id = $2 and i.database_oid = $3 and i.oid = s.oid`,
    [tx.orgId, serverId, databaseOid, JSON.stringify(indexes), since],
  );
  await tx.query(
    `update relation_snapshots set counting_since = $4, counted_us = extract(epoch from taken_at - $4) * 1000000
      where org_id = $1 and server_id = $2 and database_oid = $3`,
    [tx.orgId, serverId, databaseOid, since],
  );
}

export async function saveSizes(
  tx: Tx,
  serverId: string,
  databaseOid: number,
  sizes: readonly SizeOfDay[],
): Promise<void> {
  await tx.query(
    `insert into table_sizes as t (org_id, server_id, database_oid, oid, day, heap_bytes, index_bytes, live_rows, dead_rows)
     select $1, $2, $3, s.oid, s.day, s."heapBytes", s."indexBytes", s."liveRows", s."deadRows"
       from jsonb_to_recordset($4::jsonb) as s(oid bigint, day date, "heapBytes" bigint, "indexBytes" bigint,
                                               "liveRows" bigint, "deadRows" bigint)
     on conflict (org_id, server_id, database_oid, oid, day) do update set heap_bytes = excluded.heap_bytes,
       index_bytes = excluded.index_bytes, live_rows = excluded.live_rows, dead_rows = excluded.dead_rows`,
    [tx.orgId, serverId, databaseOid, JSON.stringify(sizes)],
  );
  await tx.query(
    `update tables t set heap_bytes = s.heap_bytes, index_bytes = s.index_bytes
       from (select distinct on (oid) * from table_sizes
              where org_id = $1 and server_id = $2 and database_oid = $3 order by oid, day desc) s
      where t.org_id = $1 and t.server_id = $2 and t.database_oid = $3 and t.oid = s.oid`,
    [tx.orgId, serverId, databaseOid],
  );
}

export const insertJams = (tx: Tx, serverId: string, database: string, jams: readonly Jam[]): Promise<unknown> =>
  tx.query(
    `insert into blocking_incidents (org_id, server_id, root_key, started_at, last_seen_at, ongoing, root_pid,
       database_name, role_name, application, state, text, most_blocked, deepest, longest_wait_seconds)
     select $1, $2, j.pid || ' ' || j.from, to_timestamp(j.from / 1000.0), to_timestamp(j.to / 1000.0), false, j.pid,
            $4, 'shop_app', $5, $6, $7, j.most, j.most, (j.to - j.from) / 1000.0
       from jsonb_to_recordset($3::jsonb) as j(pid int, "from" float8, "to" float8, most int)`,
    [tx.orgId, serverId, JSON.stringify(jams), database, ROOT.application, ROOT.state, ROOT.text],
  );
