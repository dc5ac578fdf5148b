import type { Restriction, Standing } from '@tidegate/contracts/billing/restrictions';
import type { ApiKey, listApiKeys } from '@tidegate/contracts/identity/api-keys';
import type { LinkedKind, listLinks } from '@tidegate/contracts/identity/links';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { conflict } from '@tidegate/contracts/kernel/problem';
import { NEVER, type Place, type SortedRow, sorting, WITHOUT_END } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';

export interface ApiKeyRow {
  org_id: string;
  key_id: string;
  name: string;
  scopes: string[];
  created_by: string;
  restricted: Restriction | null;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  replaced_by: string | null;
  /** What a link shows: it is no key of the lists and limits of keys. */
  only_kind: LinkedKind | null;
  only_id: string | null;
}

export const prefixOf = (keyId: string): string => `tg_${keyId}`;

export const toWire = (row: ApiKeyRow): ApiKey => ({
  id: row.key_id,
  name: row.name,
  prefix: prefixOf(row.key_id),
  scopes: row.scopes,
  createdBy: row.created_by,
  restricted: row.restricted,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  replacedBy: row.replaced_by,
});

/** Keys and links of one organisation, whatever its plan, expired ones included. */
const MOST_STORED = 1_000;

const ACTIVE = '(expires_at is null or expires_at > now())';
/** No link. */
const IS_KEY = 'only_kind is null';
/** What the plan counts: a replaced key takes no place while it ends. */
const COUNTED = `${IS_KEY} and ${ACTIVE} and replaced_by is null`;

export async function insertApiKey(
  tx: Tx,
  key: {
    keyId: string;
    keyHash: string;
    name: string;
    scopes: string[];
    createdBy: string;
    expiresAt?: string | undefined;
    restricted?: Restriction | null;
    /** Of a link: what it shows. */
    only?: { kind: LinkedKind; id: string };
  },
): Promise<ApiKeyRow> {
  const row = await tx.one<ApiKeyRow>(
    `insert into api_keys (org_id, key_id, name, key_hash, scopes, created_by, expires_at, restricted, only_kind, only_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning *`,
    [
      tx.orgId,
      key.keyId,
      key.name,
      key.keyHash,
      key.scopes,
      key.createdBy,
      key.expiresAt ?? null,
      key.restricted ?? null,
      key.only?.kind ?? null,
      key.only?.id ?? null,
    ],
  );
  return row as ApiKeyRow;
}

export async function countActiveKeys(tx: Tx): Promise<number> {
  const row = await tx.one<{ used: number }>(
    `select count(*)::int as used from api_keys where org_id = $1 and ${COUNTED}`,
    [tx.orgId],
  );
  return row?.used ?? 0;
}

/** Those that may only read now, or no more: the oldest that are valid are in use. Answers whose they are. */
export async function restrictKeys(tx: Tx, { keep, all }: Standing): Promise<string[]> {
  const rows = await tx.query<{ created_by: string }>(
    `update api_keys k set restricted = now_so.restricted
       from (select key_id, case when $3::text is not null then $3
                                 when row_number() over (order by created_at, key_id) > $2::bigint then 'over_limit'
                            end as restricted
               from api_keys where org_id = $1 and ${COUNTED}) as now_so
      where k.org_id = $1 and k.key_id = now_so.key_id and k.restricted is distinct from now_so.restricted
      returning k.created_by`,
    [tx.orgId, keep, all],
  );
  return [...new Set(rows.map((row) => row.created_by))];
}

/** Those after the oldest so many. Newest first. */
export const keysBeyond = (tx: Tx, keep: number, most: number): Promise<{ id: string; name: string }[]> =>
  tx.query(
    `with counted as (select key_id as id, name, created_at from api_keys where org_id = $1 and ${COUNTED})
     select id, name from counted
      where id not in (select id from counted order by created_at, id limit $2) order by created_at desc, id desc limit $3`,
    [tx.orgId, keep, most],
  );

/** Whatever the plan allows, there are only so many. */
export async function requireRoom(tx: Tx): Promise<void> {
  const stored = await tx.one('select 1 from api_keys where org_id = $1 offset $2 limit 1', [
    tx.orgId,
    MOST_STORED - 1,
  ]);
  if (stored) {
    throw conflict(
      {},
      `There are ${MOST_STORED} keys and links, expired ones included, which is the limit. Revoke some.`,
    );
  }
}

const KEY_ORDERS = {
  // Those that work, newest first, then those that have expired: the more there is before the instant, the later it comes.
  valid: { key: `(${ACTIVE})::int * 1e12 + extract(epoch from created_at)`, as: 'number', down: true },
  name: { key: 'lower(name)', as: 'text' },
  created: { key: 'created_at', as: 'time' },
  until: { key: `coalesce(expires_at, ${WITHOUT_END})`, as: 'time' },
} as const;
const BY_KEY = { column: 'key_id', as: 'text' } as const;

export const LINK_ORDERS = sorting<Input<typeof listLinks>['sort']>(KEY_ORDERS, BY_KEY);
export const API_KEY_ORDERS = sorting<Input<typeof listApiKeys>['sort']>(
  {
    ...KEY_ORDERS,
    prefix: { key: 'key_id', as: 'text' },
    lastUsed: { key: `coalesce(last_used_at, ${NEVER})`, as: 'time' },
  },
  BY_KEY,
);

