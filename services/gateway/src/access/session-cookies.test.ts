import {
  invalidGrant,
  login,
  logout,
  refresh,
  register,
  type Session,
  switchOrganisation,
} from '@tidegate/contracts/identity/sessions';
import { unavailable } from '@tidegate/contracts/kernel/problem';
import { PASSWORD } from '../../test/accounts.ts';
import { GatewayWorld } from '../../test/fixture.ts';
import { answerOf } from '../../test/neighbours.ts';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000' });
});
afterAll(() => world.stop());

const LOGIN = { email: 'ada@example.com', password: PASSWORD };
const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  world.rest.send<Partial<Session>>(method, path, body, headers);
const cookiesOf = (answer: { headers: Headers }) =>
  new Map(answer.headers.getSetCookie().map((line) => [line.split('=', 1)[0] as string, line]));
const asHeader = (answer: { headers: Headers }, only = /./) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0] as string)
    .filter((line) => only.test(line))
    .join('; ');
const browser = () => send('POST', '/api/v1/sessions', LOGIN, { 'session-cookies': 'true' });
const cleared = (answer: { headers: Headers }) =>
  [...cookiesOf(answer).values()].every((line) => /=; .*Expires=Thu, 01 Jan 1970/.test(line)) &&
  cookiesOf(answer).size === 4;

test('a browser gets its tokens as cookies that scripts cannot read, and none in the body', async () => {
  const answer = await browser();
  expect(answer.status).toBe(201);
  expect(answer.body.accessToken).toBeUndefined();
  expect(answer.body.refreshToken).toBeUndefined();
  const cookies = cookiesOf(answer);
  expect(cookies.get('__Host-tidegate-access')).toMatch(/; Path=\/; Secure; HttpOnly; SameSite=Lax; Expires=/);
  expect(cookies.get('__Secure-tidegate-refresh')).toMatch(
    /; Path=\/api\/v1\/sessions; Secure; HttpOnly; SameSite=Lax/,
  );
  const script = await send('POST', '/api/v1/sessions', LOGIN, { cookie: asHeader(answer) });
  expect(script.body.accessToken).toBeDefined();
  expect(script.headers.getSetCookie()).toEqual([]);
});

