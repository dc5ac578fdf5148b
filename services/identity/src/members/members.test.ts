import {
  acceptInvitation,
  changeRole,
  declineInvitation,
  invite,
  leaveOrganisation,
  listInvitations,
  listMembers,
  listOwnInvitations,
  removeMember,
  revokeInvitation,
  roleOf,
} from '@tidegate/contracts/identity/members';
import { getOrganisation, listOrganisations } from '@tidegate/contracts/identity/organisations';
import { me } from '@tidegate/contracts/identity/profile';
import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { refresh, switchOrganisation } from '@tidegate/contracts/identity/sessions';
import { accessRevoked, MEMBER_VERSION_CLAIM } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openIdentity } from '../../test/fixture.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity({ limits: { seats: 4, api_keys: 5 } });
});
afterAll(() => identity.close());

type User = Awaited<ReturnType<Fixture['newUser']>>;

/** A person who has joined the owner's organisation and acts in it. */
async function newMember(owner: User, role: Role) {
  const user = await identity.newUser();
  const { token } = await identity.call(invite, { email: user.email, role }, owner.caller);
  await identity.call(acceptInvitation, { token }, user.caller);
  const switched = await identity.call(switchOrganisation, { organisationId: owner.orgId }, user.caller);
  return { ...user, orgId: owner.orgId, switched, caller: await identity.callerOf(switched) };
}

/** Which membership a token carries: the gateway compares it with what was revoked. */
const versionOf = ({ accessToken }: { accessToken: string }): number =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] as string, 'base64url').toString())[MEMBER_VERSION_CLAIM];

const listed = async (owner: User, search?: string) => {
  const { items, total } = await identity.call(
    listInvitations,
    { count: true, ...(search && { search }) },
    owner.caller,
  );
  return { emails: items.map(({ email }) => email), total };
};

const rolesOf = async ({ caller }: User) =>
  Object.fromEntries((await identity.call(listMembers, {}, caller)).items.map((one) => [one.userId, one.role]));

test('invitations and organisations are found by a part of their name, and counted', async () => {
  const owner = await identity.newUser();
  await identity.call(invite, { email: 'Ada.found@example.com', role: 'viewer' }, owner.caller);
  await identity.call(invite, { email: 'grace@example.com', role: 'viewer' }, owner.caller);
  expect(await listed(owner)).toMatchObject({ total: 2 });
  expect(await listed(owner, 'FOUND')).toEqual({ emails: [expect.stringMatching(/ada\.found/i)], total: 1 });
  const { name } = await identity.call(getOrganisation, {}, owner.caller);
  const mine = (search: string) => identity.call(listOrganisations, { search, count: true }, owner.caller);
  expect(await mine(name.slice(1, 4).toUpperCase())).toMatchObject({ items: [{ id: owner.orgId }], total: 1 });
  expect(await mine('no such name')).toEqual({ items: [], total: 0 });
});

test('an invitation adds its person, once, with the role that it names', async () => {
  const owner = await identity.newUser();
  const guest = await identity.newUser();
  const { token } = await identity.call(invite, { email: guest.email.toUpperCase(), role: 'editor' }, owner.caller);
  expect((await identity.call(listInvitations, {}, owner.caller)).items).toHaveLength(1);
  const joined = await identity.call(acceptInvitation, { token }, guest.caller);
  expect(joined).toEqual({ organisationId: owner.orgId, role: 'editor' });
  expect((await identity.call(listInvitations, {}, owner.caller)).items).toEqual([]);
  expect(await rolesOf(owner)).toEqual({ [owner.userId]: 'owner', [guest.userId]: 'editor' });
  await expect(identity.call(acceptInvitation, { token }, guest.caller)).rejects.toMatchObject({
    code: 'invitation_invalid',
  });
});

