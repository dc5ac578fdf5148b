import { createHash } from 'node:crypto';
import { apiKeyId } from '@tidegate/contracts/identity/api-key-format';
import { createApiKey, listApiKeys, verifyKey } from '@tidegate/contracts/identity/api-keys';
import { createLink, listLinks, revokeLink } from '@tidegate/contracts/identity/links';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { type Fixture, openIdentity } from '../../test/fixture.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

const GATEWAY: Caller = { kind: 'service', service: 'gateway', scopes: [] };
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const verify = (key: string) => identity.call(verifyKey, { keyHash: hashOf(key) }, GATEWAY);
let version = 1;
async function allow(orgId: string, links: boolean): Promise<void> {
  version += 1;
  const features = { api_keys: { kind: 'counted', limit: 1 }, white_label: { kind: 'boolean', value: links } } as const;
  const snapshot = entitlementsOf({ orgId, version, features });
  await identity.tenants.run(orgId, (tx) => identity.app.get(Entitlements).store(tx, snapshot));
}
async function newOwner() {
  const owner = await identity.newUser();
  await allow(owner.orgId, true);
  return owner;
}
const NOT_THERE = { code: 'not_found', status: 404 };
const share = ({ caller }: { caller: Caller }, thingId = newId(), more: object = {}) =>
  identity.call(createLink, { name: 'For the auditors', kind: 'server', thingId, ...more }, caller);

test('a link reads one thing until it is revoked, and its key stands behind # only', async () => {
  const owner = await newOwner();
  const thingId = newId();
  const made = await share(owner, thingId);
  expect(apiKeyId(made.key)).toBe(made.id);
  const url = new URL(made.url);
  expect([url.pathname, url.hash]).toEqual([`/o/${owner.orgId}/servers/${thingId}`, `#link=${made.key}`]);
  expect(await verify(made.key)).toMatchObject({
    orgId: owner.orgId,
    scopes: ['servers:read'],
    only: { parameter: 'serverId', id: thingId },
  });
  const { items } = await identity.call(listLinks, {}, owner.caller);
  expect(items).toMatchObject([{ id: made.id, kind: 'server', thingId, name: 'For the auditors' }]);
  expect(JSON.stringify(items)).not.toContain(made.key.slice(13, 45));
  await identity.call(revokeLink, { linkId: made.id }, owner.caller);
  await expect(verify(made.key)).rejects.toMatchObject(NOT_THERE);
  expect(await identity.emitted(accessRevoked)).toContainEqual(
    expect.objectContaining({ kind: 'api_key', id: made.id }),
  );
  await expect(identity.call(revokeLink, { linkId: made.id }, owner.caller)).rejects.toMatchObject(NOT_THERE);
});

test('links are no keys: they count against no limit of keys, stand in no list of them, and a key is no link', async () => {
  const owner = await newOwner();
  await share(owner);
  const key = await identity.call(createApiKey, { name: 'k', scopes: ['servers:read'] }, owner.caller);
  expect((await identity.call(listApiKeys, {}, owner.caller)).items.map(({ id }) => id)).toEqual([key.id]);
  expect((await identity.call(listLinks, {}, owner.caller)).items).toHaveLength(1);
  await expect(identity.call(revokeLink, { linkId: key.id }, owner.caller)).rejects.toMatchObject(NOT_THERE);
  expect(await verify(key.key)).not.toHaveProperty('only');
});

test('nobody shares what they may not read, and only people make links', async () => {
  const owner = await newOwner();
  const narrow: Caller = { ...owner.caller, scopes: ['keys:write', 'bots:read'] };
  await expect(share({ caller: narrow })).rejects.toMatchObject({ code: 'forbidden', data: { scope: 'servers:read' } });
  const key: Caller = { kind: 'api_key', keyId: 'x', orgId: owner.orgId, userId: owner.userId, scopes: ['keys:write'] };
  await expect(share({ caller: key })).rejects.toMatchObject({ code: 'forbidden' });
  const eve = await identity.newUser();
  const made = await share(owner);
  expect((await identity.call(listLinks, {}, eve.caller)).items).toEqual([]);
  await expect(identity.call(revokeLink, { linkId: made.id }, eve.caller)).rejects.toMatchObject(NOT_THERE);
});

test('links end with the plan that includes them and return with it; without it none is made', async () => {
  const owner = await newOwner();
  const made = await share(owner);
  await allow(owner.orgId, false);
  await expect(verify(made.key)).rejects.toMatchObject(NOT_THERE);
  await expect(share(owner)).rejects.toMatchObject({ code: 'feature_not_included', data: { feature: 'white_label' } });
  await allow(owner.orgId, true);
  expect(await verify(made.key)).toHaveProperty('only');
});

test('a link expires by itself, and one that has expired already is refused', async () => {
  const owner = await newOwner();
  await expect(share(owner, newId(), { expiresAt: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
    data: { errors: [expect.objectContaining({ field: '/expiresAt', code: 'in_the_past' })] },
  });
  const made = await share(owner, newId(), { expiresAt: new Date(Date.now() + 60_000).toISOString() });
  await identity.tenants.run(owner.orgId, (tx) => tx.query("update api_keys set expires_at = now() - interval '1s'"));
  await expect(verify(made.key)).rejects.toMatchObject(NOT_THERE);
  expect((await identity.call(listLinks, {}, owner.caller)).items).toHaveLength(1);
});
