import { request as httpRequest } from 'node:http';
import { findDomain } from '@tidegate/contracts/identity/domains';
import { createOrganisation } from '@tidegate/contracts/identity/organisations';
import { changePassword } from '@tidegate/contracts/identity/passwords';
import { me } from '@tidegate/contracts/identity/profile';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { unavailable } from '@tidegate/contracts/kernel/problem';
import { getServer } from '@tidegate/contracts/monitor-agent/server';
import { listServers } from '@tidegate/contracts/monitor-agent/server-list';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { PASSWORD } from '../../test/accounts.ts';
import { GatewayWorld } from '../../test/fixture.ts';
import { answerOf, inputOf } from '../../test/neighbours.ts';

/* Pages under an organisation's own domain, attacked by whoever controls another one, or that one itself. */
let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start({ PUBLIC_URL: 'https://tidegate.example.com' });
});
afterEach(() => world.neighbours.reset());

const ACME = { name: 'app.acme.example', orgId: newId() };
const EVIL = { name: 'app.evil.example', orgId: newId() };
beforeAll(() => {
  for (const { name, orgId } of [ACME, EVIL]) world.accounts.domains.set(name, orgId);
});

interface Answer {
  status: number;
  cookies: string[];
  headers: Record<string, string | string[] | undefined>;
  text: string;
  body: { code?: string; [field: string]: unknown };
}

