import { createHash } from 'node:crypto';
import { createApiKey, revokeApiKey, rotateApiKey, verifyKey } from '@tidegate/contracts/identity/api-keys';
import {
  acceptInvitation,
  changeRole,
  invite,
  listInvitations,
  listMembers,
  removeMember,
} from '@tidegate/contracts/identity/members';
import { deleteOrganisation, getOrganisation } from '@tidegate/contracts/identity/organisations';
import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { switchOrganisation } from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { type Fixture, openIdentity } from '../../test/fixture.ts';

/* A granted right is never larger than its grantor's, and ends with it. */
let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity({ limits: { seats: 20, api_keys: 20 } });
});
afterAll(() => identity.close());

type User = Awaited<ReturnType<Fixture['newUser']>>;
const tooHigh = { code: 'role_too_high', status: 403 };
const ended = { code: 'invitation_invalid', status: 404 };

async function newMember(owner: User, role: Role): Promise<User> {
  const user = await identity.newUser();
  const { token } = await identity.call(invite, { email: user.email, role }, owner.caller);
  await identity.call(acceptInvitation, { token }, user.caller);
  const switched = await identity.call(switchOrganisation, { organisationId: owner.orgId }, user.caller);
  return { ...user, orgId: owner.orgId, caller: await identity.callerOf(switched) };
}

/** The caller that the gateway makes of a key of this person. */
async function newKey(maker: User, scopes: readonly string[], more: object = {}): Promise<Caller> {
  const { key } = await identity.call(createApiKey, { name: 'k', scopes: [...scopes], ...more }, maker.caller);
  const gateway: Caller = { kind: 'service', service: 'gateway', scopes: [] };
  const keyHash = createHash('sha256').update(key).digest('hex');
  const { expiresAt: _, memberVersion: __, ...who } = await identity.call(verifyKey, { keyHash }, gateway);
  return { kind: 'api_key', ...who };
}

async function invited(by: Caller, role: Role = 'viewer') {
  const guest = await identity.newUser();
  const { token } = await identity.call(invite, { email: guest.email, role }, by);
  return { guest, accept: () => identity.call(acceptInvitation, { token }, guest.caller) };
}
const open = async ({ caller }: User) => (await identity.call(listInvitations, {}, caller)).items.length;

test('a key that may change members promotes nobody to owner, removes no owner and deletes no organisation', async () => {
  const owner = await identity.newUser();
  const admin = await newMember(owner, 'admin');
  const viewer = await newMember(owner, 'viewer');
  const key = await newKey(owner, ['members:write', 'members:read', 'org:admin']);
  for (const role of ['owner', 'admin', 'editor', 'viewer'] as const) {
    const guest = identity.call(invite, { email: `${role}@example.com`, role }, key);
    await expect(guest).rejects.toMatchObject({ ...tooHigh, detail: expect.stringContaining('bots:read') });
    await expect(identity.call(changeRole, { userId: viewer.userId, role }, key)).rejects.toMatchObject(tooHigh);
  }
  for (const { userId } of [owner, admin, viewer]) {
    await expect(identity.call(removeMember, { userId }, key)).rejects.toMatchObject(tooHigh);
  }
  const { name } = await identity.call(getOrganisation, {}, owner.caller);
  await expect(identity.call(deleteOrganisation, { name }, key)).rejects.toMatchObject(tooHigh);
  await expect(identity.call(deleteOrganisation, { name }, admin.caller)).rejects.toMatchObject(tooHigh);

  // The key may delegate what it may do itself.
  const small = await newKey(owner, [...ROLE_SCOPES.viewer, 'members:write']);
  await identity.call(invite, { email: 'guest@example.com', role: 'viewer' }, small);
  await expect(identity.call(invite, { email: 'x@example.com', role: 'editor' }, small)).rejects.toMatchObject(tooHigh);
  await identity.call(removeMember, { userId: viewer.userId }, small);
  expect((await identity.call(listMembers, {}, owner.caller)).items).toHaveLength(2);
  await identity.call(deleteOrganisation, { name }, await newKey(owner, ROLE_SCOPES.owner));
  const { orgId: id } = owner;
  expect(await identity.emitted(accessRevoked)).toContainEqual(expect.objectContaining({ kind: 'organisation', id }));
});

