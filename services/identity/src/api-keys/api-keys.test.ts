import { createHash } from 'node:crypto';
import { apiKeyId } from '@tidegate/contracts/identity/api-key-format';
import {
  createApiKey,
  describeKeys,
  listApiKeys,
  renameApiKey,
  revokeApiKey,
  rotateApiKey,
  verifyKey,
} from '@tidegate/contracts/identity/api-keys';
import { acceptInvitation, changeRole, invite, removeMember } from '@tidegate/contracts/identity/members';
import { switchOrganisation } from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { type Fixture, openIdentity } from '../../test/fixture.ts';
import { KeyUses } from './key-uses.loop.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity({ limits: { seats: 10, api_keys: 2 } });
});
afterAll(() => identity.close());

type User = Awaited<ReturnType<Fixture['newUser']>>;
const GATEWAY: Caller = { kind: 'service', service: 'gateway', scopes: [] };

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const verify = (key: string) => identity.call(verifyKey, { keyHash: hashOf(key) }, GATEWAY);
const create = ({ caller }: { caller: Caller }, scopes = ['bots:read', 'bots:write'], more: object = {}) =>
  identity.call(createApiKey, { name: 'deploy', scopes, ...more }, caller);
const NOT_THERE = { code: 'not_found', status: 404 };

async function newAdmin(owner: User): Promise<User> {
  const user = await identity.newUser();
  await join(owner, user);
  const switched = await identity.call(switchOrganisation, { organisationId: owner.orgId }, user.caller);
  return { ...user, orgId: owner.orgId, caller: await identity.callerOf(switched) };
}
async function join(owner: User, user: User): Promise<void> {
  const { token } = await identity.call(invite, { email: user.email, role: 'admin' }, owner.caller);
  await identity.call(acceptInvitation, { token }, user.caller);
}

test('a key is shown once, works, and stops working when it is revoked', async () => {
  const owner = await identity.newUser();
  const made = await create(owner);
  expect(apiKeyId(made.key)).toBe(made.id);
  expect(await verify(made.key)).toEqual({
    keyId: made.id,
    orgId: owner.orgId,
    userId: owner.userId,
    role: 'owner',
    scopes: ['bots:read', 'bots:write'],
    expiresAt: null,
    memberVersion: expect.any(Number),
  });
  const { items } = await identity.call(listApiKeys, {}, owner.caller);
  expect(items).toMatchObject([{ id: made.id, name: 'deploy' }]);
  expect(JSON.stringify(items)).not.toContain(made.key.slice(13, 45));

  await identity.call(revokeApiKey, { keyId: made.id }, owner.caller);
  await expect(verify(made.key)).rejects.toMatchObject(NOT_THERE);
  expect(await identity.emitted(accessRevoked)).toContainEqual(
    expect.objectContaining({ kind: 'api_key', id: made.id }),
  );
  await expect(identity.call(revokeApiKey, { keyId: made.id }, owner.caller)).rejects.toMatchObject(NOT_THERE);
});

test('keys are found by a part of their name, and counted under the same filter', async () => {
  const owner = await identity.newUser();
  const other = await identity.newUser();
  await create(owner, ['bots:read'], { name: 'Nightly deploy' });
  await create(owner, ['bots:read'], { name: 'Reports' });
  await create(other, ['bots:read'], { name: 'Deploy elsewhere' });
  const found = await identity.call(listApiKeys, { search: 'DEPLOY', count: true }, owner.caller);
  expect(found).toMatchObject({ items: [{ name: 'Nightly deploy' }], total: 1 });
  const first = await identity.call(listApiKeys, { limit: 1, count: true }, owner.caller);
  expect(first).toMatchObject({ items: [{ name: 'Reports' }], total: 2 });
  const rest = await identity.call(listApiKeys, { limit: 1, cursor: first.nextCursor }, owner.caller);
  expect(rest).toMatchObject({ items: [{ name: 'Nightly deploy' }], total: null });
  // What stands for any text elsewhere is a letter like others here.
  expect((await identity.call(listApiKeys, { search: '%', count: true }, owner.caller)).total).toBe(0);
});

