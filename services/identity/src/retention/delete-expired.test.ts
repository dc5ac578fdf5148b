import { login, refresh } from '@tidegate/contracts/identity/sessions';
import { type Fixture, openIdentity } from '../../test/fixture.ts';
import { DeleteExpired } from './delete-expired.loop.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

const ids = async (table: string, column: string) =>
  (await identity.tenants.as({}, (tx) => tx.query<{ id: string }>(`select ${column} as id from ${table}`))).map(
    ({ id }) => id,
  );
const run = (sql: string, params: unknown[] = []) => identity.tenants.as({}, (tx) => tx.query(sql, params));

test('what ended more than a day ago is deleted; what is valid or ended just now stays', async () => {
  const [living, expired, revoked, justNow] = await Promise.all(Array.from({ length: 4 }, () => identity.newUser()));
  const idOf = (user: typeof living) => user?.caller.sessionId as string;
  await run("update sessions set expires_at = now() - interval '25 hours' where id = $1", [idOf(expired)]);
  await run("update sessions set revoked_at = now() - interval '25 hours' where id = $1", [idOf(revoked)]);
  await run('update sessions set revoked_at = now() where id = $1', [idOf(justNow)]);
  await identity.call(login, { email: 'nobody@example.com', password: 'wrong' }).catch(() => undefined);
  await run("update login_failures set last_at = now() - interval '25 hours'");
  await run("update known_login_sources set last_at = now() - interval '91 days' where user_id = $1", [
    expired?.userId,
  ]);
  await identity.call(login, { email: 'somebody@example.com', password: 'wrong' }).catch(() => undefined);

  await identity.app.get(DeleteExpired).turn();
  expect((await ids('sessions', 'id')).sort()).toEqual([idOf(living), idOf(justNow)].sort());
  // Of the other try: the account, the network, and both together.
  expect(await ids('login_failures', 'subject')).toHaveLength(3);
  const remembered = [living, revoked, justNow].map((user) => user?.userId);
  expect((await ids('known_login_sources', 'user_id')).sort()).toEqual(remembered.sort());
  expect(await identity.call(refresh, { refreshToken: living?.session.refreshToken })).toMatchObject({ role: 'owner' });
});
