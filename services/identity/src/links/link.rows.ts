import type { LinkedKind, SharedLink } from '@tidegate/contracts/identity/links';
import type { Tx } from '@tidegate/database/tx';
import type { ApiKeyRow } from '../kernel/api-key.rows.ts';

export const toWire = (row: ApiKeyRow): SharedLink => ({
  id: row.key_id,
  name: row.name,
  kind: row.only_kind as LinkedKind,
  thingId: row.only_id as string,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  expiresAt: row.expires_at?.toISOString() ?? null,
});

/** False when there is none. */
export const deleteLink = async (tx: Tx, linkId: string): Promise<boolean> =>
  (await tx.one('delete from api_keys where org_id = $1 and key_id = $2 and only_kind is not null returning 1', [
    tx.orgId,
    linkId,
  ])) !== undefined;
