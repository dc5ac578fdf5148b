import {
  checkSession,
  listSessions,
  login,
  logout,
  refresh,
  revokeSession,
} from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { type Fixture, openIdentity, PASSWORD } from '../../test/fixture.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

test('a person sees where they are logged in, and ends one session without the others', async () => {
  const here = await identity.newUser();
  const phone = await identity.call(login, { email: here.session.user.email, password: PASSWORD });
  const { items, total } = await identity.call(listSessions, { count: true }, here.caller);
  expect(items).toHaveLength(2);
  expect(total).toBe(2);
  expect(items.filter(({ current }) => current).map(({ id }) => id)).toEqual([here.caller.sessionId]);
  const other = items.find(({ current }) => !current)?.id as string;

  await identity.call(revokeSession, { sessionId: other }, here.caller);
  await expect(identity.call(refresh, { refreshToken: phone.refreshToken })).rejects.toMatchObject({
    code: 'invalid_grant',
  });
  expect((await identity.emitted(accessRevoked)).filter(({ id }) => id === other)).toHaveLength(1);
  expect((await identity.call(listSessions, {}, here.caller)).items).toHaveLength(1);
  await identity.call(refresh, { refreshToken: here.session.refreshToken });

  // Again, it changes nothing and is not announced twice.
  await identity.call(revokeSession, { sessionId: other }, here.caller);
  expect((await identity.emitted(accessRevoked)).filter(({ id }) => id === other)).toHaveLength(1);
});

test('sessions of somebody else look as if they did not exist; an API key has none', async () => {
  const [ada, eve] = [await identity.newUser(), await identity.newUser()];
  const { items } = await identity.call(listSessions, {}, eve.caller);
  expect(items.map(({ id }) => id)).toEqual([eve.caller.sessionId]);
  await expect(
    identity.call(revokeSession, { sessionId: ada.caller.sessionId as string }, eve.caller),
  ).rejects.toMatchObject({ code: 'not_found' });
  await identity.call(refresh, { refreshToken: ada.session.refreshToken });
  const key = { kind: 'api_key' as const, keyId: 'k', orgId: ada.orgId, userId: ada.userId, scopes: [] };
  await expect(identity.call(listSessions, {}, key)).rejects.toMatchObject({ code: 'forbidden' });
});

test('only the gateway may ask whether a session is still valid', async () => {
  const { caller, userId } = await identity.newUser();
  const gateway = { kind: 'service' as const, service: 'gateway' as const, scopes: [] };
  const asked = { sessionId: caller.sessionId as string, userId };
  const { expiresAt } = await identity.call(checkSession, asked, gateway);
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
  await expect(identity.call(checkSession, asked, caller)).rejects.toMatchObject({ code: 'forbidden' });
  const other = await identity.newUser();
  await expect(identity.call(checkSession, { ...asked, userId: other.userId }, gateway)).rejects.toMatchObject({
    code: 'not_found',
  });
  await identity.call(logout, {}, caller);
  await expect(identity.call(checkSession, asked, gateway)).rejects.toMatchObject({ code: 'not_found' });
});
