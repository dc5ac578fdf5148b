import { randomBytes } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { makeApiKey } from '@tidegate/contracts/identity/api-key-format';
import {
  createServiceKey,
  listServiceKeys,
  revokeServiceKey,
  verifyServiceKey,
} from '@tidegate/contracts/identity/service-keys';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { forbidden, notFound } from '@tidegate/contracts/kernel/problem';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { KnownKeys } from '../api-keys/known-keys.ts';
import { requireFutureEnd } from '../kernel/key-end.rules.ts';
import { hashOf } from '../kernel/tokens.ts';
import {
  findActiveServiceKey,
  insertServiceKey,
  listServiceKeys as listRows,
  revokeServiceKey as revoke,
  toWire,
} from './service-key.rows.ts';

/** Keys of the installation, which operators make and revoke, and the gateway has verified. */
@Controller()
export class ServiceKeys {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly known: KnownKeys,
  ) {}

  @Handles(createServiceKey)
  async create({ input, caller, tx }: OperationContext<typeof createServiceKey>) {
    requireFutureEnd(input.expiresAt);
    const { key, keyId } = makeApiKey(randomBytes, 'tgs');
    const scopes = [...new Set(input.scopes)];
    const made = { ...input, scopes, keyId, keyHash: hashOf(key), createdBy: personOf(caller) };
    return { ...toWire(await insertServiceKey(tx, made)), key };
  }

  @Handles(listServiceKeys)
  async list({ input: { limit, cursor }, tx }: OperationContext<typeof listServiceKeys>) {
    const rows = await listRows(tx, limit + 1, readCursor(cursor, 'time', 'text'));
    return pageOf(rows, limit, toWire, (row) => [row.created, row.key_id]);
  }

  @Handles(revokeServiceKey)
  async revoke({ input: { keyId }, caller, tx, emit }: OperationContext<typeof revokeServiceKey>) {
    if (!(await revoke(tx, keyId, personOf(caller)))) throw notFound();
    await emit(accessRevoked, { kind: 'service_key', id: keyId, at: new Date().toISOString() });
    return {};
  }

  @Handles(verifyServiceKey)
  async verify({ input: { keyHash } }: OperationContext<typeof verifyServiceKey>) {
    const row = (await this.known.mayExist(keyHash)) && (await findActiveServiceKey(this.tenants.reader({}), keyHash));
    if (!row) throw notFound();
    const { id: keyId, scopes, expiresAt } = toWire(row);
    return { keyId, scopes, expiresAt };
  }
}

function personOf({ kind, userId }: Caller): string {
  if (kind !== 'user' || !userId) throw forbidden({}, 'Service keys are made and revoked by people: log in.');
  return userId;
}
