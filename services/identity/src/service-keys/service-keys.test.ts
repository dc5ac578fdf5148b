import { createHash } from 'node:crypto';
import { apiKeyId, isServiceKey } from '@tidegate/contracts/identity/api-key-format';
import {
  createServiceKey,
  listServiceKeys,
  revokeServiceKey,
  verifyServiceKey,
} from '@tidegate/contracts/identity/service-keys';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openIdentity } from '../../test/fixture.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

const GATEWAY: Caller = { kind: 'service', service: 'gateway', scopes: [] };
const operator = (userId = newId()): Caller => ({ kind: 'user', userId, scopes: ['operator'] });
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const verify = (key: string) => identity.call(verifyServiceKey, { keyHash: hashOf(key) }, GATEWAY);
const NOT_THERE = { code: 'not_found', status: 404 };

test('a service key is shown once, works until it is revoked, and says for ever who made and who revoked it', async () => {
  const [maker, other] = [operator(), operator()];
  const asked = { name: 'shop', scopes: ['usage:write', 'usage:read', 'usage:write'] };
  const made = await identity.call(createServiceKey, asked, maker);
  expect(isServiceKey(made.key) && apiKeyId(made.key)).toBe(made.id);
  expect(await verify(made.key)).toEqual({ keyId: made.id, scopes: ['usage:write', 'usage:read'], expiresAt: null });
  const before = await identity.call(listServiceKeys, {}, other);
  expect(JSON.stringify(before)).not.toContain(made.key.slice(14, 46));
  expect(before.items).toMatchObject([{ id: made.id, name: 'shop', createdBy: maker.userId, revokedAt: null }]);

  await identity.call(revokeServiceKey, { keyId: made.id }, other);
  await expect(verify(made.key)).rejects.toMatchObject(NOT_THERE);
  const revoked = await identity.emitted(accessRevoked);
  expect(revoked).toContainEqual(expect.objectContaining({ kind: 'service_key', id: made.id }));
  const { items } = await identity.call(listServiceKeys, {}, maker);
  expect(items).toMatchObject([{ id: made.id, revokedBy: other.userId, revokedAt: expect.any(String) }]);
  await expect(identity.call(revokeServiceKey, { keyId: made.id }, other)).rejects.toMatchObject(NOT_THERE);
});

test('it allows nothing beyond usage and reading billing, and ends when its time is over', async () => {
  for (const scope of ['operator', 'billing:write', 'keys:write', 'bots:read']) {
    const asked = identity.call(createServiceKey, { name: 'k', scopes: [scope] as never }, operator());
    await expect(asked).rejects.toMatchObject({ code: 'validation_failed' });
  }
  const soon = new Date(Date.now() + 60_000).toISOString();
  const made = await identity.call(
    createServiceKey,
    { name: 'k', scopes: ['billing:read'], expiresAt: soon },
    operator(),
  );
  expect((await verify(made.key)).expiresAt).toBe(soon);
  await identity.tenants.as({}, (tx) =>
    tx.query("update service_keys set expires_at = now() - interval '1s' where key_id = $1", [made.id]),
  );
  await expect(verify(made.key)).rejects.toMatchObject(NOT_THERE);
});

test('neither an API key nor a service key makes service keys', async () => {
  for (const kind of ['api_key', 'service_key'] as const) {
    const caller: Caller = { kind, keyId: 'k', orgId: newId(), userId: newId(), scopes: ['operator'] };
    const asked = identity.call(createServiceKey, { name: 'k', scopes: ['usage:read'] }, caller);
    await expect(asked).rejects.toMatchObject({ code: 'forbidden' });
  }
});