test('unknown, expired and forged keys get the same answer: not found', async () => {
  const owner = await identity.newUser();
  const made = await create(owner, ['bots:read'], { expiresAt: new Date(Date.now() + 60_000).toISOString() });
  expect((await verify(made.key)).expiresAt).not.toBeNull();
  await expect(verify(`${made.key}x`)).rejects.toMatchObject(NOT_THERE);
  await identity.tenants.run(owner.orgId, (tx) => tx.query("update api_keys set expires_at = now() - interval '1s'"));
  await expect(verify(made.key)).rejects.toMatchObject(NOT_THERE);
});

test('an expiry in the past is refused with the field’s name', async () => {
  const owner = await identity.newUser();
  await expect(create(owner, ['bots:read'], { expiresAt: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
    code: 'validation_failed',
    data: { errors: [expect.objectContaining({ field: '/expiresAt', code: 'in_the_past' })] },
  });
});

test('the plan’s limit of keys holds, even when many are created at once; expired keys do not count', async () => {
  const owner = await identity.newUser();
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => create(owner)));
  expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(2);
  await expect(create(owner)).rejects.toMatchObject({
    code: 'plan_limit_reached',
    data: { feature: 'api_keys', limit: 2, used: 2 },
  });
  await identity.tenants.run(owner.orgId, (tx) =>
    tx.query(
      `update api_keys set expires_at = now() - interval '1s'
        where key_id = (select key_id from api_keys order by key_id limit 1)`,
    ),
  );
  await create(owner);
});

test('a key never has more than its creator’s role has now', async () => {
  const owner = await identity.newUser();
  const admin = await newAdmin(owner);
  const made = await create(admin);
  await identity.call(changeRole, { userId: admin.userId, role: 'viewer' }, owner.caller);
  expect(await verify(made.key)).toMatchObject({ role: 'viewer', scopes: ['bots:read'] });
  const asViewer = { caller: { ...admin.caller, scopes: ['keys:write', 'bots:read'] } };
  // The token still allows them to create keys; the table does not.
  await expect(create(asViewer, ['bots:write'])).rejects.toMatchObject({
    code: 'forbidden',
    data: { scope: 'keys:write' },
  });
  await expect(create(owner, ['operator'])).rejects.toMatchObject({ code: 'validation_failed' });
});

test('keys of a removed member end, and do not return with the person', async () => {
  const owner = await identity.newUser();
  const admin = await newAdmin(owner);
  const made = await create(admin);
  await identity.call(removeMember, { userId: admin.userId }, owner.caller);
  await expect(verify(made.key)).rejects.toMatchObject(NOT_THERE);
  await join(owner, admin);
  await expect(verify(made.key)).rejects.toMatchObject(NOT_THERE);
});

test('a key cannot create keys, and only services may verify keys', async () => {
  const owner = await identity.newUser();
  const key: Caller = { kind: 'api_key', keyId: 'x', orgId: owner.orgId, userId: owner.userId, scopes: ['keys:write'] };
  await expect(create({ caller: key }, ['keys:write'])).rejects.toMatchObject({ code: 'forbidden' });
  const asked = identity.call(verifyKey, { keyHash: hashOf('x') }, owner.caller);
  await expect(asked).rejects.toMatchObject({ code: 'forbidden' });
});

test('another organisation’s key looks as if it did not exist', async () => {
  const [owner, eve] = [await identity.newUser(), await identity.newUser()];
  const made = await create(owner);
  expect((await identity.call(listApiKeys, {}, eve.caller)).items).toEqual([]);
  await expect(identity.call(revokeApiKey, { keyId: made.id }, eve.caller)).rejects.toMatchObject(NOT_THERE);
  expect((await verify(made.key)).keyId).toBe(made.id);
});

