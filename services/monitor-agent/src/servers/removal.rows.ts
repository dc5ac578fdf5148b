import { childrenFirst } from '@tidegate/database/purge-organisation';
import type { Tx } from '@tidegate/database/tx';

export interface Removal {
  orgId: string;
  serverId: string;
}

/** Servers whose data are still to be deleted, oldest first. */
export async function removals(tx: Tx): Promise<Removal[]> {
  const rows = await tx.query<{ org_id: string; server_id: string }>(
    'select org_id, server_id from server_removals order by removed_at, server_id limit 100',
  );
  return rows.map((row) => ({ orgId: row.org_id, serverId: row.server_id }));
}

export interface ServerTable {
  name: string;
  /** By which it has its partitions; null when it has none. */
  key: string | null;
}

/** Every table that has rows of a server, in an order in which none is deleted before those that refer to it. */
export async function tablesOfServers(tx: Tx): Promise<ServerTable[]> {
  const tables = await tx.query<ServerTable>(
    `select c.relname as name,
            (select a.attname from pg_partitioned_table p
               join pg_attribute a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
              where p.partrelid = c.oid) as key
       from pg_class c
      where c.relnamespace = current_schema::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> 'server_removals'
        and (select count(*) from pg_attribute a
              where a.attrelid = c.oid and a.attname in ('org_id', 'server_id') and not a.attisdropped) = 2`,
  );
  const references = await tx.query<{ child: string; parent: string }>(
    `select distinct conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
      where contype = 'f' and connamespace = current_schema::regnamespace and conrelid <> confrelid`,
  );
  const order = childrenFirst(
    tables.map(({ name }) => name),
    references,
  );
  return tables.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
}

/** The last of it. */
export async function finishRemoval(tx: Tx, serverId: string): Promise<void> {
  await tx.query('delete from servers where org_id = $1 and id = $2 and removed_at is not null', [tx.orgId, serverId]);
  await tx.query('delete from server_removals where server_id = $1', [serverId]);
}
