import { changeEmail, confirmEmailChange, undoEmailChange } from '@tidegate/contracts/identity/account-addresses';
import { deleteAccount, previewDeletion } from '@tidegate/contracts/identity/account-deletion';
import { createApiKey } from '@tidegate/contracts/identity/api-keys';
import { acceptInvitation, changeRole, invite, listMembers } from '@tidegate/contracts/identity/members';
import { createOrganisation, organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { resetPassword } from '@tidegate/contracts/identity/passwords';
import { listAccountEvents, me, updateMe } from '@tidegate/contracts/identity/profile';
import type { Role } from '@tidegate/contracts/identity/roles';
import { endOtherSessions, listSessions, login, refresh } from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { ANONYMOUS, type Caller } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { type Fixture, openIdentity, PASSWORD } from '../../test/fixture.ts';
import { setEmail } from '../kernel/user.rows.ts';
import { prepareMail } from '../mails/prepare-mail.ts';

/* What people do with their own account. */
let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity({ limits: { seats: 20, api_keys: 20 }, mail: true });
});
afterAll(() => identity.close());

type User = Awaited<ReturnType<Fixture['newUser']>>;
const NEW = 'an even better password';
const fresh = () => `${newId()}@example.com`;
const logIn = (email: string, password = PASSWORD) => identity.call(login, { email, password });
const sql = (text: string, params: unknown[] = []) => identity.tenants.as({}, (tx) => tx.query(text, params));
const token = async (address: string, kind: 'change-email' | 'email-changed' | 'reset-password') =>
  (await identity.mailTo(address, kind))?.token as string;
/** The session is from an hour ago. */
const age = ({ caller }: User) =>
  sql("update sessions set created_at = now() - interval '1 hour' where id = $1", [caller.sessionId]);

async function joined(owner: User, role: Role): Promise<User> {
  const guest = await identity.newUser();
  const invitation = await identity.call(invite, { email: guest.email, role: 'viewer' }, owner.caller);
  await identity.call(acceptInvitation, { token: invitation.token }, guest.caller);
  if (role !== 'viewer') await identity.call(changeRole, { userId: guest.userId, role }, owner.caller);
  return guest;
}

test('a person chooses name, language, time zone and theme, and mails follow the language', async () => {
  const ada = await identity.newUser();
  const set = (input: object) => identity.call(updateMe, input, ada.caller);
  expect(await set({ name: 'Ada L.', locale: 'de', timeZone: 'Europe/Berlin', theme: 'dark' })).toMatchObject({
    name: 'Ada L.',
    locale: 'de',
    timeZone: 'Europe/Berlin',
    theme: 'dark',
  });
  expect(await set({ theme: null })).toMatchObject({ name: 'Ada L.', timeZone: 'Europe/Berlin', theme: null });
  for (const wrong of [{ timeZone: 'Mars/Olympus' }, { locale: 'fr' }, { name: '' }, { isOperator: true }]) {
    await expect(set(wrong)).rejects.toMatchObject({ code: 'validation_failed' });
  }
  expect((await identity.call(me, {}, ada.caller)).user).toMatchObject({ locale: 'de', emailVerified: true });
  await identity.call(changeEmail, { email: fresh(), currentPassword: PASSWORD }, ada.caller);
  await sql("update account_mails set kind = 'password-changed', email = $1", [ada.email]);
  expect(await identity.mailTo(ada.email, 'password-changed')).toMatchObject({ locale: 'de' });
});

test('a session shows its device and address, and all others end at once', async () => {
  const ada = await identity.newUser();
  const from = (ip: string): Caller => ({ ...ANONYMOUS, ip });
  const phone = await identity.call(
    login,
    { email: ada.email, password: PASSWORD, device: 'Phone' },
    from('192.0.2.1'),
  );
  await identity.call(refresh, { refreshToken: phone.refreshToken, device: 'Phone 2' }, from('192.0.2.9'));
  const list = async () => (await identity.call(listSessions, {}, ada.caller)).items;
  expect((await list()).find(({ current }) => !current)).toMatchObject({ device: 'Phone 2', address: '192.0.2.9' });
  expect(await identity.call(endOtherSessions, {}, ada.caller)).toEqual({ ended: 1 });
  expect(await list()).toMatchObject([{ current: true }]);
  expect(await identity.call(endOtherSessions, {}, ada.caller)).toEqual({ ended: 0 });
  const over = identity.call(refresh, { refreshToken: phone.refreshToken });
  await expect(over).rejects.toMatchObject({ code: 'invalid_grant' });
});