test('a key is renamed, and shows how it begins and when it was last used', async () => {
  const owner = await identity.newUser();
  const made = await create(owner);
  expect(made).toMatchObject({ prefix: made.key.slice(0, 13), lastUsedAt: null, replacedBy: null });
  await verify(made.key);
  await identity.app.get(KeyUses).turn();
  const renamed = await identity.call(renameApiKey, { keyId: made.id, name: 'Build' }, owner.caller);
  expect(renamed).toMatchObject({ name: 'Build', lastUsedAt: expect.any(String) });
  const outsider = await identity.newUser();
  const foreign = identity.call(renameApiKey, { keyId: made.id, name: 'x' }, outsider.caller);
  await expect(foreign).rejects.toMatchObject(NOT_THERE);
});

test('a rotated key works for the overlap, takes no place of the plan, and its end is announced', async () => {
  const owner = await identity.newUser();
  const [old, other] = [await create(owner), await create(owner)];
  const rotate = (keyId: string, overlapHours?: number, by = owner) =>
    identity.call(rotateApiKey, { keyId, ...(overlapHours === undefined ? {} : { overlapHours }) }, by.caller);
  const made = await rotate(old.id, 48);
  expect(made).toMatchObject({ name: 'deploy', scopes: ['bots:read', 'bots:write'], expiresAt: null });
  expect(await verify(made.key)).toMatchObject({ keyId: made.id });
  const left = Date.parse((await verify(old.key)).expiresAt ?? '') - Date.now();
  expect(Math.round(left / 3_600_000)).toBe(48);
  // Gateways that remember the old key without an end look again.
  const member = `${owner.orgId}:${owner.userId}`;
  const renewed = (await identity.emitted(accessRevoked)).filter((one) => one['id'] === member);
  expect(renewed.at(-1)?.['version']).toBe((await verify(old.key)).memberVersion);
  await expect(rotate(old.id)).rejects.toMatchObject(NOT_THERE);
  // Two are allowed and two are counted.
  await expect(create(owner)).rejects.toMatchObject({ code: 'plan_limit_reached' });
  const { items } = await identity.call(listApiKeys, {}, owner.caller);
  expect(items.find(({ id }) => id === old.id)).toMatchObject({ replacedBy: made.id });

  const next = await rotate(other.id, 0);
  await expect(verify(other.key)).rejects.toMatchObject(NOT_THERE);
  expect(await verify(next.key)).toMatchObject({ keyId: next.id });
  expect(await identity.emitted(accessRevoked)).toContainEqual(
    expect.objectContaining({ kind: 'api_key', id: other.id }),
  );
});

test('what a key was called is known to usage after it was revoked, deleted with its maker or expired, and to nobody else', async () => {
  const owner = await identity.newUser();
  const describe = (keyIds: string[], orgId = owner.orgId) =>
    identity.call(describeKeys, { keyIds }, { kind: 'service', service: 'usage', orgId, scopes: [] });
  const [kept, revoked] = [await create(owner), await create(owner)];
  await identity.call(renameApiKey, { keyId: revoked.id, name: 'night' }, owner.caller);
  await identity.call(revokeApiKey, { keyId: revoked.id }, owner.caller);
  const admin = await newAdmin(owner);
  const theirs = await create(admin);
  await identity.call(removeMember, { userId: admin.userId }, owner.caller);
  const ended = { endedAt: expect.any(String) };
  const known = await describe([kept.id, revoked.id, theirs.id, 'nobodyhere']);
  expect(known.items.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
    [
      { id: kept.id, name: 'deploy', prefix: `tg_${kept.id}`, endedAt: null },
      { id: theirs.id, name: 'deploy', prefix: `tg_${theirs.id}`, ...ended },
      { id: revoked.id, name: 'night', prefix: `tg_${revoked.id}`, ...ended },
    ].sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
  const somebody = await identity.newUser();
  expect((await describe([kept.id, revoked.id], somebody.orgId)).items).toEqual([]);
});
