import { createHash } from 'node:crypto';
import { createApiKey, listApiKeys, revokeApiKey, verifyKey } from '@tidegate/contracts/identity/api-keys';
import {
  acceptInvitation,
  changeRole,
  invite,
  listMembers,
  removeMember,
  roleOf,
} from '@tidegate/contracts/identity/members';
import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { switchOrganisation } from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { type Fixture, openIdentity } from '../../test/fixture.ts';

/* Who is over a lowered limit of members or keys may read, and may do again what they could when it rises. */
let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity({ limits: { seats: 10, api_keys: 10 } });
});
afterAll(() => identity.close());

type User = Awaited<ReturnType<Fixture['newUser']>>;
const GATEWAY: Caller = { kind: 'service', service: 'gateway', scopes: [] };

async function newMember(owner: User, role: Role) {
  const user = await identity.newUser();
  const { token } = await identity.call(invite, { email: user.email, role }, owner.caller);
  await identity.call(acceptInvitation, { token }, user.caller);
  const switched = await identity.call(switchOrganisation, { organisationId: owner.orgId }, user.caller);
  return { ...user, orgId: owner.orgId, caller: await identity.callerOf(switched) };
}
let version = 1;
/** Billing says what the organisation may do from now on. */
async function allowed(orgId: string, limits: Record<string, number>, access: 'full' | 'read_only' = 'full') {
  version += 1;
  const features = Object.fromEntries(
    Object.entries(limits).map(([key, limit]) => [key, { kind: 'counted' as const, limit }]),
  );
  const snapshot = entitlementsOf({ orgId, version, features });
  const plans = { main: { ...snapshot.plans['main'], access } } as typeof snapshot.plans;
  await identity.tenants.run(orgId, (tx) => identity.app.get(Entitlements).store(tx, { ...snapshot, plans }));
}
const restrictions = async ({ caller }: User) =>
  Object.fromEntries((await identity.call(listMembers, {}, caller)).items.map((one) => [one.userId, one.restricted]));
const role = ({ userId }: User, { orgId }: User) =>
  identity.call(roleOf, { organisationId: orgId, userId }, GATEWAY).then((one) => one.role);

test('members who joined last may only read when a plan allows fewer, their tokens end at once, and it passes by itself', async () => {
  const owner = await identity.newUser();
  const [admin, late] = [await newMember(owner, 'admin'), await newMember(owner, 'admin')];
  await allowed(owner.orgId, { seats: 2 });
  expect(await restrictions(owner)).toEqual({
    [owner.userId]: null,
    [admin.userId]: null,
    [late.userId]: 'over_limit',
  });
  expect(await role(admin, owner)).toBe('admin');
  expect(await role(late, owner)).toBe('viewer');
  const revoked = () =>
    identity.emitted(accessRevoked).then((all) => all.filter(({ id }) => String(id).endsWith(late.userId)));
  expect(await revoked()).toHaveLength(1);
  // Their old token says admin; the table does not.
  await expect(identity.call(invite, { email: 'x@example.com', role: 'viewer' }, late.caller)).rejects.toMatchObject({
    code: 'forbidden',
  });
  await expect(identity.call(changeRole, { userId: admin.userId, role: 'viewer' }, late.caller)).rejects.toMatchObject({
    code: 'forbidden',
  });
  await allowed(owner.orgId, { seats: 3 });
  expect(await role(late, owner)).toBe('admin');
  expect(await revoked()).toHaveLength(2);
});

test('owners come first, and one of them always keeps their rights; an overdue payment restricts nobody', async () => {
  const owner = await identity.newUser();
  const [admin, second] = [await newMember(owner, 'admin'), await newMember(owner, 'owner')];
  await allowed(owner.orgId, { seats: 0 });
  expect([await role(owner, owner), await role(admin, owner), await role(second, owner)]).toEqual([
    'owner',
    'viewer',
    'viewer',
  ]);
  await allowed(owner.orgId, { seats: 2 });
  expect([await role(admin, owner), await role(second, owner)]).toEqual(['viewer', 'owner']);
  await identity.call(changeRole, { userId: second.userId, role: 'viewer' }, owner.caller);
  expect(await restrictions(owner)).toMatchObject({ [admin.userId]: null, [second.userId]: 'over_limit' });
  await identity.call(removeMember, { userId: admin.userId }, owner.caller);
  expect(await restrictions(owner)).toEqual({ [owner.userId]: null, [second.userId]: null });
  await allowed(owner.orgId, {});
  expect(await restrictions(owner)).toEqual({ [owner.userId]: null, [second.userId]: 'not_included' });
  await allowed(owner.orgId, { seats: 2 }, 'read_only');
  expect(await restrictions(owner)).toEqual({ [owner.userId]: null, [second.userId]: null });
});

test('what a member or key over a lowered limit had invited to waits until they may invite again', async () => {
  const owner = await identity.newUser();
  const admin = await newMember(owner, 'admin');
  const { key } = await identity.call(createApiKey, { name: 'k', scopes: [...ROLE_SCOPES.admin] }, owner.caller);
  const keyHash = createHash('sha256').update(key).digest('hex');
  const { expiresAt: _, memberVersion: __, ...who } = await identity.call(verifyKey, { keyHash }, GATEWAY);
  const invited = async (by: Caller) => {
    const guest = await identity.newUser();
    const { token } = await identity.call(invite, { email: guest.email, role: 'admin' }, by);
    return () => identity.call(acceptInvitation, { token }, guest.caller);
  };
  const accepts = [await invited(admin.caller), await invited({ kind: 'api_key', ...who })];
  await allowed(owner.orgId, { seats: 1, api_keys: 0 });
  for (const accept of accepts) await expect(accept()).rejects.toMatchObject({ code: 'invitation_invalid' });
  await allowed(owner.orgId, { seats: 10, api_keys: 10 });
  for (const accept of accepts) expect(await accept()).toMatchObject({ role: 'admin' });
});

test('the newest keys over a lowered limit may only read, what others remember of them is looked at again, and a revoked one makes room', async () => {
  const owner = await identity.newUser();
  const make = (name: string) =>
    identity.call(createApiKey, { name, scopes: ['bots:read', 'bots:write'] }, owner.caller);
  const [old, recent] = [await make('old'), await make('recent')];
  const verify = ({ key }: { key: string }) =>
    identity.call(verifyKey, { keyHash: createHash('sha256').update(key).digest('hex') }, GATEWAY);
  const before = await verify(recent);
  await allowed(owner.orgId, { seats: 5, api_keys: 1 });
  expect((await verify(old)).scopes).toEqual(['bots:read', 'bots:write']);
  const after = await verify(recent);
  expect(after.scopes).toEqual(['bots:read']);
  expect(after.memberVersion).toBeGreaterThan(before.memberVersion);
  const { items } = await identity.call(listApiKeys, {}, owner.caller);
  expect(items.map(({ name, restricted }) => [name, restricted])).toEqual([
    ['recent', 'over_limit'],
    ['old', null],
  ]);
  await identity.call(revokeApiKey, { keyId: old.id }, owner.caller);
  expect((await verify(recent)).scopes).toEqual(['bots:read', 'bots:write']);
});
