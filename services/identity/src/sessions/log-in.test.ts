import { me } from '@tidegate/contracts/identity/profile';
import { login, register, switchOrganisation } from '@tidegate/contracts/identity/sessions';
import { ANONYMOUS } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { alsoTo, Log, setLogLevel } from '@tidegate/telemetry/log';
import { decodeProtectedHeader } from 'jose';
import { type Fixture, openIdentity, PASSWORD, PUBLIC_URL } from '../../test/fixture.ts';
import { LogInRefusals } from '../authentication/log-in-refusals.ts';
import { PasswordHashing } from '../authentication/password-hashing.ts';

let identity: Fixture;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());
afterEach(() => setLogLevel('fatal'));

const problemOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { code: string; status: number; title: string; detail?: string; data?: unknown }) => ({
      code: error.code,
      status: error.status,
      detail: error.detail,
      data: error.data,
    }),
  );

test('an account comes with an organisation of its own, in which its first token acts', async () => {
  const { session, caller, email } = await identity.newUser();
  expect(session).toMatchObject({
    role: 'owner',
    user: { email, isOperator: false },
    organisation: { id: caller.orgId },
  });
  expect(decodeProtectedHeader(session.accessToken)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
  const claims = JSON.parse(Buffer.from(session.accessToken.split('.')[1] as string, 'base64url').toString());
  expect(claims).toMatchObject({ iss: PUBLIC_URL, aud: 'tidegate', sub: session.user.id, org: caller.orgId });
  expect(claims.exp - claims.iat).toBe(300);
  expect(await identity.call(me, {}, caller)).toMatchObject({
    organisations: [{ id: caller.orgId, role: 'owner' }],
    organisationId: caller.orgId,
  });
});

test('an address has one account, however it is written', async () => {
  const { email } = await identity.newUser('Grace.Hopper@example.com');
  await expect(
    identity.call(register, { email: email.toUpperCase(), password: PASSWORD, name: 'Eve' }),
  ).rejects.toMatchObject({ code: 'email_taken' });
  expect((await identity.call(login, { email: 'grace.hopper@EXAMPLE.com', password: PASSWORD })).user.email).toBe(
    email,
  );
});

test('an unknown address and a wrong password get the same answer', async () => {
  const { email } = await identity.newUser();
  const wrong = await problemOf(identity.call(login, { email, password: 'a wrong password' }));
  const unknown = await problemOf(identity.call(login, { email: `${newId()}@example.com`, password: 'a wrong one' }));
  expect(wrong).toMatchObject({ code: 'wrong_credentials', status: 401 });
  expect(unknown).toEqual(wrong);
});

const from = (ip: string) => ({ ...ANONYMOUS, ip });
const guess = (email: string, ip: string, password = 'a wrong password') =>
  problemOf(identity.call(login, { email, password }, from(ip)));
const SLOW = { code: 'rate_limited', status: 429, data: { retryAfterSeconds: expect.any(Number) } };

test('a refused log-in is logged without what was typed', async () => {
  const lines: string[] = [];
  const sink = { write: (line: string) => lines.push(line) };
  alsoTo(sink);
  setLogLevel('warn');
  const { email } = await identity.newUser();
  await guess(email, '198.51.100.77', 'hunter2hunter2');
  const [line] = lines.filter((one) => one.includes('198.51.100.77'));
  expect(JSON.parse(line ?? '')).toMatchObject({
    level: 'warn',
    code: 'wrong_credentials',
    userId: expect.any(String),
  });
  expect(line).not.toMatch(new RegExp(`hunter2|${email}`));
});

test('guessing is slowed down for the guessing network, however it writes the address', async () => {
  const { email } = await identity.newUser();
  for (let n = 0; n < 6; n += 1) await guess(email, '2001:db8:1:2::7');
  expect(await guess(email.toUpperCase(), '2001:db8:1:2:ffff::1', PASSWORD)).toMatchObject(SLOW);
  // Another account is not held up by it.
  const other = await identity.newUser();
  expect(await guess(other.email, '2001:db8:1:2::7', PASSWORD)).toBeUndefined();
});

test('an outsider who knows the address does not lock its owner out, at home or elsewhere', async () => {
  const email = `${newId()}@example.com`;
  const home = '192.0.2.1';
  await identity.call(register, { email, password: PASSWORD, name: 'Ada' }, from(home));
  // The outsider has many networks, and sits at the owner's own table as well.
  await identity.tenants.as({}, (tx) => tx.query('update login_failures set failures = 0'));
  for (let n = 0; n < 12; n += 1) await guess(email, `198.51.100.${n % 2}`);
  for (let n = 0; n < 12; n += 1) await guess(email, home);
  await identity.tenants.as({}, (tx) =>
    tx.query("update login_failures set failures = 5000, last_at = clock_timestamp() where subject like 'account:%'"),
  );
  expect(await guess(email, '198.51.100.1', PASSWORD)).toMatchObject(SLOW);
  expect(await guess(email, home, PASSWORD)).toBeUndefined();
  expect(await guess(email, '203.0.113.50', PASSWORD)).toBeUndefined();
});

test('a guesser in the same network locks out nobody who has the right password', async () => {
  const network = '198.51.100.220';
  const [known, fresh] = [await identity.newUser(), await identity.newUser()];
  await guess(known.email, network, PASSWORD);
  await guess(`${newId()}@example.com`, network);
  await identity.tenants.as({}, (tx) =>
    tx.query('update login_failures set failures = 60, last_at = clock_timestamp() where subject = $1', [
      `ip:${network}`,
    ]),
  );
  const other = await identity.newUser();
  expect(await guess(other.email, network)).toMatchObject(SLOW);
  expect(await guess(other.email, network, PASSWORD)).toMatchObject(SLOW);
  for (const { email } of [known, fresh]) expect(await guess(email, network, PASSWORD)).toBeUndefined();
});

test('a network that has to wait learns of no address whether it has an account: neither by the answer nor by what it counts', async () => {
  const probe = async (network: string, email: string) => {
    await guess(`${newId()}@example.com`, network);
    const subject = `ip:${network}`;
    await identity.tenants.as({}, (tx) =>
      tx.query('update login_failures set failures = 60, last_at = clock_timestamp() where subject = $1', [subject]),
    );
    const hashed = vi.spyOn(identity.app.get(PasswordHashing), 'verify');
    const answers = [await guess(email, network), await guess(email, network)];
    const checks = hashed.mock.calls.length;
    hashed.mockRestore();
    const counted = await identity.tenants.as({}, (tx) =>
      tx.query('select failures from login_failures where subject = $1', [subject]),
    );
    return { codes: answers.map((answer) => answer?.code), checks, counted };
  };
  const known = await probe('198.51.100.221', (await identity.newUser()).email);
  expect(known).toEqual({ codes: ['rate_limited', 'rate_limited'], checks: 1, counted: [{ failures: 61 }] });
  expect(await probe('198.51.100.222', `${newId()}@example.com`)).toEqual(known);
});

test('a device that has logged in before is not locked out by others, wherever it is', async () => {
  const email = `${newId()}@example.com`;
  const device = `${newId()}-${newId()}`.slice(0, 64);
  const logIn = (ip: string, deviceId?: string, password = PASSWORD) =>
    problemOf(identity.call(login, { email, password, ...(deviceId ? { deviceId } : {}) }, from(ip)));
  await identity.call(register, { email, password: PASSWORD, name: 'Ada' }, from('192.0.2.1'));
  expect(await logIn('192.0.2.1', device)).toBeUndefined();
  const cafe = '198.51.100.140';
  for (let n = 0; n < 6; n += 1) await guess(email, cafe);
  await identity.tenants.as({}, (tx) =>
    tx.query("update login_failures set failures = 5000, last_at = clock_timestamp() where subject not like 'pair:%'"),
  );
  expect(await logIn(cafe)).toMatchObject(SLOW);
  // A made-up device gives no more tries, nor does one that is known to another account.
  expect(await logIn(cafe, `${newId()}${newId()}`.slice(0, 64))).toMatchObject(SLOW);
  const other = await identity.newUser();
  expect(
    await problemOf(identity.call(login, { email: other.email, password: PASSWORD, deviceId: device }, from(cafe))),
  ).toMatchObject(SLOW);
  expect(await logIn(cafe, device)).toBeUndefined();
  // Its own wrong ones make it wait, at every network.
  for (let n = 0; n < 3; n += 1)
    expect(await logIn(`203.0.113.${n}`, device, 'wrong wrong wrong')).toMatchObject({ code: 'wrong_credentials' });
  await identity.tenants.as({}, (tx) =>
    tx.query("update login_failures set failures = 110, last_at = clock_timestamp() where subject like 'device:%'"),
  );
  expect(await logIn('203.0.113.77', device)).toMatchObject(SLOW);
});

test('a flood of refused log-ins is logged as some lines and a number', async () => {
  const lines: string[] = [];
  alsoTo({ write: (line: string) => lines.push(line) });
  setLogLevel('warn');
  const refused = new LogInRefusals(new Log({ service: 'identity' }));
  for (let n = 0; n < 300; n += 1)
    refused.report({ email: 'flood@example.com', ip: '198.51.100.230' }, new Error('no'));
  expect(lines.length).toBeLessThanOrEqual(150);
  expect(lines.length).toBeGreaterThan(10);
});

test('new accounts do not get around the count of a network that guesses at many', async () => {
  const guesser = '198.51.100.210';
  await guess(`${newId()}@example.com`, guesser);
  const failures = () =>
    identity.tenants.as({}, (tx) =>
      tx.query('select failures from login_failures where subject = $1', [`ip:${guesser}`]),
    );
  expect(await failures()).toEqual([{ failures: 1 }]);
  const email = `${newId()}@example.com`;
  await identity.call(register, { email, password: PASSWORD, name: 'Eve' }, from(guesser));
  expect(await failures()).toEqual([{ failures: 1 }]);
  // Logging in to it is free as well.
  expect(await guess(email, guesser, PASSWORD)).toBeUndefined();
  expect(await failures()).toEqual([{ failures: 1 }]);
});

test('the wait ends after its time, and the right password clears the count', async () => {
  const { email } = await identity.newUser();
  const attempt = (password: string) => guess(email, '198.51.100.201', password);
  for (let n = 0; n < 6; n += 1) await attempt('a wrong password');
  expect(await attempt(PASSWORD)).toMatchObject({ code: 'rate_limited' });
  await identity.tenants.as({}, (tx) => tx.query("update login_failures set last_at = last_at - interval '5 minutes'"));
  expect(await attempt(PASSWORD)).toBeUndefined();
  expect(await attempt('a wrong password')).toMatchObject({ code: 'wrong_credentials' });
  expect(await attempt(PASSWORD)).toBeUndefined();
});

test('an address in other letters counts for the account that it finds, whatever the locale', async () => {
  const { email } = await identity.newUser(`kiwi-${newId()}@example.com`);
  const network = '198.51.100.203';
  // The Kelvin sign in small is a k; of the dotted capital I some locales of PostgreSQL make an i, and others do not.
  const [kelvin, dotted] = [email.replace('k', '\u212a'), email.replace('i', '\u0130')];
  expect(await guess(kelvin, network, PASSWORD)).toBeUndefined();
  for (let n = 0; n < 6; n += 1) await guess(dotted, network);
  expect(await guess(dotted, '198.51.100.204', PASSWORD)).toMatchObject({ code: 'wrong_credentials' });
  for (let n = 0; n < 110; n += 1) {
    const problem = await guess(n % 2 ? kelvin : ` ${email}`, '198.51.100.205');
    if (problem?.code === 'rate_limited') break;
  }
  expect(await guess(email, '198.51.100.205', PASSWORD)).toMatchObject(SLOW);
});

test('many guesses at once do not get around the count', async () => {
  const { email } = await identity.newUser();
  const guesses = Array.from({ length: 30 }, () => guess(email, '198.51.100.202'));
  const codes = (await Promise.all(guesses)).map((problem) => problem?.code);
  expect(codes.filter((code) => code === 'wrong_credentials').length).toBeLessThanOrEqual(6);
  expect(new Set(codes)).toEqual(new Set(['wrong_credentials', 'rate_limited']));
});

test('a person switches to their other organisation; one of others is not found', async () => {
  const ada = await identity.newUser();
  const eve = await identity.newUser();
  const foreign = await problemOf(identity.call(switchOrganisation, { organisationId: ada.orgId }, eve.caller));
  const nowhere = await problemOf(identity.call(switchOrganisation, { organisationId: newId() }, eve.caller));
  expect(foreign).toMatchObject({ code: 'not_found', status: 404 });
  expect(foreign).toEqual(nowhere);
});
