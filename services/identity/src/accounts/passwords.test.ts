import { changeEmail } from '@tidegate/contracts/identity/account-addresses';
import { createApiKey, listApiKeys } from '@tidegate/contracts/identity/api-keys';
import { acceptInvitation, declineInvitation, invite, listOwnInvitations } from '@tidegate/contracts/identity/members';
import {
  addressOf,
  changePassword,
  forgotPassword,
  linkFor,
  resendVerification,
  resetPassword,
  setPassword,
  verifyEmail,
} from '@tidegate/contracts/identity/passwords';
import { listAccountEvents, me } from '@tidegate/contracts/identity/profile';
import { login, refresh, register, requestRegistration } from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { ANONYMOUS, type Caller } from '@tidegate/contracts/kernel/caller';
import type { AccountMailKind } from '@tidegate/contracts/notifier/account-mails';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openIdentity, PASSWORD } from '../../test/fixture.ts';
import { PasswordHashing } from '../authentication/password-hashing.ts';

/* Who owns an address, and who may set its password. */
let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity({ limits: { seats: 20, api_keys: 20 }, mail: true });
});
afterAll(() => identity.close());

const NEW = 'an even better password';
const PLATFORM: Caller = { kind: 'service', service: 'platform', scopes: [] };
const from = (ip: string): Caller => ({ ...ANONYMOUS, ip });
const tokenTo = async (address: string, kind: AccountMailKind = 'reset-password'): Promise<string> =>
  (await identity.mailTo(address, kind))?.token ?? '';
const verifyToken = (address: string) => tokenTo(address, 'verify-email');
const askForMail = (email: string, ip = '192.0.2.7') => identity.call(forgotPassword, { email }, from(ip));
const reset = (token: string, password = NEW) => identity.call(resetPassword, { token, password }, from('192.0.2.7'));
const logIn = (email: string, password: string) => identity.call(login, { email, password });
const over = { code: 'token_invalid', status: 404 };
const unverified = { code: 'email_unverified', status: 403 };

const newVerified = () => identity.newUser();

test('an account with an unverified address can log in and look after itself, and reaches nobody else', async () => {
  const ada = await identity.newUnverified();
  await identity.call(resendVerification, {}, ada.caller);
  const bob = await newVerified();
  const { token: invitation } = await identity.call(invite, { email: ada.email, role: 'viewer' }, bob.caller);
  for (const attempt of [
    () => identity.call(invite, { email: 'guest@example.com', role: 'viewer' }, ada.caller),
    () => identity.call(createApiKey, { name: 'k', scopes: ['bots:read'] }, ada.caller),
    () => identity.call(acceptInvitation, { token: invitation }, ada.caller),
    () => identity.call(listOwnInvitations, {}, ada.caller),
    () => identity.call(declineInvitation, { invitationId: newId() }, ada.caller),
  ]) {
    await expect(attempt()).rejects.toMatchObject(unverified);
  }
  const gateway: Caller = { kind: 'service', service: 'notifier', scopes: [] };
  const known = () => identity.call(addressOf, { userId: ada.userId }, gateway);
  expect(await known()).toEqual({ email: ada.email, verified: false, locale: null, mayReachOthers: false });

  const token = await verifyToken(ada.email);
  // Only with the mail of this account.
  const eve = await identity.newUnverified();
  await identity.call(resendVerification, {}, eve.caller);
  for (const wrong of ['x', await verifyToken(eve.email)]) {
    await expect(identity.call(verifyEmail, { token: wrong }, ada.caller)).rejects.toMatchObject(over);
  }
  await expect(identity.call(verifyEmail, { token }, bob.caller)).rejects.toMatchObject(over);
  for (let n = 0; n < 2; n += 1) {
    expect((await identity.call(verifyEmail, { token }, ada.caller)).emailVerified).toBe(true);
  }
  expect(await known()).toMatchObject({ verified: true, mayReachOthers: true });
  expect((await identity.call(listOwnInvitations, {}, ada.caller)).items).toHaveLength(1);
  await identity.call(acceptInvitation, { token: invitation }, ada.caller);
});

test('the verification mail is sent again, up to five times a day, with a new token, until the address is verified', async () => {
  const ada = await identity.newUnverified();
  await identity.call(resendVerification, {}, ada.caller);
  const first = await verifyToken(ada.email);
  for (let n = 0; n < 4; n += 1) await identity.call(resendVerification, {}, ada.caller);
  await expect(identity.call(resendVerification, {}, ada.caller)).rejects.toMatchObject({ code: 'rate_limited' });
  expect(await verifyToken(ada.email)).not.toBe(first);
  await identity.tenants.as({}, (tx) => tx.query("update account_tokens set expires_at = now() - interval '1 s'"));
  await expect(identity.call(verifyEmail, { token: first }, ada.caller)).rejects.toMatchObject(over);
  const bob = await newVerified();
  await expect(identity.call(resendVerification, {}, bob.caller)).rejects.toMatchObject({ code: 'conflict' });
});