test('what came by cookie is answered by cookie, whatever the header says', async () => {
  const cookie = asHeader(await browser());
  const refreshed = await send('POST', '/api/v1/sessions/refresh', {}, { cookie });
  expect(refreshed.status).toBe(200);
  expect(JSON.stringify(refreshed.body)).not.toMatch(/Token"/);
  expect(cookiesOf(refreshed).size).toBe(2);
  const { refreshToken: _one, refreshTokenExpiresAt: _two, ...session } = { ...answerOf(login) };
  world.neighbours.on(switchOrganisation, () => session as never);
  const organisationId = answerOf(login).organisation?.id;
  const switched = await send('POST', '/api/v1/sessions/organisation', { organisationId }, { cookie });
  expect(switched.status).toBe(200);
  expect(switched.body.accessToken).toBeUndefined();
  expect(cookiesOf(switched).size).toBe(1);
  // A script's own token is answered to the script, even in a browser that has cookies.
  const token = await world.accounts.accessToken(world.accounts.newSession());
  const headers = { cookie, authorization: `Bearer ${token}` };
  expect(
    (await send('POST', '/api/v1/sessions/organisation', { organisationId }, headers)).body.accessToken,
  ).toBeDefined();
  const { refreshToken } = (await send('POST', '/api/v1/sessions', LOGIN)).body;
  const own = await send('POST', '/api/v1/sessions/refresh', { refreshToken }, { cookie });
  expect(own.body.accessToken).toBeDefined();
});

test('a page of another site can do nothing with our cookies, and is refused before anything happens', async () => {
  const cookie = asHeader(await browser());
  const foreign = { cookie, origin: 'https://evil.example' };
  const asked = world.neighbours.count(refresh) + world.neighbours.count(login) + world.neighbours.count(logout);
  for (const [method, path] of [
    ['POST', '/api/v1/sessions/refresh'],
    ['DELETE', '/api/v1/sessions/current'],
    ['POST', '/api/v1/organisations'],
  ] as const) {
    expect((await send(method, path, {}, foreign)).status).toBe(403);
  }
  const headers = { origin: 'https://evil.example', 'session-cookies': 'true' };
  expect((await send('POST', '/api/v1/sessions', LOGIN, headers)).status).toBe(403);
  const account = { email: 'a@example.com', password: PASSWORD, name: 'A' };
  expect((await send('POST', '/api/v1/accounts', account, headers)).status).toBe(403);
  expect(world.neighbours.count(register)).toBe(0);
  expect(world.neighbours.count(refresh) + world.neighbours.count(login) + world.neighbours.count(logout)).toBe(asked);
});

test('a log-out always clears a browser’s cookies', async () => {
  const before = world.accounts.sessions.size;
  const whole = await browser();
  expect(world.accounts.sessions.size).toBe(before + 1);
  const out = await send('DELETE', '/api/v1/sessions/current', undefined, { cookie: asHeader(whole) });
  expect(out.status).toBe(204);
  expect(cleared(out)).toBe(true);
  expect(world.accounts.sessions.size).toBe(before);
  // The access cookie has expired: the refresh cookie says which session ends.
  const late = await browser();
  const byRefresh = await send('DELETE', '/api/v1/sessions/current', undefined, { cookie: asHeader(late, /refresh/) });
  expect([byRefresh.status, cleared(byRefresh), world.accounts.sessions.size]).toEqual([204, true, before]);
  // Neither is valid.
  const stale = '__Host-tidegate-access=x.y.z; __Secure-tidegate-refresh=nothing';
  const gone = await send('DELETE', '/api/v1/sessions/current', undefined, { cookie: stale });
  expect([gone.status, cleared(gone)]).toEqual([204, true]);
  // Its cookies are gone, so the gateway asks again for it.
  const busy = await browser();
  let refusals = 0;
  world.neighbours.on(logout, () => {
    refusals += 1;
    if (refusals === 1) throw unavailable({ retryAfterSeconds: 1 });
    return {};
  });
  const again = await send('DELETE', '/api/v1/sessions/current', undefined, { cookie: asHeader(busy) });
  expect([again.status, cleared(again), refusals]).toEqual([204, true, 2]);
  world.neighbours.on(logout, () => {
    throw unavailable({});
  });
  const away = await send('DELETE', '/api/v1/sessions/current', undefined, { cookie: asHeader(await browser()) });
  expect([away.status, cleared(away)]).toEqual([503, true]);
  expect((await send('DELETE', '/api/v1/sessions/current')).status).toBe(401);
});

test('a refused refresh clears the cookies; a failed one leaves them', async () => {
  const cookie = '__Secure-tidegate-refresh=nothing';
  const refused = await send('POST', '/api/v1/sessions/refresh', {}, { cookie });
  expect([refused.status, cleared(refused)]).toEqual([invalidGrant.status, true]);
  world.neighbours.on(refresh, () => {
    throw unavailable({});
  });
  const away = await send('POST', '/api/v1/sessions/refresh', {}, { cookie });
  expect([away.status, away.headers.getSetCookie()]).toEqual([503, []]);
});

test('a browser is recognised at its next log-in, even after a log-out; a script is not tracked', async () => {
  const devices: (string | undefined)[] = [];
  const answer = answerOf(login);
  world.neighbours.on(login, ({ deviceId }) => {
    devices.push(deviceId);
    return answer;
  });
  const first = await browser();
  const line = cookiesOf(first).get('__Secure-tidegate-device') ?? '';
  expect(line).toMatch(
    /^__Secure-tidegate-device=[\w-]{32}; Path=\/api\/v1\/sessions; Secure; HttpOnly; SameSite=Lax; Exp/,
  );
  const cookie = asHeader(first, /device/);
  const again = await send('POST', '/api/v1/sessions', LOGIN, { 'session-cookies': 'true', cookie });
  expect(asHeader(again, /device/)).toBe(cookie);
  const other = await browser();
  expect(asHeader(other, /device/)).not.toBe(cookie);
  const forged = { 'session-cookies': 'true', cookie: '__Secure-tidegate-device=a' };
  expect((await send('POST', '/api/v1/sessions', LOGIN, forged)).status).toBe(201);
  expect((await send('POST', '/api/v1/sessions', LOGIN, { cookie })).headers.getSetCookie()).toEqual([]);
  const sent = cookie.split('=')[1];
  expect(devices).toEqual([
    sent,
    sent,
    expect.stringMatching(/^[\w-]{32}$/),
    expect.stringMatching(/^[\w-]{32}$/),
    undefined,
  ]);
});

describe('over plain http, except on localhost', () => {
  // fetch does not let a test choose its host.
  const lan = { 'session-cookies': 'true', origin: 'http://192.168.1.5:3000' };

  test('a browser would drop the cookie, so log-in is refused', async () => {
    const answer = await viaHost('192.168.1.5:3000', world.settings.port, lan);
    expect(answer).toMatchObject({ status: 403, cookies: [] });
    expect(answer.text).toContain('ALLOW_INSECURE');
  });

  test('with ALLOW_INSECURE it gets one that it keeps', async () => {
    const open = await GatewayWorld.start({ ALLOW_INSECURE: 'true' });
    const answer = await viaHost('192.168.1.5:3000', open.settings.port, lan);
    expect(answer.status).toBe(201);
    expect(answer.cookies.map((line) => line.split('=', 1)[0])).toEqual([
      'tidegate-access',
      'tidegate-refresh',
      'tidegate-device',
    ]);
    for (const line of answer.cookies) expect(line).not.toContain('Secure');
    const cookie = answer.cookies.map((line) => line.split(';', 1)[0]).join('; ');
    const bearer = { cookie };
    expect((await open.rest.send('GET', '/api/v1/me', undefined, bearer)).status).toBe(200);
    await open.stop();
  });
});

async function viaHost(host: string, port: number, headers: Record<string, string>) {
  const { request } = await import('node:http');
  return new Promise<{ status: number; cookies: string[]; text: string }>((resolve, reject) => {
    const all = { ...headers, host, 'content-type': 'application/json' };
    const asked = request(
      { port, host: '127.0.0.1', method: 'POST', path: '/api/v1/sessions', headers: all },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, cookies: response.headers['set-cookie'] ?? [], text }),
        );
      },
    );
    asked.once('error', reject);
    asked.end(JSON.stringify(LOGIN));
  });
}
