import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';

/** To be raised with every other version of libpg-query, and when scrubbing changes: hashes are not comparable then. */
export const FINGERPRINT_VERSION = 1;

/** Our keys of these fingerprints; those that are new get one. */
export async function queryKeys(
  tx: Tx,
  serverId: string,
  version: number,
  fingerprints: readonly string[],
): Promise<Map<string, string>> {
  return adopt(tx, serverId, version, new Map(fingerprints.map((one) => [one, newId()])));
}

/** Gives each fingerprint the key that it is offered, unless it has one already. Answers which it has. */
async function adopt(
  tx: Tx,
  serverId: string,
  version: number,
  offered: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  if (offered.size === 0) return new Map();
  const rows = await tx.query<{ fingerprint: string; query_key: string }>(
    `insert into query_keys as k (org_id, server_id, fingerprint_version, fingerprint, query_key)
     select $1, $2, $3, * from unnest($4::text[], $5::uuid[])
     on conflict (org_id, server_id, fingerprint_version, fingerprint) do update set query_key = k.query_key
     returning fingerprint, query_key`,
    [tx.orgId, serverId, version, [...offered.keys()], [...offered.values()]],
  );
  return new Map(rows.map((row) => [row.fingerprint, row.query_key]));
}

export interface StoredText {
  statementId: string;
  queryKey: string | null;
  text: string;
}

/** Whole texts, in pages. */
export async function wholeTextsAfter(
  tx: Tx,
  serverId: string,
  statementId: string,
  most: number,
): Promise<StoredText[]> {
  const rows = await tx.query<{ statement_id: string; query_key: string | null; text: string }>(
    `select statement_id, query_key, text from statements
      where org_id = $1 and server_id = $2 and statement_id > $3 and text is not null and not text_truncated
      order by statement_id limit $4`,
    [tx.orgId, serverId, statementId, most],
  );
  return rows.map((row) => ({ statementId: row.statement_id, queryKey: row.query_key, text: row.text }));
}

/**
 * The texts' fingerprints of another version lead to the keys that the texts had. Where that version cannot tell two
 * queries apart any more, the older key (they are in order of time) is the key of both.
 */
export async function storeRehashed(
  tx: Tx,
  serverId: string,
  version: number,
  hashed: readonly (StoredText & { fingerprint: string })[],
): Promise<void> {
  const offered = new Map<string, string>();
  for (const { fingerprint, queryKey } of hashed) {
    const other = offered.get(fingerprint);
    const key = queryKey ?? other ?? newId();
    offered.set(fingerprint, other !== undefined && other < key ? other : key);
  }
  const keys = await adopt(tx, serverId, version, offered);
  const moved = hashed.filter(({ fingerprint, queryKey }) => keys.get(fingerprint) !== queryKey);
  await tx.query(
    `update statements s set query_key = u.query_key from unnest($3::bigint[], $4::uuid[]) as u(id, query_key)
      where s.org_id = $1 and s.server_id = $2 and s.statement_id = u.id`,
    [
      tx.orgId,
      serverId,
      moved.map(({ statementId }) => statementId),
      moved.map(({ fingerprint }) => keys.get(fingerprint)),
    ],
  );
}

export async function markHashed(tx: Tx, serverId: string, version: number): Promise<void> {
  await tx.query('update statement_snapshots set fingerprint_version = $3 where org_id = $1 and server_id = $2', [
    tx.orgId,
    serverId,
    version,
  ]);
}
