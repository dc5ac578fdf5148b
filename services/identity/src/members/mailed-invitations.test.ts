import {
  acceptInvitation,
  acceptOwnInvitation,
  invite,
  listInvitations,
  listMembers,
  listOwnInvitations,
  resendInvitation,
  revokeInvitation,
  showInvitation,
} from '@tidegate/contracts/identity/members';
import { listOrganisations } from '@tidegate/contracts/identity/organisations';
import { register, switchOrganisation } from '@tidegate/contracts/identity/sessions';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openIdentity, PASSWORD } from '../../test/fixture.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity({ limits: { seats: 20, api_keys: 2 }, mail: true });
});
afterAll(() => identity.close());

const gone = { code: 'invitation_invalid', status: 404 };
const mailedToken = async (email: string) => (await identity.mailTo(email, 'invitation'))?.token as string;

test('an invited person without an account follows the mail, makes one and is in', async () => {
  const owner = await identity.newUser();
  const email = `${newId()}@example.com`;
  const made = await identity.call(invite, { email, role: 'editor' }, owner.caller);
  expect(made.mailed).toBe(true);
  const mail = await identity.mailTo(email, 'invitation');
  expect(mail).toMatchObject({ details: { inviter: owner.email, role: 'editor' } });
  const token = mail?.token as string;
  const shown = await identity.call(showInvitation, { token });
  expect(shown).toMatchObject({ email, role: 'editor', provesAddress: true });
  // The inviter's own token proves nothing about the address.
  expect(await identity.call(showInvitation, { token: made.token })).toMatchObject({ provesAddress: false });
  const person = { password: PASSWORD, name: 'Guest' };
  await expect(identity.call(register, { ...person, token: made.token })).rejects.toMatchObject({ status: 404 });
  const session = await identity.call(register, { ...person, token });
  expect(session).toMatchObject({ user: { email, emailVerified: true }, organisation: null });
  const guest = await identity.callerOf(session);
  expect(await identity.call(acceptInvitation, { token }, guest)).toEqual({
    organisationId: owner.orgId,
    role: 'editor',
  });
  await expect(identity.call(acceptInvitation, { token }, guest)).rejects.toMatchObject(gone);
  expect((await identity.call(listOrganisations, {}, guest)).items).toHaveLength(1);
});

test('the mailed token verifies the account of its address, and no other account uses it', async () => {
  const owner = await identity.newUser();
  const [guest, other] = [await identity.newUnverified(), await identity.newUser()];
  await identity.call(invite, { email: guest.email, role: 'viewer' }, owner.caller);
  const token = await mailedToken(guest.email);
  await expect(identity.call(acceptInvitation, { token }, other.caller)).rejects.toMatchObject(gone);
  await identity.call(acceptInvitation, { token }, guest.caller);
  const { items } = await identity.call(listMembers, { search: guest.email.slice(0, 30).toUpperCase() }, owner.caller);
  expect(items).toMatchObject([{ userId: guest.userId, lastActiveAt: expect.stringMatching(/:00:00\.000Z$/) }]);
  expect((await identity.call(listMembers, { role: 'owner' }, owner.caller)).items).toHaveLength(1);
  expect((await identity.call(listMembers, { search: 'nobody%' }, owner.caller)).items).toEqual([]);
});

test('whoever has a verified address joins without the token, once, and nobody else does', async () => {
  const owner = await identity.newUser();
  const [guest, other, unverified] = [
    await identity.newUser(),
    await identity.newUser(),
    await identity.newUnverified(),
  ];
  const invited = (email: string) => identity.call(invite, { email, role: 'editor' }, owner.caller);
  const { id } = await invited(guest.email.toUpperCase());
  const accept = ({ caller }: { caller: Caller }, invitationId = id) =>
    identity.call(acceptOwnInvitation, { invitationId }, caller);
  const nothing = { code: 'not_found', status: 404 };
  await expect(accept(other)).rejects.toMatchObject(nothing);
  const theirs = await invited(unverified.email);
  await expect(accept(unverified, theirs.id)).rejects.toMatchObject({ code: 'email_unverified' });
  const key: Caller = { ...guest.caller, kind: 'api_key', keyId: 'x' };
  await expect(accept({ caller: key })).rejects.toMatchObject({ code: 'forbidden' });
  expect(await accept(guest)).toEqual({ organisationId: owner.orgId, role: 'editor' });
  await expect(accept(guest)).rejects.toMatchObject(nothing);
  // One whose grantor may invite no longer is as good as none.
  const admin = await identity.newUser();
  const { token } = await identity.call(invite, { email: admin.email, role: 'admin' }, owner.caller);
  await identity.call(acceptInvitation, { token }, admin.caller);
  const { accessToken } = await identity.call(switchOrganisation, { organisationId: owner.orgId }, admin.caller);
  const late = await identity.call(
    invite,
    { email: other.email, role: 'admin' },
    await identity.callerOf({ accessToken }),
  );
  await identity.tenants.run(owner.orgId, (tx) =>
    tx.query("update members set role = 'viewer' where user_id = $1", [admin.userId]),
  );
  await expect(accept(other, late.id)).rejects.toMatchObject(gone);
});

test('where addresses are only trusted, an invitation takes its token', async () => {
  const bare = await openIdentity({ limits: { seats: 20 } });
  const [owner, eve] = [await bare.newUser(), await bare.newUser()];
  const { id, token } = await bare.call(invite, { email: eve.email, role: 'admin' }, owner.caller);
  expect((await bare.call(listOwnInvitations, {}, eve.caller)).items).toHaveLength(1);
  const untold = bare.call(acceptOwnInvitation, { invitationId: id }, eve.caller);
  await expect(untold).rejects.toMatchObject({ code: 'email_unverified', status: 403 });
  expect(await bare.call(acceptInvitation, { token }, eve.caller)).toMatchObject({ role: 'admin' });
  await bare.close();
});

test('an invitation is sent again, works from either mail, and none when it was withdrawn', async () => {
  const owner = await identity.newUser();
  const email = `${newId()}@example.com`;
  const { id } = await identity.call(invite, { email, role: 'viewer' }, owner.caller);
  const first = await mailedToken(email);
  const inOrg = (text: string) => identity.tenants.as({ orgId: owner.orgId }, (tx) => tx.query(text));
  await inOrg("update invitations set expires_at = now() + interval '1 hour'");
  await identity.call(resendInvitation, { invitationId: id }, owner.caller);
  const [open] = (await identity.call(listInvitations, {}, owner.caller)).items;
  expect(Date.parse(open?.expiresAt ?? '')).toBeGreaterThan(Date.now() + 6 * 86_400_000);
  const second = await mailedToken(email);
  for (const token of [first, second]) {
    expect(await identity.call(showInvitation, { token })).toMatchObject({ email });
  }
  const resend = () => identity.call(resendInvitation, { invitationId: id }, owner.caller);
  for (let n = 0; n < 8; n += 1) await resend();
  await expect(resend()).rejects.toMatchObject({ code: 'rate_limited' });
  await identity.call(revokeInvitation, { invitationId: id }, owner.caller);
  for (const token of [first, second]) {
    await expect(identity.call(showInvitation, { token })).rejects.toMatchObject(gone);
  }
  await expect(resend()).rejects.toMatchObject({ code: 'not_found' });
  expect(await inOrg('select 1 from invitation_tokens')).toEqual([]);
});
