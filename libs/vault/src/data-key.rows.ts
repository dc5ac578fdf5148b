import type { Tx } from '@tidegate/database/tx';

export interface DataKeyRow {
  org_id: string;
  /** Null once the organisation's secrets were shredded. */
  wrapped: Buffer | null;
  master_key_id: string | null;
}

export interface WrappedKey {
  orgId: string;
  wrapped: Buffer;
  masterKeyId: string;
}

export const findDataKey = (tx: Tx, orgId: string): Promise<DataKeyRow | undefined> =>
  tx.one<DataKeyRow>('select org_id, wrapped, master_key_id from data_keys where org_id = $1', [orgId]);

/** False when another transaction was first; waits while one is inserting the same key. */
export async function insertDataKey(tx: Tx, { orgId, wrapped, masterKeyId }: WrappedKey): Promise<boolean> {
  const row = await tx.one(
    `insert into data_keys (org_id, wrapped, master_key_id) values ($1, $2, $3)
     on conflict (org_id) do nothing returning org_id`,
    [orgId, wrapped, masterKeyId],
  );
  return row !== undefined;
}

/** Removes the key for good. An organisation without one can have none afterwards. */
export async function shredDataKey(tx: Tx, orgId: string): Promise<void> {
  await tx.query(
    `insert into data_keys (org_id, shredded_at) values ($1, now())
     on conflict (org_id) do update set wrapped = null, master_key_id = null, shredded_at = now()
      where data_keys.shredded_at is null`,
    [orgId],
  );
}

/**
 * The master key that wraps, locked until the transaction ends: a rotation waits, and then sees the row that this
 * transaction inserts. While a rotation commits, the old row is no longer current and the new one not visible yet: retry.
 */
export async function lockCurrentMasterKey(tx: Tx): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const row = await tx.one<{ id: string }>('select id from master_keys where is_current for share');
    if (row) return row.id;
  }
  throw new Error('This schema has no current master key: the service has not started on it yet.');
}

export async function findCurrentMasterKey(tx: Tx): Promise<string | undefined> {
  return (await tx.one<{ id: string }>('select id from master_keys where is_current'))?.id;
}

/** The first key of a new schema. Does nothing when there is one. */
export async function insertFirstMasterKey(tx: Tx, id: string): Promise<void> {
  await tx.query('insert into master_keys (id, is_current) values ($1, true) on conflict do nothing', [id]);
}

export interface MasterKeyRow {
  id: string;
  is_current: boolean;
  retired_at: Date | null;
  /** Data keys that it wraps. */
  wraps: number;
}

export const listMasterKeys = (tx: Tx): Promise<MasterKeyRow[]> =>
  tx.query<MasterKeyRow>(
    `select id, is_current, retired_at, (select count(*)::int from data_keys d where d.master_key_id = m.id) as wraps
       from master_keys m order by noted_at, id`,
  );

export async function countShredded(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>(
    'select count(*)::int as count from data_keys where shredded_at is not null',
  );
  return row?.count ?? 0;
}

export async function makeCurrent(tx: Tx, id: string): Promise<void> {
  await tx.query('update master_keys set is_current = false where is_current and id <> $1', [id]);
  await tx.query(
    `insert into master_keys (id, is_current) values ($1, true)
     on conflict (id) do update set is_current = true, retired_at = null`,
    [id],
  );
}

/** Retires master keys that wrap nothing and are not current. Returns the ids of all retired ones. */
export async function retireUnused(tx: Tx): Promise<string[]> {
  await tx.query(
    `update master_keys m set retired_at = now() where not is_current and retired_at is null
        and not exists (select from data_keys d where d.master_key_id = m.id)`,
  );
  const rows = await tx.query<{ id: string }>('select id from master_keys where retired_at is not null');
  return rows.map(({ id }) => id);
}

/** Data keys that are wrapped by other master keys, locked. */
export const lockKeysOfOthers = (tx: Tx, currentId: string, limit: number): Promise<DataKeyRow[]> =>
  tx.query<DataKeyRow>(
    `select org_id, wrapped, master_key_id from data_keys where master_key_id <> $1
      order by org_id limit $2 for update`,
    [currentId, limit],
  );

export async function replaceWrapped(tx: Tx, keys: readonly WrappedKey[]): Promise<void> {
  await tx.query(
    `update data_keys d set wrapped = k.wrapped, master_key_id = k.id
       from unnest($1::uuid[], $2::bytea[], $3::text[]) as k (org_id, wrapped, id) where d.org_id = k.org_id`,
    [keys.map(({ orgId }) => orgId), keys.map(({ wrapped }) => wrapped), keys.map(({ masterKeyId }) => masterKeyId)],
  );
}

export const deleteDataKey = (tx: Tx, orgId: string): Promise<unknown> =>
  tx.query('delete from data_keys where org_id = $1', [orgId]);
