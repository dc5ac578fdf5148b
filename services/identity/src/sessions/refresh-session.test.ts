import { login, logout, refresh, type Session } from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Tx } from '@tidegate/database/tx';
import { type Fixture, openIdentity, PASSWORD } from '../../test/fixture.ts';
import { makeRefreshToken } from './refresh-token.rules.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

const use = (refreshToken: string): Promise<Session> => identity.call(refresh, { refreshToken });
const GONE = { code: 'invalid_grant', status: 400 };

/** Ends the grace period of the session's last rotation. */
const age = (sessionId: string, seconds: number) =>
  identity.tenants.as({}, (tx) =>
    tx.query('update sessions set rotated_at = rotated_at - make_interval(secs => $2) where id = $1', [
      sessionId,
      seconds,
    ]),
  );

const revocations = async (sessionId: string) =>
  (await identity.emitted(accessRevoked)).filter(({ kind, id }) => kind === 'session' && id === sessionId);

test('20 uses of one refresh token at once all give the same successor, and it works', async () => {
  const { session, caller } = await identity.newUser();
  const answers = await Promise.all(Array.from({ length: 20 }, () => use(session.refreshToken)));
  const successors = new Set(answers.map((answer) => answer.refreshToken));
  expect(successors.size).toBe(1);
  const [successor] = [...successors] as [string];
  expect(successor).not.toBe(session.refreshToken);
  expect(await revocations(caller.sessionId as string)).toEqual([]);
  expect((await use(successor)).refreshToken).not.toBe(successor);
});

test('a token used again after the grace period ends the session with its newest token, and is reported once', async () => {
  const { session, caller } = await identity.newUser();
  const next = await use(session.refreshToken);
  await age(caller.sessionId as string, 91);
  await expect(use(session.refreshToken)).rejects.toMatchObject(GONE);
  await expect(use(next.refreshToken)).rejects.toMatchObject(GONE);
  expect(await revocations(caller.sessionId as string)).toHaveLength(1);
});

test('within the grace period, which is longer than any call, a lost answer can be requested again', async () => {
  const { session, caller } = await identity.newUser();
  const next = await use(session.refreshToken);
  // Repeating the request does not extend it.
  for (const seconds of [40, 40]) {
    await age(caller.sessionId as string, seconds);
    expect((await use(session.refreshToken)).refreshToken).toBe(next.refreshToken);
  }
  await age(caller.sessionId as string, 11);
  await expect(use(session.refreshToken)).rejects.toMatchObject(GONE);
});

test('the grandparent of the newest token ends the session at once', async () => {
  const { session } = await identity.newUser();
  const next = await use(session.refreshToken);
  const newest = await use(next.refreshToken);
  await expect(use(session.refreshToken)).rejects.toMatchObject(GONE);
  await expect(use(newest.refreshToken)).rejects.toMatchObject(GONE);
});

test('a forged token is refused and ends no session', async () => {
  const { session, caller } = await identity.newUser();
  const bytes = Buffer.from(session.refreshToken, 'base64url');
  for (const position of [0, 5, 20, bytes.length - 1]) {
    const forged = Buffer.from(bytes);
    forged[position] = (forged[position] as number) ^ 1;
    await expect(use(forged.toString('base64url'))).rejects.toMatchObject(GONE);
  }
  await expect(use('')).rejects.toMatchObject(GONE);
  await expect(use('not a token')).rejects.toMatchObject(GONE);
  expect(await revocations(caller.sessionId as string)).toEqual([]);
  expect((await use(session.refreshToken)).user.id).toBe(session.user.id);
});

test('an expired session cannot be refreshed', async () => {
  const { session, caller } = await identity.newUser();
  await identity.tenants.as({}, (tx) =>
    tx.query("update sessions set expires_at = now() - interval '1 second' where id = $1", [caller.sessionId]),
  );
  await expect(use(session.refreshToken)).rejects.toMatchObject(GONE);
});

test('logging out ends this session everywhere and no other', async () => {
  const { email, session, caller } = await identity.newUser();
  const elsewhere = await identity.call(login, { email, password: PASSWORD });
  await identity.call(logout, {}, caller);
  await expect(use(session.refreshToken)).rejects.toMatchObject(GONE);
  expect(await revocations(caller.sessionId as string)).toHaveLength(1);
  expect((await use(elsewhere.refreshToken)).user.email).toBe(email);
});

describe('whoever has the database', () => {
  const inDatabase = <T>(work: (tx: Tx) => Promise<T>) => identity.tenants.as({}, work);

  test('cannot make a refresh token from it', async () => {
    const { session, caller } = await identity.newUser();
    const sessionId = caller.sessionId as string;
    const rows = await inDatabase((tx) => tx.query('select * from sessions where id = $1', [sessionId]));
    const keys = Object.values(rows[0] ?? {}).flatMap((value) => candidates(value));
    expect(keys.length).toBeGreaterThan(40);
    const forged = keys.map((key) => makeRefreshToken({ sessionId, counter: 0 }, key));
    expect(forged).not.toContain(session.refreshToken);
    await expect(use(forged[0] as string)).rejects.toMatchObject(GONE);
    expect((await use(session.refreshToken)).user.id).toBe(session.user.id);
  });

  test('cannot move the key of one session into another', async () => {
    const [mallory, victim] = [await identity.newUser(), await identity.newUser()];
    await inDatabase((tx) =>
      tx.query(
        `update sessions set refresh_key_sealed = (select refresh_key_sealed from sessions where id = $2) where id = $1`,
        [victim.caller.sessionId, mallory.caller.sessionId],
      ),
    );
    await expect(use(victim.session.refreshToken)).rejects.toThrow('belongs elsewhere');
  });
});

/** Everything of 32 bytes that a value could be or contain, as it stands or in base64. */
function candidates(value: unknown): Buffer[] {
  const bytes = Buffer.isBuffer(value) ? [value] : [Buffer.from(String(value)), Buffer.from(String(value), 'base64')];
  return bytes.flatMap((one) => [
    one,
    ...Array.from({ length: Math.max(0, one.length - 31) }, (_, at) => one.subarray(at, at + 32)),
  ]);
}