test('an address that an outsider registered is claimed by its owner, and everything of the outsider ends', async () => {
  const mallory = await identity.newUnverified();
  const { email } = mallory;
  // A key that is older than the verification of addresses.
  await identity.tenants.run(mallory.orgId, (tx) =>
    tx.query(
      `insert into api_keys (org_id, key_id, name, key_hash, scopes, created_by) values ($1, 'aaaaaaaaaa', 'k', $3, '{bots:read}', $2)`,
      [mallory.orgId, mallory.userId, `hash of ${newId()}`],
    ),
  );
  await askForMail(email);
  await reset(await tokenTo(email));

  await expect(logIn(email, PASSWORD)).rejects.toMatchObject({ code: 'wrong_credentials' });
  await expect(identity.call(refresh, { refreshToken: mallory.session.refreshToken })).rejects.toMatchObject({
    code: 'invalid_grant',
  });
  const owner = await logIn(email, NEW);
  expect(owner.user.emailVerified).toBe(true);
  expect((await identity.call(listApiKeys, {}, await identity.callerOf(owner))).items).toEqual([]);
  const revoked = await identity.emitted(accessRevoked);
  expect(revoked).toContainEqual(expect.objectContaining({ kind: 'session', id: mallory.caller.sessionId }));
  expect(revoked).toContainEqual(expect.objectContaining({ kind: 'api_key', id: 'aaaaaaaaaa' }));
});

test('a forgotten password is reset by mail, once and within a quarter of an hour; all sessions end', async () => {
  const ada = await newVerified();
  const { key } = await identity.call(createApiKey, { name: 'k', scopes: ['bots:read'] }, ada.caller);
  expect(key).toMatch(/^tg_/);
  await askForMail(ada.email.toUpperCase());
  const token = await tokenTo(ada.email);
  await expect(reset(`${token}x`)).rejects.toMatchObject(over);
  // Requests of others do not invalidate the owner's tokens.
  await askForMail(ada.email, '198.51.100.9');
  const other = await tokenTo(ada.email);
  await reset(token);
  for (const used of [token, other]) await expect(reset(used)).rejects.toMatchObject(over);
  await expect(identity.call(me, {}, { ...ada.caller })).resolves.toBeDefined();
  await expect(identity.call(refresh, { refreshToken: ada.session.refreshToken })).rejects.toMatchObject({
    code: 'invalid_grant',
  });
  const back = await logIn(ada.email, NEW);
  // Verified before: keys and invitations stay.
  expect((await identity.call(listApiKeys, {}, await identity.callerOf(back))).items).toHaveLength(1);

  await askForMail(ada.email);
  const late = await tokenTo(ada.email);
  await identity.tenants.as({}, (tx) => tx.query("update account_tokens set expires_at = now() - interval '1 s'"));
  await expect(reset(late)).rejects.toMatchObject(over);
  const rows = await identity.tenants.as({}, (tx) => tx.query('select * from account_tokens'));
  expect(JSON.stringify(rows)).not.toContain(late);
});

test('a log-in with the old password that is checked while it is changed starts no session', async () => {
  const ada = await newVerified();
  const hashing = identity.app.get(PasswordHashing);
  const verify = hashing.verify.bind(hashing);
  vi.spyOn(hashing, 'verify').mockImplementationOnce(async (...judged) => {
    const right = await verify(...judged);
    await identity.call(setPassword, { email: ada.email, password: NEW }, PLATFORM);
    return right;
  });
  await expect(logIn(ada.email, PASSWORD)).rejects.toMatchObject({ code: 'wrong_credentials' });
  const open = await identity.tenants.as({}, (tx) =>
    tx.query('select 1 from sessions where user_id = $1 and revoked_at is null', [ada.userId]),
  );
  expect(open).toEqual([]);
});

test('a token that sets a password ends after fifteen minutes, and a refused password does not use it up', async () => {
  const ada = await newVerified();
  await askForMail(ada.email);
  const token = await tokenTo(ada.email);
  const minutes = await identity.tenants.as({}, (tx) =>
    tx.one<{ left: number }>(
      `select round(extract(epoch from expires_at - now()) / 60)::int as left from account_tokens
        where user_id = $1 and purpose = 'reset-password'`,
      [ada.userId],
    ),
  );
  expect(minutes?.left).toBe(15);
  const weak = { code: 'password_too_weak', status: 422 };
  await expect(reset(token, 'Password1234')).rejects.toMatchObject({ ...weak, data: { reason: 'common' } });
  await expect(reset(token, ada.email)).rejects.toMatchObject({ ...weak, data: { reason: 'personal' } });
  await reset(token);
  const change = { currentPassword: NEW, newPassword: 'qwerty123456' };
  const caller = await identity.callerOf(await logIn(ada.email, NEW));
  await expect(identity.call(changePassword, change, caller)).rejects.toMatchObject(weak);
  const proven = await identity.provenAddress(`${newId()}@example.com`);
  await expect(identity.call(register, { ...proven, name: 'Eve', password: 'aaaaaaaaaaaa' })).rejects.toMatchObject(
    weak,
  );
});

