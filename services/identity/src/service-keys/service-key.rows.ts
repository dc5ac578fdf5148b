import type { ServiceKey, ServiceKeyScope } from '@tidegate/contracts/identity/service-keys';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';

export interface ServiceKeyRow {
  key_id: string;
  name: string;
  scopes: ServiceKeyScope[];
  created_by: string;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  revoked_by: string | null;
}

export const toWire = (row: ServiceKeyRow): ServiceKey => ({
  id: row.key_id,
  name: row.name,
  scopes: row.scopes,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  expiresAt: row.expires_at?.toISOString() ?? null,
  revokedAt: row.revoked_at?.toISOString() ?? null,
  revokedBy: row.revoked_by,
});

export async function insertServiceKey(
  tx: Tx,
  key: { keyId: string; keyHash: string; name: string; scopes: string[]; createdBy: string; expiresAt?: string },
): Promise<ServiceKeyRow> {
  const row = await tx.one<ServiceKeyRow>(
    `insert into service_keys (key_id, name, key_hash, scopes, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6) returning *`,
    [key.keyId, key.name, key.keyHash, key.scopes, key.createdBy, key.expiresAt ?? null],
  );
  return row as ServiceKeyRow;
}

/** Newest first. Those that were revoked stay: they say who could act, and until when. */
export const listServiceKeys = (
  tx: Tx,
  limit: number,
  [created, keyId]: readonly (string | number)[] = [],
): Promise<(ServiceKeyRow & { created: string })[]> =>
  tx.query(
    `select *, ${cursorTime('created_at')} as created from service_keys
      where $2::timestamptz is null or (created_at, key_id) < ($2, $3::text)
      order by created_at desc, key_id desc limit $1`,
    [limit, created ?? null, keyId ?? null],
  );

/** False when there is none that still works. */
export const revokeServiceKey = async (tx: Tx, keyId: string, revokedBy: string): Promise<boolean> =>
  (await tx.one(
    'update service_keys set revoked_at = now(), revoked_by = $2 where key_id = $1 and revoked_at is null returning 1',
    [keyId, revokedBy],
  )) !== undefined;

export const findActiveServiceKey = (tx: Tx, keyHash: string): Promise<ServiceKeyRow | undefined> =>
  tx.one<ServiceKeyRow>(
    `select * from service_keys
      where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [keyHash],
  );
