import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { makeApiKey } from '@tidegate/contracts/identity/api-key-format';
import { type ApiKey, createApiKey, listApiKeys, revokeApiKey } from '@tidegate/contracts/identity/api-keys';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { conflict, forbidden, invalid, notFound } from '@tidegate/contracts/kernel/problem';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { asCursor } from '../as-cursor.ts';
import { refuseLarger } from '../kernel/delegation.rules.ts';
import { giverOf } from '../kernel/grantor.ts';
import { VerifiedAddresses } from '../kernel/verified-addresses.ts';

interface Row {
  key_id: string;
  name: string;
  scopes: string[];
  created_by: string;
  created_at: Date;
  expires_at: Date | null;
}

const toWire = (row: Row): ApiKey => ({
  id: row.key_id,
  name: row.name,
  scopes: row.scopes,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
});

/** Of one organisation, whatever its plan, with those that have expired. */
const MOST_KEPT = 1_000;

@Injectable()
export class ManageApiKeys {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly addresses: VerifiedAddresses,
  ) {}

  @Handles(createApiKey)
  async create({ input, caller, tx }: OperationContext<typeof createApiKey>) {
    if (caller.kind !== 'user' || !caller.userId) throw forbidden({}, 'A person creates a key, not another key.');
    if (input.expiresAt && Date.parse(input.expiresAt) <= Date.now()) {
      throw invalid('/expiresAt', 'in_the_past', 'Give an instant in the future, or leave it out.');
    }
    refuseLarger(await giverOf(tx, caller, createApiKey), input.scopes);
    await this.addresses.require(tx, caller.userId);
    await this.entitlements.claim(tx, 'api_keys', async () => {
      const row = await tx.one<{ used: number }>(
        'select count(*)::int as used from api_keys where org_id = $1 and (expires_at is null or expires_at > now())',
        [tx.orgId],
      );
      return row?.used ?? 0;
    });
    if (await tx.one('select 1 from api_keys where org_id = $1 offset $2 limit 1', [tx.orgId, MOST_KEPT - 1])) {
      throw conflict({}, `There are ${MOST_KEPT} keys with those that expired, as many as there may be. Revoke some.`);
    }
    const { key, keyId } = makeApiKey(randomBytes);
    const row = await tx.one<Row>(
      `insert into api_keys (org_id, key_id, name, key_hash, scopes, created_by, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7) returning *`,
      [
        tx.orgId,
        keyId,
        input.name,
        createHash('sha256').update(key).digest('hex'),
        input.scopes,
        caller.userId,
        input.expiresAt ?? null,
      ],
    );
    if (!row) throw new Error('The key was not stored.');
    return { ...toWire(row), key };
  }

  @Handles(listApiKeys)
  async list({ input: { limit, cursor }, tx }: OperationContext<typeof listApiKeys>) {
    const [expired, created, keyId] = readCursor(cursor, 'int', 'time', 'text') ?? [];
    const rows = await tx.query<Row & { expired: number; created: string }>(
      `with keys as (
         select *, (coalesce(expires_at, 'infinity') <= now())::int as expired, ${asCursor('created_at')} as created
           from api_keys where org_id = $1)
       select * from keys
        where $3::int is null or expired > $3 or (expired = $3 and (created_at, key_id) < ($4::timestamptz, $5::text))
        order by expired, created_at desc, key_id desc limit $2`,
      [tx.orgId, limit + 1, expired ?? null, created ?? null, keyId ?? null],
    );
    return pageOf(rows, limit, toWire, (row) => [row.expired, row.created, row.key_id]);
  }

  @Handles(revokeApiKey)
  async revoke({ input, tx, emit }: OperationContext<typeof revokeApiKey>) {
    const row = await tx.one('delete from api_keys where org_id = $1 and key_id = $2 returning key_id', [
      tx.orgId,
      input.keyId,
    ]);
    if (!row) throw notFound();
    await emit(accessRevoked, { kind: 'api_key', id: input.keyId, at: new Date().toISOString() });
    return {};
  }
}