test('another address is confirmed by its own mail and a log-in; the old one is told', async () => {
  const [ada, eve] = [await identity.newUser(), await identity.newUser()];
  const email = fresh();
  const change = (input: object) => identity.call(changeEmail, input, ada.caller);
  await age(ada);
  await expect(change({ email })).rejects.toMatchObject({ code: 'password_needed', status: 403 });
  await expect(change({ email, currentPassword: 'wrong' })).rejects.toMatchObject({ code: 'wrong_password' });
  await expect(change({ email: ada.email.toUpperCase(), currentPassword: PASSWORD })).rejects.toMatchObject({
    code: 'conflict',
  });
  // A taken address gets the same answer; its owner is told.
  const answer = await change({ email: eve.email, currentPassword: PASSWORD });
  expect(await change({ email, currentPassword: PASSWORD })).toEqual(answer);
  expect(await identity.mailTo(eve.email, 'address-taken')).toBeDefined();
  const mailed = await token(email, 'change-email');
  const over = { code: 'token_invalid', status: 404 };
  await expect(identity.call(confirmEmailChange, { token: mailed }, eve.caller)).rejects.toMatchObject(over);
  // Somebody else's attempt has not used it up.
  expect(await identity.call(confirmEmailChange, { token: mailed }, ada.caller)).toMatchObject({ email });
  await expect(identity.call(confirmEmailChange, { token: mailed }, ada.caller)).rejects.toMatchObject(over);
  expect((await logIn(email)).user.id).toBe(ada.userId);
  await expect(logIn(ada.email)).rejects.toMatchObject({ code: 'wrong_credentials' });
  expect(await identity.mailTo(ada.email, 'email-changed')).toMatchObject({ details: { newEmail: email } });
});

test('an address is sent twenty mails a day about changes to it, however many accounts ask, in whatever case', async () => {
  const email = fresh();
  for (const most of [10, 10]) {
    const eve = await identity.newUser();
    for (let n = 0; n < most; n += 1)
      await identity.call(changeEmail, { email: n % 2 ? email.toUpperCase() : email }, eve.caller);
    await expect(identity.call(changeEmail, { email: fresh() }, eve.caller)).rejects.toMatchObject({ status: 429 });
  }
  const late = identity.call(changeEmail, { email }, (await identity.newUser()).caller);
  await expect(late).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
});

test('the old address takes the account back: sessions and password end, and a mail sets a new one', async () => {
  const ada = await identity.newUser();
  const email = fresh();
  await identity.call(changeEmail, { email }, ada.caller);
  await identity.call(confirmEmailChange, { token: await token(email, 'change-email') }, ada.caller);
  const undo = await token(ada.email, 'email-changed');
  await identity.call(undoEmailChange, { token: undo });
  await expect(identity.call(undoEmailChange, { token: undo })).rejects.toMatchObject({ code: 'token_invalid' });
  const refused = identity.call(refresh, { refreshToken: ada.session.refreshToken });
  await expect(refused).rejects.toMatchObject({ code: 'invalid_grant' });
  for (const address of [email, ada.email]) {
    await expect(logIn(address)).rejects.toMatchObject({ code: 'wrong_credentials' });
  }
  await identity.call(resetPassword, { token: await token(ada.email, 'reset-password'), password: NEW });
  const back = await identity.callerOf(await logIn(ada.email, NEW));
  const { items } = await identity.call(listAccountEvents, {}, back);
  expect(items.map(({ kind }) => kind)).toEqual([
    'password.reset',
    'email.change_undone',
    'email.changed',
    'account.created',
  ]);
});

test('whoever moved the account further cannot take it back after the owner has: what undoes later changes ends with the first', async () => {
  const ada = await identity.newUser();
  const [theirs, further] = [fresh(), fresh()];
  const move = async (email: string) => {
    await identity.call(changeEmail, { email }, ada.caller);
    await identity.call(confirmEmailChange, { token: await token(email, 'change-email') }, ada.caller);
  };
  await move(theirs);
  const first = await token(ada.email, 'email-changed');
  await move(further);
  const second = await token(theirs, 'email-changed');
  // One that is still waiting for the mail server.
  await sql(
    `insert into account_mails (id, kind, email, user_id, due_at) values ($1, 'email-changed', $2, $3, now() + interval '1 hour')`,
    [newId(), theirs, ada.userId],
  );
  await identity.call(undoEmailChange, { token: first });
  const late = identity.call(undoEmailChange, { token: second });
  await expect(late).rejects.toMatchObject({ code: 'token_invalid', status: 404 });
  const kinds = await sql("select 1 from account_mails where user_id = $1 and kind = 'email-changed'", [ada.userId]);
  expect(kinds).toEqual([]);
  await identity.call(resetPassword, { token: await token(ada.email, 'reset-password'), password: NEW });
  expect((await logIn(ada.email, NEW)).user.id).toBe(ada.userId);
});

test('an address in between undoes only what came after it: the first one still takes the account back', async () => {
  const ada = await identity.newUser();
  const [theirs, further] = [fresh(), fresh()];
  for (const email of [theirs, further]) {
    await identity.call(changeEmail, { email }, ada.caller);
    await identity.call(confirmEmailChange, { token: await token(email, 'change-email') }, ada.caller);
  }
  const first = await token(ada.email, 'email-changed');
  await identity.call(undoEmailChange, { token: await token(theirs, 'email-changed') });
  await identity.call(undoEmailChange, { token: first });
  await identity.call(resetPassword, { token: await token(ada.email, 'reset-password'), password: NEW });
  expect((await logIn(ada.email, NEW)).user.id).toBe(ada.userId);
});

