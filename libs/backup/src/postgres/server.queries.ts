import type pg from 'pg';

export interface ServerFacts {
  version: string;
  major: number;
  segmentBytes: number;
  /** Of what a slot may make the server keep; undefined when that is unlimited. */
  keepLimitBytes: number | undefined;
  tablespaces: number;
}

export async function askServer(client: pg.Client): Promise<ServerFacts> {
  const { rows } = await client.query<Record<string, string>>(
    `select current_setting('server_version') as version, current_setting('server_version_num') as number,
            (select setting from pg_settings where name = 'wal_segment_size') as segment,
            (select setting from pg_settings where name = 'max_slot_wal_keep_size') as keep,
            (select count(*) from pg_tablespace where spcname not in ('pg_default', 'pg_global'))::text as tablespaces`,
  );
  const row = rows[0] ?? {};
  const keepMb = Number(row['keep'] ?? -1);
  return {
    version: row['version'] ?? 'unknown',
    major: Math.floor(Number(row['number']) / 10_000),
    segmentBytes: Number(row['segment']),
    keepLimitBytes: keepMb < 0 ? undefined : keepMb * 1024 ** 2,
    tablespaces: Number(row['tablespaces']),
  };
}

export interface Slot {
  active: boolean;
  /** False when the server has dropped WAL that it was to keep. */
  complete: boolean;
  /** How much WAL the server keeps for it. */
  keptBytes: number;
}

export async function findSlot(client: pg.Client, name: string): Promise<Slot | undefined> {
  const { rows } = await client.query<{ active: boolean; status: string | null; kept: string | null }>(
    `select active, wal_status as status, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::text as kept
       from pg_replication_slots where slot_name = $1`,
    [name],
  );
  const [row] = rows;
  if (!row) return undefined;
  return { active: row.active, complete: row.status !== 'lost' && row.kept !== null, keptBytes: Number(row.kept ?? 0) };
}

/** False while somebody streams from it. */
export async function dropSlot(client: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active',
    [name],
  );
  return (rowCount ?? 0) > 0;
}

export async function createSlot(client: pg.Client, name: string): Promise<void> {
  await client.query('select pg_create_physical_replication_slot($1, true)', [name]);
}

/** The end of its WAL on disk. */
export async function flushedLsn(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
  return rows[0]?.lsn ?? '0/0';
}

export interface Recovered {
  /** Where its recovery ended. */
  lsn: string | null;
  /** When the last transaction that is there was committed. */
  lastCommitAt: string | null;
  systemId: string;
  tables: number;
  rows: number;
}

export async function askRecovered(client: pg.Client): Promise<Omit<Recovered, 'tables' | 'rows'>> {
  const { rows } = await client.query<{ lsn: string | null; at: Date | null; id: string }>(
    `select pg_last_wal_replay_lsn()::text as lsn, pg_last_xact_replay_timestamp() as at,
            (select system_identifier::text from pg_control_system()) as id`,
  );
  const [row] = rows;
  return { lsn: row?.lsn ?? null, lastCommitAt: row?.at?.toISOString() ?? null, systemId: row?.id ?? '' };
}

/** Every table to its end: PostgreSQL verifies the checksum of each page that it reads. */
export async function readTables(client: pg.Client): Promise<{ tables: number; rows: number }> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'
      order by 1`,
  );
  let rows = 0;
  for (const { name } of tables) {
    const { rows: counted } = await client.query<{ count: string }>(`select count(*)::text as count from ${name}`);
    rows += Number(counted[0]?.count);
  }
  return { tables: tables.length, rows };
}