test('revoked rights cannot be delegated with a token that still carries them', async () => {
  const owner = await identity.newUser();
  const [demoted, removed] = [await newMember(owner, 'admin'), await newMember(owner, 'admin')];
  const key = await newKey(removed, ROLE_SCOPES.admin);
  await identity.call(changeRole, { userId: demoted.userId, role: 'editor' }, owner.caller);
  await identity.call(removeMember, { userId: removed.userId }, owner.caller);
  for (const caller of [demoted.caller, removed.caller, key]) {
    for (const role of ['admin', 'viewer'] as const) {
      const guest = identity.call(invite, { email: 'guest@example.com', role }, caller);
      await expect(guest).rejects.toMatchObject({ code: 'forbidden' });
    }
    if (caller.kind === 'api_key') continue;
    const wish = { name: 'k', scopes: ['billing:write'] };
    await expect(identity.call(createApiKey, wish, caller)).rejects.toMatchObject({ code: 'forbidden' });
  }
});

test('an invitation ends with its creator: removed, demoted, their key revoked, their key expired', async () => {
  const owner = await identity.newUser();
  const [removed, demoted, kept] = [
    await newMember(owner, 'admin'),
    await newMember(owner, 'admin'),
    await newMember(owner, 'admin'),
  ];
  const [full, brief] = [
    await newKey(kept, ROLE_SCOPES.admin),
    await newKey(kept, ROLE_SCOPES.admin, { expiresAt: new Date(Date.now() + 3_600_000).toISOString() }),
  ];
  const made = [
    await invited(removed.caller, 'admin'),
    await invited(demoted.caller),
    await invited(full, 'editor'),
    await invited(brief),
  ];
  const { accept } = await invited(kept.caller);
  expect(await open(owner)).toBe(5);
  await identity.call(removeMember, { userId: removed.userId }, owner.caller);
  await identity.call(changeRole, { userId: demoted.userId, role: 'editor' }, owner.caller);
  await identity.call(revokeApiKey, { keyId: full.keyId as string }, owner.caller);
  expect(await open(owner)).toBe(2);
  const { items } = await identity.call(listInvitations, {}, owner.caller);
  const ends = items.map((item) => Date.parse(item.expiresAt)).sort((a, b) => a - b);
  expect(ends[0]).toBeLessThanOrEqual(Date.now() + 3_600_000);
  expect(items.map((item) => item.invitedBy)).toEqual([kept.userId, kept.userId]);
  await identity.tenants.run(owner.orgId, (tx) =>
    tx.query("update invitations set expires_at = now() - interval '1 s' where invited_with_key is not null"),
  );
  for (const one of made) await expect(one.accept()).rejects.toMatchObject(ended);
  await accept();
});

test('an invitation ends with the key that made it when that key is replaced: it is listed so, and counts no longer', async () => {
  const owner = await identity.newUser();
  const key = await newKey(owner, ROLE_SCOPES.admin);
  const [early, late] = [await invited(key, 'admin'), await invited(key, 'admin')];
  await identity.call(rotateApiKey, { keyId: key.keyId as string, overlapHours: 1 }, owner.caller);
  const { items } = await identity.call(listInvitations, {}, owner.caller);
  for (const { expiresAt } of items) expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + 3_600_000);
  // While the old key works, so do they.
  await early.accept();
  // One that was made before an end of its key ended it as well.
  await identity.tenants.run(owner.orgId, async (tx) => {
    await tx.query("update api_keys set expires_at = now() - interval '1 s' where key_id = $1", [key.keyId]);
    await tx.query("update invitations set expires_at = now() + interval '6 days'");
  });
  await expect(late.accept()).rejects.toMatchObject(ended);
});

test('a person who rejoins starts afresh: neither their invitations nor their tokens return', async () => {
  const owner = await identity.newUser();
  const admin = await newMember(owner, 'admin');
  const { accept } = await invited(admin.caller, 'admin');
  await identity.call(removeMember, { userId: admin.userId }, owner.caller);
  const { token } = await identity.call(invite, { email: admin.email, role: 'admin' }, owner.caller);
  await identity.call(acceptInvitation, { token }, admin.caller);
  await expect(accept()).rejects.toMatchObject(ended);
});

test('accepting an invitation while its creator is demoted leaves a consistent result', async () => {
  const owner = await identity.newUser();
  const admin = await newMember(owner, 'admin');
  const { guest, accept } = await invited(admin.caller, 'admin');
  const [accepted] = await Promise.allSettled([
    accept(),
    identity.call(changeRole, { userId: admin.userId, role: 'viewer' }, owner.caller),
  ]);
  const members = (await identity.call(listMembers, {}, owner.caller)).items.map((one) => one.userId);
  expect(members.includes(guest.userId)).toBe(accepted.status === 'fulfilled');
  expect(await open(owner)).toBe(0);
});