test('a mail that sets a password is not prepared for an address from which the account is just being taken back', async () => {
  const ada = await identity.newUser();
  const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const back = identity.tenants.as({ userId: ada.userId }, async (tx) => {
    await setEmail(tx, ada.userId, fresh(), { proven: true });
    begun.resolve();
    await released.promise;
  });
  await begun.promise;
  const mail = { kind: 'reset-password', email: ada.email, user_id: null, locale: null, details: null } as const;
  const row = { ...mail, id: newId(), attempts: 1, created_at: new Date() };
  const prepared = identity.tenants.as({}, (tx) => prepareMail(tx, row));
  // It has found the account by the address that is still in force.
  await until(async () => {
    const waiting = await sql("select 1 from pg_locks where not granted and locktype in ('transactionid', 'tuple')");
    return waiting.length > 0;
  });
  released.resolve();
  await back;
  expect(await prepared).toBeUndefined();
});

test('an account is deleted with what is only its own, and nothing of the person is left', async () => {
  const [ada, boss] = [await identity.newUser(), await identity.newUser()];
  const guest = await joined(ada, 'viewer');
  const invitation = await identity.call(invite, { email: ada.email, role: 'viewer' }, boss.caller);
  await identity.call(acceptInvitation, { token: invitation.token }, ada.caller);
  const alone = await identity.call(createOrganisation, { name: 'Alone' }, ada.caller);
  const open = await identity.newUser();
  await identity.call(invite, { email: ada.email, role: 'viewer' }, open.caller);
  await identity.call(createApiKey, { name: 'k', scopes: ['bots:read'] }, ada.caller);

  const fates = await identity.call(previewDeletion, {}, ada.caller);
  expect(fates.deleted).toMatchObject([{ id: alone.id, members: 1 }]);
  expect(fates.blocking).toMatchObject([{ id: ada.orgId, members: 2 }]);
  expect(fates.left).toMatchObject([{ id: boss.orgId, members: 2 }]);
  const del = (input: object = {}) => identity.call(deleteAccount, { email: ada.email, ...input }, ada.caller);
  const blocked = (id: string) => ({ code: 'organisations_block', data: { organisations: [{ id }] } });
  await expect(del({ deleteOrganisations: true })).rejects.toMatchObject(blocked(ada.orgId));
  await identity.call(changeRole, { userId: guest.userId, role: 'owner' }, ada.caller);
  await expect(del()).rejects.toMatchObject(blocked(alone.id));
  await expect(del({ email: 'x@example.com', deleteOrganisations: true })).rejects.toMatchObject({ status: 422 });
  await age(ada);
  await expect(del({ deleteOrganisations: true })).rejects.toMatchObject({ code: 'password_needed' });
  await del({ deleteOrganisations: true, currentPassword: PASSWORD });

  await expect(logIn(ada.email)).rejects.toMatchObject({ code: 'wrong_credentials' });
  expect(await identity.mailTo(ada.email, 'account-deleted')).toBeDefined();
  expect((await identity.call(listMembers, {}, boss.caller)).items).toHaveLength(1);
  expect(await identity.emitted(organisationDeleted)).toEqual([{ orgId: alone.id }]);
  const revoked = await identity.emitted(accessRevoked);
  expect(revoked).toContainEqual(expect.objectContaining({ kind: 'session', id: ada.caller.sessionId }));
  expect(revoked).toContainEqual(expect.objectContaining({ kind: 'member', id: `${boss.orgId}:${ada.userId}` }));
  // In no table is the person's address or id any more, apart from events that are on their way.
  const left: string[] = [];
  const tables = await sql(
    `select table_name as name from information_schema.tables where table_schema = current_schema()
        and table_type = 'BASE TABLE' and table_name not in ('outbox', 'outbox_sequences', 'inbox', 'idempotency_keys')`,
  );
  for (const { name } of tables as { name: string }[]) {
    for (const { orgId } of [ada, boss, open, guest]) {
      const rows = await identity.tenants.as({ orgId, userId: ada.userId }, (tx) =>
        tx.query(`select 1 from ${name} t where t::text ilike any($1)`, [[`%${ada.email}%`, `%${ada.userId}%`]]),
      );
      if (rows.length > 0) left.push(name);
    }
  }
  expect(left).toEqual([]);
  // The address is free.
  expect(await identity.provenAddress(ada.email)).toMatchObject({ token: expect.any(String) });
});

test('the only operator stays', async () => {
  const ada = await identity.newUser();
  await sql('update users set is_operator = true where id = $1', [ada.userId]);
  const del = identity.call(deleteAccount, { email: ada.email, deleteOrganisations: true }, ada.caller);
  await expect(del).rejects.toMatchObject({ code: 'conflict', detail: expect.stringContaining('only operator') });
  expect((await identity.call(me, {}, ada.caller)).organisations).toHaveLength(1);
});