/** fetch does not let a test choose its host. */
function at(host: string, method: string, path: string, headers: Record<string, string> = {}, body?: unknown) {
  const all = { ...headers, host, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  return new Promise<Answer>((resolve, reject) => {
    const asked = httpRequest(
      { port: world.settings.port, host: '127.0.0.1', method, path, headers: all },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            cookies: response.headers['set-cookie'] ?? [],
            headers: response.headers,
            text,
            body: text.startsWith('{') ? JSON.parse(text) : {},
          }),
        );
      },
    );
    asked.once('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
const asHeader = (cookies: string[], only = /./) =>
  cookies
    .map((line) => line.split(';', 1)[0] as string)
    .filter((line) => only.test(line))
    .join('; ');
const originOf = (host: string) => ({ origin: `https://${host}`, 'sec-fetch-site': 'same-origin' });
const LOGIN = { email: 'ada@example.com', password: PASSWORD };

/** Somebody who is an owner here and there, logged in under a domain. */
async function logIn(host = ACME, headers: Record<string, string> = {}) {
  const answer = await at(host.name, 'POST', '/api/v1/sessions', { ...originOf(host.name), ...headers }, LOGIN);
  expect([answer.status, answer.body.code]).toEqual([201, undefined]);
  const { userId } = [...world.accounts.sessions.values()].at(-1) as { userId: string };
  for (const { orgId } of [ACME, EVIL]) world.accounts.roles.set(`${orgId} ${userId}`, 'owner');
  return { answer, cookie: asHeader(answer.cookies), userId };
}

test('under its domain a page shows the organisation, to whoever logs in there', async () => {
  let acted: string | undefined;
  world.neighbours.on(listServers, (_input, { orgId }) => {
    acted = orgId;
    return answerOf(listServers);
  });
  const { answer, cookie } = await logIn();
  for (const line of answer.cookies) {
    expect(line).toMatch(/^__(Host|Secure)-tidegate-/);
    expect(line).toContain('Secure; HttpOnly; SameSite=Lax');
    // Without it, it is kept for this very host.
    expect(line).not.toMatch(/domain=/i);
  }
  expect((await at(ACME.name, 'GET', '/api/v1/servers', { cookie })).status).toBe(200);
  expect(acted).toBe(ACME.orgId);
  const page = await at(ACME.name, 'GET', '/', { accept: 'text/html' });
  expect([page.status, page.headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
  const described = await at(ACME.name, 'GET', '/api/v1/installation');
  expect(described.body).toMatchObject({ organisationId: ACME.orgId, sessionCookies: true });
  const own = await at('tidegate.example.com', 'GET', '/api/v1/installation');
  expect(own.body['organisationId']).toBeNull();
  expect(own.headers['strict-transport-security']).toContain('includeSubDomains');
  const renewed = await at(ACME.name, 'POST', '/api/v1/sessions/refresh', { cookie, ...originOf(ACME.name) }, {});
  expect([renewed.status, renewed.cookies.length]).toEqual([200, 2]);
  const out = await at(ACME.name, 'DELETE', '/api/v1/sessions/current', { cookie, ...originOf(ACME.name) });
  expect(out.status).toBe(204);
});

test('what a browser keeps for a domain opens nothing elsewhere, and what it keeps elsewhere opens nothing there', async () => {
  const { answer, cookie } = await logIn();
  const status = async (host: string, headers: Record<string, string>) =>
    (await at(host, 'GET', '/api/v1/me', headers)).status;
  expect(await status(ACME.name, { cookie })).toBe(200);
  expect(answer.text).not.toMatch(/eyJ|accessToken":|refreshToken":/);
  const sealed = asHeader(answer.cookies, /access/).split('=', 2)[1] as string;
  for (const host of [EVIL.name, 'tidegate.example.com', 'localhost']) {
    expect([host, await status(host, { cookie })]).toEqual([host, 401]);
    expect([host, await status(host, { authorization: `Bearer ${sealed}` })]).toEqual([host, 401]);
  }
  // The cookie of one kind is none of another.
  expect(
    await status(ACME.name, {
      cookie: asHeader(answer.cookies, /refresh/).replace(/^[^=]+/, '__Host-tidegate-access'),
    }),
  ).toBe(401);
  const stolen = asHeader(answer.cookies, /refresh/);
  for (const host of [EVIL.name, 'tidegate.example.com']) {
    const body = { refreshToken: stolen.split('=', 2)[1] };
    const asked = [
      await at(host, 'POST', '/api/v1/sessions/refresh', { cookie: stolen, ...originOf(host) }, {}),
      await at(host, 'POST', '/api/v1/sessions/refresh', {}, body),
    ];
    expect(
      asked.map((one) => [one.status, one.cookies.some((line) => /=[^;]/.test(line.split(';')[0] ?? ''))]),
    ).toEqual([
      [expect.any(Number), false],
      [400, false],
    ]);
  }
  // And a token of the installation is no cookie under a domain.
  const own = await world.accounts.accessToken(world.accounts.newSession(ACME.orgId));
  expect(await status('tidegate.example.com', { cookie: `__Host-tidegate-access=${own}` })).toBe(200);
  expect(await status(ACME.name, { cookie: `__Host-tidegate-access=${own}` })).toBe(401);
  // Another organisation has proved the name: what was kept for the first is worth nothing.
  world.accounts.domains.set('moved.example', ACME.orgId);
  const before = await logIn({ name: 'moved.example', orgId: ACME.orgId });
  expect(await status('moved.example', { cookie: before.cookie })).toBe(200);
  const moved = world.accounts.domains.set('moved.example', EVIL.orgId);
  await world.stopGateway();
  await world.startGateway();
  expect(moved.get('moved.example')).toBe(EVIL.orgId);
  expect(await status('moved.example', { cookie: before.cookie })).toBe(401);
});

test('a session that began under a domain reaches that organisation alone, and nothing of the account', async () => {
  const { cookie, userId } = await logIn();
  const post = (path: string, body: unknown, method = 'POST') =>
    at(ACME.name, method, path, { cookie, ...originOf(ACME.name) }, body);
  expect((await at(ACME.name, 'GET', '/api/v1/me', { cookie })).status).toBe(200);
  for (const organisation of [EVIL.orgId, newId()]) {
    const named = { cookie, 'tidegate-organisation': organisation };
    const asked = await at(ACME.name, 'GET', '/api/v1/servers', named);
    expect([asked.status, asked.body.code]).toEqual([403, 'forbidden']);
    const stream = await at(ACME.name, 'GET', `/api/v1/stream?organisation=${organisation}`, { cookie });
    expect(stream.status).toBe(403);
  }
  const refused = [
    await post('/api/v1/me/password', inputOf(changePassword), 'PUT'),
    await post('/api/v1/organisations', inputOf(createOrganisation)),
    await post('/api/v1/sessions/organisation', { organisationId: EVIL.orgId }),
    await at(ACME.name, 'GET', '/api/v1/sessions', { cookie }),
    await at(ACME.name, 'GET', '/api/v1/organisations', { cookie }),
    await post('/api/v1/accounts', { email: 'x@example.com', password: PASSWORD, name: 'X' }),
  ];
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
  expect(refused[0]?.text).toContain('https://tidegate.example.com');
  expect(world.neighbours.count(changePassword)).toBe(0);
  // What the person belongs to elsewhere is not named there either; that organisation itself is.
  const named = async (path: string, body: unknown) => {
    const answer = await at(ACME.name, 'POST', path, { cookie, ...originOf(ACME.name) }, body);
    const { user, organisation, role } = answer.body;
    return { user: user !== undefined, organisation, role };
  };
  const nobody = { user: true, organisation: null, role: null };
  expect(await named('/api/v1/sessions', LOGIN)).toEqual(nobody);
  expect(await named('/api/v1/sessions/refresh', {})).toEqual(nobody);
  const session = [...world.accounts.sessions.values()].find((one) => one.userId === userId);
  if (session) session.orgId = ACME.orgId;
  expect(await named('/api/v1/sessions/refresh', {})).toEqual({
    ...nobody,
    organisation: { id: ACME.orgId, name: 'Ada' },
    role: 'owner',
  });
  // Somebody who is no member logs in, and sees nothing.
  world.accounts.roles.clear();
  await until(async () => (await at(ACME.name, 'GET', '/api/v1/servers', { cookie: await outsider() })).status === 403);
});

async function outsider(): Promise<string> {
  const { cookies } = await at(ACME.name, 'POST', '/api/v1/sessions', originOf(ACME.name), LOGIN);
  return asHeader(cookies);
}

test('an operator is a member there like everybody, and keys of other organisations are none', async () => {
  const callers: Caller[] = [];
  world.neighbours.on(me, (_input, caller) => {
    callers.push(caller);
    return answerOf(me);
  });
  const operator = await at(ACME.name, 'GET', '/api/v1/operator/services', {
    authorization: `Bearer ${world.accounts.newServiceKey(['operator'] as never)}`,
  });
  expect(operator.status).toBe(403);
  const { cookie } = await logIn();
  await at(ACME.name, 'GET', '/api/v1/me', { cookie });
  expect(callers).toMatchObject([{ orgId: ACME.orgId, confined: true }]);
  expect(callers.flatMap(({ scopes }) => scopes)).not.toContain('operator');
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const read = (host: string, key: string) => at(host, 'GET', '/api/v1/servers', bearer(key));
  const key = world.accounts.newKey(ACME.orgId, ['servers:read']);
  expect([(await read(ACME.name, key)).status, (await read(EVIL.name, key)).status]).toEqual([200, 403]);
  const serverId = newId();
  const link = world.accounts.newLink(ACME.orgId, 'servers:read', { parameter: 'serverId', id: serverId });
  const shown = (host: string) => at(host, 'GET', `/api/v1/servers/${serverId}`, bearer(link));
  expect([(await shown(ACME.name)).status, (await shown(EVIL.name)).status]).toEqual([200, 403]);
  expect(world.neighbours.count(getServer)).toBe(1);
});

test('pages of the installation and of other domains are foreign there, and pages there are foreign to them', async () => {
  const { cookie } = await logIn();
  const write = (host: string, origin: Record<string, string>) =>
    at(host, 'POST', '/api/v1/sessions/refresh', { cookie, ...origin }, {});
  for (const from of ['https://tidegate.example.com', `https://${EVIL.name}`, `http://x.${ACME.name}`, 'null']) {
    const answer = await write(ACME.name, { origin: from, 'sec-fetch-site': 'cross-site' });
    expect([from, answer.status]).toEqual([from, 403]);
    const byLogIn = await at(
      ACME.name,
      'POST',
      '/api/v1/sessions',
      { origin: from, 'sec-fetch-site': 'cross-site' },
      LOGIN,
    );
    expect([from, byLogIn.status]).toEqual([from, 403]);
  }
  const own = await world.accounts.accessToken(world.accounts.newSession());
  const withOwn = { cookie: `__Host-tidegate-access=${own}` };
  const foreign = { ...withOwn, origin: `https://${ACME.name}`, 'sec-fetch-site': 'cross-site' };
  expect((await at('tidegate.example.com', 'DELETE', '/api/v1/sessions/current', foreign)).status).toBe(403);
  const answer = await at(ACME.name, 'GET', '/api/v1/installation', { origin: 'https://tidegate.example.com' });
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
});

test('the page of states is for everybody, under every domain', async () => {
  const page = await at(ACME.name, 'GET', '/status');
  expect([page.status, page.cookies]).toEqual([200, []]);
  expect(page.text).toContain('<h1>Tidegate</h1>');
  expect((await at(ACME.name, 'GET', '/status.json')).body).toMatchObject({ components: expect.any(Array) });
});

test('a host name is taken as it is, however it is written, and never from another header', async () => {
  const organisationAt = async (host: string, headers: Record<string, string> = {}) => {
    const { status, body } = await at(host, 'GET', '/api/v1/installation', headers);
    return status === 200 ? body['organisationId'] : status;
  };
  for (const host of [ACME.name, ACME.name.toUpperCase(), `${ACME.name}.`, `${ACME.name}:443`, `${ACME.name}.:8443`])
    expect([host, await organisationAt(host)]).toEqual([host, ACME.orgId]);
  const games = [
    'app.acme.example@evil.example',
    'evil.example#app.acme.example',
    'app.acme.example.evil.example',
    'app.acme.example,evil.example',
    'x.app.acme.example',
    'app_acme.example',
    '%61pp.acme.example',
    `${'a'.repeat(300)}.example`,
    'never.example',
  ];
  for (const host of games)
    expect([host, [400, 421]]).toEqual([host, expect.arrayContaining([await organisationAt(host)])]);
  const elsewhere = { 'x-forwarded-host': EVIL.name, forwarded: `host=${EVIL.name}`, 'x-host': EVIL.name };
  expect(await organisationAt(ACME.name, elsewhere)).toBe(ACME.orgId);
  expect(await organisationAt('localhost', elsewhere)).toBeNull();
});

test('a domain that was given back is refused soon; while identity is away it is served as before', async () => {
  const name = 'gone.example';
  world.accounts.domains.set(name, ACME.orgId);
  const status = async () => (await at(name, 'GET', '/api/v1/installation')).status;
  expect(await status()).toBe(200);
  const now = performance.now.bind(performance);
  const late = vi.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
  world.neighbours.on(findDomain, () => {
    throw unavailable({});
  });
  expect(await status()).toBe(200);
  expect((await at('new.example', 'GET', '/api/v1/installation')).status).toBe(503);
  world.neighbours.reset();
  world.accounts.domains.delete(name);
  // The first request asks, and waits for nothing.
  await until(async () => (await status()) === 421, { what: 'the domain is refused' });
  late.mockRestore();
});

test('names that are nobody’s cost identity one question each, and count against who asks', async () => {
  const small = await GatewayWorld.start({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '5' });
  const asked = () => small.neighbours.count(findDomain);
  const answers: number[] = [];
  for (let n = 0; n < 12; n += 1) {
    const answer = await new Promise<number>((resolve, reject) => {
      const headers = { host: `n${n % 9}.flood.example` };
      httpRequest(
        { port: small.settings.port, host: '127.0.0.1', path: '/api/v1/installation', headers },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      )
        .once('error', reject)
        .end();
    });
    answers.push(answer);
  }
  expect(asked()).toBe(5);
  expect(answers.slice(0, 5)).toEqual([421, 421, 421, 421, 421]);
  expect(answers.slice(5, 9)).toEqual([429, 429, 429, 429]);
  await small.stop();
});
