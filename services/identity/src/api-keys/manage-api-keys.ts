import { randomBytes } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { makeApiKey } from '@tidegate/contracts/identity/api-key-format';
import {
  createApiKey,
  keyCreated,
  keyRevoked,
  listApiKeys,
  renameApiKey,
  revokeApiKey,
} from '@tidegate/contracts/identity/api-keys';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { forbidden, notFound } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import {
  API_KEY_ORDERS,
  countActiveKeys,
  countListed,
  deleteApiKey,
  describeKeys,
  insertApiKey,
  listKeyRows,
  renameKey,
  requireRoom,
  toWire,
} from '../kernel/api-key.rows.ts';
import { requireScopes } from '../kernel/delegation.rules.ts';
import { grantorOf } from '../kernel/grantor.ts';
import { requireFutureEnd } from '../kernel/key-end.rules.ts';
import { VerifiedAddresses } from '../kernel/people.ts';
import { hashOf } from '../kernel/tokens.ts';

@Controller()
export class ManageApiKeys {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly addresses: VerifiedAddresses,
  ) {}

  @Handles(createApiKey)
  async create({ input, caller, tx, emit, refuse }: OperationContext<typeof createApiKey>) {
    if (caller.kind !== 'user' || !caller.userId) throw forbidden({}, 'Keys are created by people: log in.');
    requireFutureEnd(input.expiresAt);
    requireScopes(await grantorOf(tx, caller, createApiKey), input.scopes);
    await this.addresses.require(refuse, tx, caller.userId);
    await this.entitlements.claim(tx, 'api_keys', () => countActiveKeys(tx));
    await requireRoom(tx);
    const { key, keyId } = makeApiKey(randomBytes);
    const row = await insertApiKey(tx, { ...input, keyId, keyHash: hashOf(key), createdBy: caller.userId });
    await emit(keyCreated, { keyId, name: row.name });
    return { ...toWire(row), key };
  }

  @Handles(listApiKeys)
  async list({ input, tx }: OperationContext<typeof listApiKeys>) {
    const place = API_KEY_ORDERS.place(input);
    const page = place.page(await listKeyRows(tx, place, input), toWire);
    return { ...page, total: input.count ? await countListed(tx, input) : null };
  }

  @Handles(renameApiKey)
  async rename({ input: { keyId, name }, tx, was }: OperationContext<typeof renameApiKey>) {
    was((await describeKeys(tx, [keyId]))[0] ?? {});
    return toWire(orNotFound(await renameKey(tx, keyId, name)));
  }

  @Handles(revokeApiKey)
  async revoke({ input: { keyId }, tx, emit, was }: OperationContext<typeof revokeApiKey>) {
    const [known] = await describeKeys(tx, [keyId]);
    was(known ?? {});
    if (!(await this.entitlements.removing(tx, () => deleteApiKey(tx, keyId)))) throw notFound();
    await emit(accessRevoked, { kind: 'api_key', id: keyId, at: new Date().toISOString() });
    if (known) await emit(keyRevoked, { keyId, name: known.name });
    return {};
  }
}