test('who asks for an account learns nothing about an address; its owner is told', async () => {
  const ada = await newVerified();
  const nobody = `${newId()}@example.com`;
  const ask = (email: string) => identity.call(requestRegistration, { email, locale: 'de' });
  expect(await ask(ada.email)).toEqual(await ask(nobody));
  expect(await identity.mailTo(ada.email, 'address-taken')).toMatchObject({ locale: 'en' });
  const token = (await identity.mailTo(nobody, 'register'))?.token as string;
  expect(await identity.mailTo(ada.email, 'register')).toMatchObject({ token: expect.not.stringContaining(token) });
  const unproven = { code: 'address_unproven', status: 409 };
  for (const email of [ada.email, `${newId()}@example.com`]) {
    const sent = identity.call(register, { email, password: PASSWORD, name: 'X' });
    await expect(sent).rejects.toMatchObject(unproven);
  }
  const made = await identity.call(register, { token, password: PASSWORD, name: 'New' });
  expect(made.user).toMatchObject({ email: nobody, emailVerified: true });
  // Once.
  await expect(identity.call(register, { token, password: PASSWORD, name: 'New' })).rejects.toMatchObject(over);
});

test('an operator makes the link that a mail would have had; its person sees that', async () => {
  const ada = await identity.newUnverified();
  const link = (purpose: string, email = ada.email) => identity.call(linkFor, { email, purpose }, PLATFORM);
  await expect(link('reset', 'nobody@example.com')).rejects.toMatchObject({ code: 'not_found' });
  await expect(identity.call(linkFor, { email: ada.email, purpose: 'reset' }, ada.caller)).rejects.toMatchObject({
    code: 'forbidden',
  });
  const tokenIn = ({ url }: { url: string }) => url.split('#token=')[1] as string;
  const verify = await link('verify');
  expect(verify.url).toMatch(/^https:\/\/tidegate\.test\/verify-email#token=/);
  expect((await identity.call(verifyEmail, { token: tokenIn(verify) }, ada.caller)).emailVerified).toBe(true);
  await reset(tokenIn(await link('reset')));
  expect((await logIn(ada.email, NEW)).user.id).toBe(ada.userId);
  const { items } = await identity.call(listAccountEvents, {}, ada.caller);
  expect(items.map(({ kind, detail }) => [kind, detail])).toEqual([
    ['password.reset', null],
    ['operator.link_made', 'reset-password'],
    ['email.verified', null],
    ['operator.link_made', 'verify-email'],
    ['account.created', null],
  ]);
});

test('two who use one token at once set one password', async () => {
  const ada = await newVerified();
  await askForMail(ada.email);
  const token = await tokenTo(ada.email);
  const results = await Promise.allSettled([reset(token, `${NEW} 1`), reset(token, `${NEW} 2`)]);
  expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
});

test('a request for a mail does not reveal whether there is an account, and outsiders do not use up the owner’s mails', async () => {
  const ada = await newVerified();
  await logInFrom(ada.email, '192.0.2.1');
  const nobody = `${newId()}@example.com`;
  expect(await askForMail(nobody)).toEqual(await askForMail(ada.email));
  expect(await identity.mailTo(nobody, 'reset-password')).toBeUndefined();
  // Three from one network, for an address with an account and for one without, while a sent token is valid.
  for (const email of [nobody, ada.email]) {
    for (let n = 0; n < 2; n += 1) await askForMail(email);
    await expect(askForMail(email)).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
  }
  await identity.tenants.as({}, (tx) =>
    tx.query("update account_mail_budgets set sent = 20 where subject like 'reset account%'"),
  );
  await expect(askForMail(ada.email, '198.51.100.50')).rejects.toMatchObject({ code: 'rate_limited' });
  await askForMail(ada.email, '192.0.2.1');
  await identity.tenants.as({}, (tx) =>
    tx.query("update account_mail_budgets set since = now() - interval '25 hours'"),
  );
  await askForMail(ada.email, '198.51.100.50');
});

const logInFrom = (email: string, ip: string) => identity.call(login, { email, password: PASSWORD }, from(ip));

test('a person who knows the password changes it; their other sessions end, this one continues', async () => {
  const ada = await newVerified();
  const elsewhere = await logIn(ada.email, PASSWORD);
  const change = (currentPassword: string) =>
    identity.call(changePassword, { currentPassword, newPassword: NEW }, ada.caller);
  await expect(change('a wrong password')).rejects.toMatchObject({ code: 'wrong_password', status: 403 });
  await change(PASSWORD);
  await expect(identity.call(refresh, { refreshToken: elsewhere.refreshToken })).rejects.toMatchObject({
    code: 'invalid_grant',
  });
  expect((await identity.call(refresh, { refreshToken: ada.session.refreshToken })).user.id).toBe(ada.userId);
  expect((await logIn(ada.email, NEW)).user.id).toBe(ada.userId);
  expect(await identity.mailTo(ada.email, 'password-changed')).toBeDefined();
  // Guessing with a session is as slow as without.
  await expect(change('a wrong password')).rejects.toMatchObject({ code: 'wrong_password' });
  await identity.tenants.as({}, (tx) =>
    tx.query("update login_failures set failures = 100, last_at = clock_timestamp() where subject like 'pair:%'"),
  );
  await expect(change(NEW)).rejects.toMatchObject({ code: 'rate_limited' });
  await identity.tenants.as({}, (tx) => tx.query('delete from login_failures'));
  const key: Caller = { ...ada.caller, kind: 'api_key', keyId: 'x' };
  const byKey = identity.call(changePassword, { currentPassword: NEW, newPassword: PASSWORD }, key);
  await expect(byKey).rejects.toMatchObject({ code: 'forbidden' });
});

test('an operator resets the password of a person who is locked out; nobody else can', async () => {
  const ada = await identity.newUnverified();
  const { password, user } = await identity.call(setPassword, { email: ada.email }, PLATFORM);
  expect(user.emailVerified).toBe(true);
  expect((await logIn(ada.email, password)).user.id).toBe(ada.userId);
  await expect(identity.call(setPassword, { email: 'nobody@example.com' }, PLATFORM)).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(identity.call(setPassword, { email: ada.email }, ada.caller)).rejects.toMatchObject({
    code: 'forbidden',
  });
});

test('a mail that cannot be handed over is retried, and dropped after a day', async () => {
  const ada = await identity.newUnverified();
  await identity.call(resendVerification, {}, ada.caller);
  identity.mailServer.down = true;
  expect(await identity.mailTo(ada.email, 'verify-email')).toBeUndefined();
  identity.mailServer.down = false;
  expect(await identity.mailTo(ada.email, 'verify-email')).toBeDefined();
  const { id } = (await identity.mailTo(ada.email, 'verify-email')) as { id: string };
  await identity.call(resendVerification, {}, ada.caller);
  await identity.tenants.as({}, (tx) => tx.query("update account_mails set created_at = now() - interval '25 hours'"));
  expect((await identity.mailTo(ada.email, 'verify-email'))?.id).toBe(id);
});

test('where no e-mail is sent addresses are believed, and it is said who helps', async () => {
  const bare = await openIdentity();
  const ada = await bare.newUser();
  expect(ada.session.user.emailVerified).toBe(false);
  await bare.call(invite, { email: 'guest@example.com', role: 'viewer' }, ada.caller);
  const refused = { code: 'mail_not_configured', status: 409, detail: expect.stringContaining('users link') };
  await expect(bare.call(forgotPassword, { email: ada.email })).rejects.toMatchObject(refused);
  await expect(bare.call(resendVerification, {}, ada.caller)).rejects.toMatchObject(refused);
  await bare.close();
});

test('an address that was changed where no e-mail is sent is not verified: its owner claims all of it later', async () => {
  const bare = await openIdentity({ limits: { seats: 20, api_keys: 20 } });
  const [eve, ceo] = [await bare.newUser(), `${newId()}@acme.example`];
  expect(await bare.call(changeEmail, { email: ceo, currentPassword: PASSWORD }, eve.caller)).toEqual({
    changed: true,
  });
  expect((await bare.call(me, {}, eve.caller)).user).toMatchObject({ email: ceo, emailVerified: false });
  await bare.call(createApiKey, { name: 'k', scopes: ['bots:read'] }, eve.caller);
  // As by the mail of a forgotten password, once there is a mail server.
  const { url } = await bare.call(linkFor, { email: ceo, purpose: 'reset' }, PLATFORM);
  await bare.call(resetPassword, { token: url.split('#token=')[1], password: NEW });
  const owner = await bare.callerOf(await bare.call(login, { email: ceo, password: NEW }));
  expect((await bare.call(me, {}, owner)).user).toMatchObject({ emailVerified: true });
  expect((await bare.call(listApiKeys, {}, owner)).items).toEqual([]);
  await bare.close();
});
