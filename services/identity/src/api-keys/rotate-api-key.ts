import { randomBytes } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { makeApiKey } from '@tidegate/contracts/identity/api-key-format';
import { keyReplaced, rotateApiKey } from '@tidegate/contracts/identity/api-keys';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { type Emit, Handles, type OperationContext } from '@tidegate/messaging/handler';
import { deleteApiKey, insertApiKey, lockCountedKey, replaceKey, requireRoom, toWire } from '../kernel/api-key.rows.ts';
import { requireScopes } from '../kernel/delegation.rules.ts';
import { grantorOf } from '../kernel/grantor.ts';
import { renewVersions } from '../kernel/member.rows.ts';
import { VerifiedAddresses } from '../kernel/people.ts';
import { hashOf } from '../kernel/tokens.ts';

/** A new key takes the place of an old one: it needs no room in the plan, and the old one ends by itself. */
@Controller()
export class RotateApiKey {
  constructor(private readonly addresses: VerifiedAddresses) {}

  @Handles(rotateApiKey)
  async rotate({ input, caller, tx, emit, refuse }: OperationContext<typeof rotateApiKey>) {
    const { keyId, overlapHours } = input;
    if (caller.kind !== 'user' || !caller.userId) throw forbidden({}, 'Keys are rotated by people: log in.');
    const grantor = await grantorOf(tx, caller, rotateApiKey);
    await this.addresses.require(refuse, tx, caller.userId);
    const old = orNotFound(await lockCountedKey(tx, keyId));
    requireScopes(grantor, old.scopes);
    if (overlapHours > 0) await requireRoom(tx);
    const made = makeApiKey(randomBytes);
    const row = await insertApiKey(tx, {
      keyId: made.keyId,
      keyHash: hashOf(made.key),
      name: old.name,
      scopes: old.scopes,
      createdBy: caller.userId,
      expiresAt: old.expires_at?.toISOString(),
      restricted: old.restricted,
    });
    await end(tx, emit, old, { by: made.keyId, hours: overlapHours });
    await emit(keyReplaced, { keyId, name: old.name });
    return { ...toWire(row), key: made.key };
  }
}

async function end(
  tx: Tx,
  emit: Emit,
  { key_id: keyId, created_by: owner }: { key_id: string; created_by: string },
  { by, hours }: { by: string; hours: number },
): Promise<void> {
  const at = new Date().toISOString();
  if (hours === 0) {
    await deleteApiKey(tx, keyId);
    await emit(accessRevoked, { kind: 'api_key', id: keyId, at });
    return;
  }
  await replaceKey(tx, keyId, by, hours);
  // Gateways remember until when a key is valid: they look again.
  for (const { user_id, version } of await renewVersions(tx, [owner])) {
    await emit(accessRevoked, { kind: 'member', id: `${tx.orgId}:${user_id}`, version: Number(version), at });
  }
}