interface Listed {
  which?: 'keys' | 'links';
  /** A part of the name. */
  search?: string | undefined;
}

const listedWhere = (which: 'keys' | 'links'): string =>
  `org_id = $1 and ${which === 'keys' ? IS_KEY : `not (${IS_KEY})`}
   and ($2::text is null or position(lower($2) in lower(name)) > 0)`;

export function listKeyRows(
  tx: Tx,
  place: Place,
  { which = 'keys', search }: Listed = {},
): Promise<(ApiKeyRow & SortedRow)[]> {
  const params = [tx.orgId, search ?? null];
  return tx.query(`select *, ${place.key} from api_keys where ${listedWhere(which)} ${place.rest(params)}`, params);
}

export async function countListed(tx: Tx, { which = 'keys', search }: Listed): Promise<number> {
  const sql = `select count(*)::int as total from api_keys where ${listedWhere(which)}`;
  return (await tx.one<{ total: number }>(sql, [tx.orgId, search ?? null]))?.total ?? 0;
}

/** Those of these ids that exist or once did; `ended_at` is null while a key is valid. */
export const describeKeys = (
  tx: Tx,
  keyIds: readonly string[],
): Promise<{ key_id: string; name: string; ended_at: Date | null }[]> =>
  tx.query(
    `select key_id, name, case when not ${ACTIVE} then expires_at end as ended_at from api_keys
      where org_id = $1 and key_id = any($2) and ${IS_KEY}
     union all
     select key_id, name, ended_at from former_api_keys where org_id = $1 and key_id = any($2)`,
    [tx.orgId, keyIds],
  );

/** Needs a transaction that finds by this hash. */
export const findActiveKey = (tx: Tx, keyHash: string): Promise<ApiKeyRow | undefined> =>
  tx.one<ApiKeyRow>(`select * from api_keys where key_hash = $1 and ${ACTIVE}`, [keyHash]);

/** False when it is no longer valid; otherwise it stays valid until the transaction ends. */
export const lockActiveKey = async (tx: Tx, keyId: string): Promise<boolean> =>
  (await tx.one(`select 1 from api_keys where org_id = $1 and key_id = $2 and ${ACTIVE} for key share`, [
    tx.orgId,
    keyId,
  ])) !== undefined;

/** Nobody changes or replaces it until the transaction ends. Expired and replaced ones are not found. */
export const lockCountedKey = (tx: Tx, keyId: string): Promise<ApiKeyRow | undefined> =>
  tx.one<ApiKeyRow>(`select * from api_keys where org_id = $1 and key_id = $2 and ${COUNTED} for update`, [
    tx.orgId,
    keyId,
  ]);

export const renameKey = (tx: Tx, keyId: string, name: string): Promise<ApiKeyRow | undefined> =>
  tx.one<ApiKeyRow>(`update api_keys set name = $3 where org_id = $1 and key_id = $2 and ${IS_KEY} returning *`, [
    tx.orgId,
    keyId,
    name,
  ]);

/** It works for so many hours more, or until its own end; so do the invitations that it made. */
export async function replaceKey(tx: Tx, keyId: string, by: string, hours: number): Promise<void> {
  await tx.query(
    `with ending as (
       update api_keys set replaced_by = $3, expires_at = least(expires_at, now() + make_interval(hours => $4))
        where org_id = $1 and key_id = $2 returning key_id, expires_at)
     update invitations i set expires_at = least(i.expires_at, ending.expires_at)
       from ending where i.org_id = $1 and i.invited_with_key = ending.key_id`,
    [tx.orgId, keyId, by, hours],
  );
}

/** System purpose `key-uses`. */
export async function noteKeyUses(tx: Tx, uses: readonly (readonly [keyId: string, at: number])[]): Promise<void> {
  await tx.query(
    `update api_keys k set last_used_at = u.at
       from unnest($1::text[], $2::float8[]) as x (key_id, ms), lateral (select to_timestamp(x.ms / 1000) as at) as u
      where k.key_id = x.key_id and (k.last_used_at is null or k.last_used_at < u.at)`,
    [uses.map(([keyId]) => keyId), uses.map(([, at]) => at)],
  );
}

/** False when there is none. */
export const deleteApiKey = async (tx: Tx, keyId: string): Promise<boolean> =>
  (await tx.one('delete from api_keys where org_id = $1 and key_id = $2 returning key_id', [tx.orgId, keyId])) !==
  undefined;

/** Deletes the keys of this member in this organisation. Returns their ids. */
export async function deleteKeysOf(tx: Tx, userId: string): Promise<string[]> {
  const rows = await tx.query<{ key_id: string }>(
    'delete from api_keys where org_id = $1 and created_by = $2 returning key_id',
    [tx.orgId, userId],
  );
  return rows.map(({ key_id }) => key_id);
}

/** System purpose `known-keys`: API and service keys in the order of creation, which depends on no clock. */
export const readKeyHashes = (tx: Tx, after: number, limit: number): Promise<{ hash: string; sequence: string }[]> =>
  tx.query(
    `(select key_hash as hash, sequence from api_keys where sequence > $1 order by sequence limit $2)
     union all (select key_hash, sequence from service_keys where sequence > $1 order by sequence limit $2)
     order by sequence limit $2`,
    [after, limit],
  );