test('a token is useless to another person, after it was revoked, and after its week', async () => {
  const owner = await identity.newUser();
  const [guest, eve] = [await identity.newUser(), await identity.newUser()];
  const made = await identity.call(invite, { email: guest.email, role: 'admin' }, owner.caller);
  const accept = (user: User, token: string) => identity.call(acceptInvitation, { token }, user.caller);
  const refused = { code: 'invitation_invalid', status: 404 };
  await expect(accept(eve, made.token)).rejects.toMatchObject(refused);
  await identity.call(revokeInvitation, { invitationId: made.id }, owner.caller);
  await expect(accept(guest, made.token)).rejects.toMatchObject(refused);
  const late = await identity.call(invite, { email: guest.email, role: 'admin' }, owner.caller);
  await identity.tenants.run(owner.orgId, (tx) =>
    tx.query("update invitations set expires_at = now() - interval '1s'"),
  );
  await expect(accept(guest, late.token)).rejects.toMatchObject(refused);
  expect(await rolesOf(owner)).toEqual({ [owner.userId]: 'owner' });
});

test('inviting a member again is refused; a new invitation to the same address replaces the old', async () => {
  const owner = await identity.newUser();
  const member = await newMember(owner, 'viewer');
  await expect(identity.call(invite, { email: member.email, role: 'admin' }, owner.caller)).rejects.toMatchObject({
    code: 'conflict',
  });
  const guest = await identity.newUser();
  const first = await identity.call(invite, { email: guest.email, role: 'viewer' }, owner.caller);
  const second = await identity.call(invite, { email: guest.email, role: 'editor' }, owner.caller);
  expect((await identity.call(listInvitations, {}, owner.caller)).items).toMatchObject([{ id: second.id }]);
  await expect(identity.call(acceptInvitation, { token: first.token }, guest.caller)).rejects.toMatchObject({
    code: 'invitation_invalid',
  });
});

test('seats count members and open invitations, exactly, even when many are invited at once', async () => {
  const owner = await identity.newUser();
  const results = await Promise.allSettled(
    Array.from({ length: 12 }, (_, n) =>
      identity.call(invite, { email: `guest${n}@example.com`, role: 'viewer' }, owner.caller),
    ),
  );
  const refused = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
  expect(refused).toHaveLength(9); // four seats: the owner and three guests
  expect(refused[0]).toMatchObject({ code: 'plan_limit_reached', data: { feature: 'seats', limit: 4, used: 4 } });
});

