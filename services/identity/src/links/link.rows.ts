import type { LinkedKind, SharedLink } from '@tidegate/contracts/identity/links';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import type { ApiKeyRow } from '../kernel/api-key.rows.ts';

type LinkRow = ApiKeyRow & { only_kind: LinkedKind; only_id: string };

export const toWire = (row: LinkRow): SharedLink => ({
  id: row.key_id,
  name: row.name,
  kind: row.only_kind,
  thingId: row.only_id,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  expiresAt: row.expires_at?.toISOString() ?? null,
});

interface NewLink {
  keyId: string;
  keyHash: string;
  name: string;
  scope: string;
  kind: LinkedKind;
  thingId: string;
  createdBy: string;
  expiresAt?: string;
}

export async function insertLink(tx: Tx, link: NewLink): Promise<LinkRow> {
  const { keyId, name, keyHash, scope, createdBy, expiresAt, kind, thingId } = link;
  const row = await tx.one<LinkRow>(
    `insert into api_keys (org_id, key_id, name, key_hash, scopes, created_by, expires_at, only_kind, only_id)
     values ($1, $2, $3, $4, array[$5], $6, $7, $8, $9) returning *`,
    [tx.orgId, keyId, name, keyHash, scope, createdBy, expiresAt ?? null, kind, thingId],
  );
  return row as LinkRow;
}

/** Those that work, newest first, then those that have expired. */
export const listLinks = (
  tx: Tx,
  limit: number,
  [expired, created, linkId]: readonly (string | number)[] = [],
): Promise<(LinkRow & { expired: number; created: string })[]> =>
  tx.query(
    `with links as (
       select *, (expires_at <= now() is true)::int as expired, ${cursorTime('created_at')} as created
         from api_keys where org_id = $1 and only_kind is not null)
     select * from links
      where $3::int is null or expired > $3 or (expired = $3 and (created_at, key_id) < ($4::timestamptz, $5::text))
      order by expired, created_at desc, key_id desc limit $2`,
    [tx.orgId, limit, expired ?? null, created ?? null, linkId ?? null],
  );

/** False when there is none. */
export const deleteLink = async (tx: Tx, linkId: string): Promise<boolean> =>
  (await tx.one('delete from api_keys where org_id = $1 and key_id = $2 and only_kind is not null returning 1', [
    tx.orgId,
    linkId,
  ])) !== undefined;