test('the last owner can neither leave nor step down, even when two owners leave at once', async () => {
  const owner = await identity.newUser();
  const alone = identity.call(removeMember, { userId: owner.userId }, owner.caller);
  await expect(alone).rejects.toMatchObject({ code: 'last_owner', status: 409 });
  const down = identity.call(changeRole, { userId: owner.userId, role: 'admin' }, owner.caller);
  await expect(down).rejects.toMatchObject({ code: 'last_owner' });

  const second = await newMember(owner, 'owner');
  const both = await Promise.allSettled([
    identity.call(changeRole, { userId: owner.userId, role: 'viewer' }, owner.caller),
    identity.call(removeMember, { userId: second.userId }, second.caller),
  ]);
  expect(both.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  expect(Object.values(await rolesOf(owner)).filter((role) => role === 'owner')).toHaveLength(1);
});

test('nobody grants, changes or removes a role above their own', async () => {
  const owner = await identity.newUser();
  const admin = await newMember(owner, 'admin');
  const viewer = await newMember(owner, 'viewer');
  const tooHigh = { code: 'role_too_high', status: 403 };
  const as = admin.caller;
  await expect(identity.call(invite, { email: 'x@example.com', role: 'owner' }, as)).rejects.toMatchObject(tooHigh);
  const grant = identity.call(changeRole, { userId: viewer.userId, role: 'owner' }, as);
  await expect(grant).rejects.toMatchObject(tooHigh);
  const self = identity.call(changeRole, { userId: admin.userId, role: 'owner' }, as);
  await expect(self).rejects.toMatchObject(tooHigh);
  await expect(identity.call(removeMember, { userId: owner.userId }, as)).rejects.toMatchObject(tooHigh);
  const byViewer = identity.call(removeMember, { userId: admin.userId }, viewer.caller);
  await expect(byViewer).rejects.toMatchObject({ code: 'forbidden', data: { scope: 'members:write' } });
});

test('a removed member loses this organisation at once, and nothing else', async () => {
  const owner = await identity.newUser();
  const member = await newMember(owner, 'editor');
  await identity.call(removeMember, { userId: member.userId }, owner.caller);
  const revoked = (await identity.emitted(accessRevoked)).find(({ id }) => id === `${owner.orgId}:${member.userId}`);
  expect(revoked).toMatchObject({ kind: 'member' });
  // Whichever token they have, even one issued while the removal was being committed.
  expect(Number(revoked?.['version'])).toBeGreaterThan(versionOf(member.switched));
  const session = await identity.call(refresh, { refreshToken: member.session.refreshToken });
  expect(session).toMatchObject({ organisation: null, role: null });
  const own = await identity.call(me, {}, await identity.callerOf(session));
  expect(own.organisations).toHaveLength(1);
  const without = identity.call(getOrganisation, {}, await identity.callerOf(session));
  await expect(without).rejects.toMatchObject({ code: 'forbidden' });
});

test('another role revokes the tokens that carry the old one', async () => {
  const owner = await identity.newUser();
  const member = await newMember(owner, 'admin');
  let refreshToken = member.session.refreshToken;
  let old = versionOf(member.switched);
  // A refresh in the same second as the change gives a valid token, however often that happens.
  for (let n = 0; n < 20; n += 1) {
    const role = n % 2 === 0 ? 'viewer' : 'admin';
    await identity.call(changeRole, { userId: member.userId, role }, owner.caller);
    const session = await identity.call(refresh, { refreshToken });
    const revoked = (await identity.emitted(accessRevoked)).findLast(({ kind }) => kind === 'member');
    expect(revoked).toMatchObject({ id: `${owner.orgId}:${member.userId}`, version: versionOf(session) });
    expect(versionOf(session)).toBeGreaterThan(old);
    expect((await identity.callerOf(session)).role).toBe(role);
    ({ refreshToken } = session);
    old = versionOf(session);
  }
});

test('members and invitations of another organisation look as if they did not exist', async () => {
  const [owner, eve] = [await identity.newUser(), await identity.newUser()];
  const made = await identity.call(invite, { email: 'guest@example.com', role: 'viewer' }, owner.caller);
  const member = await newMember(owner, 'viewer');
  const notThere = { code: 'not_found', status: 404 };
  for (const userId of [owner.userId, member.userId, newId()]) {
    await expect(identity.call(removeMember, { userId }, eve.caller)).rejects.toMatchObject(notThere);
    await expect(identity.call(changeRole, { userId, role: 'viewer' }, eve.caller)).rejects.toMatchObject(notThere);
  }
  for (const invitationId of [made.id, newId()]) {
    await expect(identity.call(revokeInvitation, { invitationId }, eve.caller)).rejects.toMatchObject(notThere);
  }
  expect(await rolesOf(eve)).toEqual({ [eve.userId]: 'owner' });
  expect((await identity.call(listInvitations, {}, eve.caller)).items).toEqual([]);
});

test('only the gateway may ask what a person may do in one of their organisations', async () => {
  const owner = await identity.newUser();
  const member = await newMember(owner, 'viewer');
  const gateway = { kind: 'service' as const, service: 'gateway' as const, scopes: [] };
  const asked = (organisationId: string, caller: Caller = gateway) =>
    identity.call(roleOf, { organisationId, userId: member.userId }, caller);
  expect(await asked(owner.orgId)).toEqual({
    role: 'viewer',
    scopes: [...ROLE_SCOPES.viewer],
    memberVersion: versionOf(member.switched),
  });
  expect(await asked(member.session.organisation?.id as string)).toMatchObject({ role: 'owner' });
  await expect(asked(newId())).rejects.toMatchObject({ code: 'not_found' });
  await expect(asked(owner.orgId, owner.caller)).rejects.toMatchObject({ code: 'forbidden' });
  await identity.call(removeMember, { userId: member.userId }, owner.caller);
  await expect(asked(owner.orgId)).rejects.toMatchObject({ code: 'not_found' });
});

test('members may leave an organisation, with any role; the last owner stays', async () => {
  const owner = await identity.newUser();
  const viewer = await newMember(owner, 'viewer');
  const second = await newMember(owner, 'owner');
  const leave = ({ caller }: User) => identity.call(leaveOrganisation, { organisationId: owner.orgId }, caller);
  const key: Caller = { ...viewer.caller, kind: 'api_key', keyId: 'x' };
  await expect(leave({ ...viewer, caller: key })).rejects.toMatchObject({ code: 'forbidden' });
  await leave(viewer);
  await expect(leave(viewer)).rejects.toMatchObject({ code: 'not_found' });
  await expect(leave(await identity.newUser())).rejects.toMatchObject({ code: 'not_found' });
  const id = `${owner.orgId}:${viewer.userId}`;
  expect(await identity.emitted(accessRevoked)).toContainEqual(expect.objectContaining({ kind: 'member', id }));
  const both = await Promise.allSettled([leave(owner), leave(second)]);
  const [refused] = both.filter((one) => one.status === 'rejected');
  expect(both.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  expect(refused?.reason).toMatchObject({ code: 'last_owner' });
});

test('the invited see where to, page by page, and decline; nobody else does', async () => {
  const [ada, bob, guest, eve] = await Promise.all([1, 2, 3, 4].map(() => identity.newUser()));
  if (!ada || !bob || !guest || !eve) throw new Error('four people');
  const email = guest.email.toUpperCase();
  const first = await identity.call(invite, { email, role: 'viewer' }, ada.caller);
  const second = await identity.call(invite, { email, role: 'admin' }, bob.caller);
  const page = await identity.call(listOwnInvitations, { limit: 1 }, guest.caller);
  expect(page.items).toMatchObject([{ id: second.id, role: 'admin', organisation: { id: bob.orgId } }]);
  expect(page.items[0]?.organisation.name).toContain('Ada');
  const rest = await identity.call(listOwnInvitations, { limit: 1, cursor: page.nextCursor }, guest.caller);
  expect(rest.items.map((one) => one.id)).toEqual([first.id]);
  expect((await identity.call(listOwnInvitations, {}, eve.caller)).items).toEqual([]);
  const decline = (user: User) => identity.call(declineInvitation, { invitationId: first.id }, user.caller);
  await expect(decline(eve)).rejects.toMatchObject({ code: 'not_found' });
  await decline(guest);
  await expect(decline(guest)).rejects.toMatchObject({ code: 'not_found' });
  expect((await identity.call(listInvitations, {}, ada.caller)).items).toEqual([]);
  await expect(identity.call(acceptInvitation, { token: first.token }, guest.caller)).rejects.toMatchObject({
    code: 'invitation_invalid',
  });
});

test('seats are counted again when an invitation is accepted: after a downgrade it is refused until there is room', async () => {
  const owner = await identity.newUser();
  const guests = await Promise.all([1, 2, 3].map(() => identity.newUser()));
  const made = await Promise.all(
    guests.map(({ email }) => identity.call(invite, { email, role: 'viewer' }, owner.caller)),
  );
  await identity.tenants.run(owner.orgId, (tx) =>
    tx.query(
      `update entitlements set snapshot = jsonb_set(snapshot, '{features,seats,limit}', '2') where org_id = $1`,
      [owner.orgId],
    ),
  );
  const accept = (at: number) =>
    identity.call(acceptInvitation, { token: made[at]?.token ?? '' }, (guests[at] as User).caller);
  const results = await Promise.allSettled([accept(0), accept(1), accept(2)]);
  expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  const refused = results.find((one) => one.status === 'rejected')?.reason;
  expect(refused).toMatchObject({
    code: 'plan_limit_reached',
    data: { feature: 'seats', limit: 2, used: 2 },
    detail: expect.stringContaining('Ask the person who invited you'),
  });
  const joined = results.findIndex((one) => one.status === 'fulfilled');
  await identity.call(removeMember, { userId: (guests[joined] as User).userId }, owner.caller);
  await accept((joined + 1) % 3);
});

test('setting the same role again changes nothing and revokes no token', async () => {
  const owner = await identity.newUser();
  const member = await newMember(owner, 'editor');
  const before = (await identity.emitted(accessRevoked)).length;
  await identity.call(changeRole, { userId: member.userId, role: 'editor' }, owner.caller);
  expect((await identity.emitted(accessRevoked)).length).toBe(before);
});
