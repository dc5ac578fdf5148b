import { randomBytes } from 'node:crypto';
import { listMarkets } from '@tidegate/contracts/bot-executor/markets';
import { apiKeyId, makeApiKey } from '@tidegate/contracts/identity/api-key-format';
import { revokeApiKey, verifyKey } from '@tidegate/contracts/identity/api-keys';
import { roleOf } from '@tidegate/contracts/identity/members';
import { me } from '@tidegate/contracts/identity/profile';
import { getJwks } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { PASSWORD } from '../../test/accounts.ts';
import { GatewayWorld } from '../../test/fixture.ts';
import { answerOf } from '../../test/neighbours.ts';
import { Revocations } from './revocations.ts';

let world: GatewayWorld;
let asked: Caller[];
beforeAll(async () => {
  world = await GatewayWorld.start({
    TRUST_PROXY: 'loopback',
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: '20',
    RATE_LIMIT_PER_MINUTE: '40',
    RATE_LIMIT_NETWORK_PER_MINUTE: '120',
  });
  world.neighbours.on(listMarkets, (_input, caller) => {
    asked.push(caller);
    return { items: [] };
  });
});
beforeEach(() => {
  asked = [];
});
afterAll(() => world.stop());

/** Each test comes from a network of its own. */
let networks = 0;
function network() {
  networks += 1;
  return { 'x-forwarded-for': `203.0.113.${networks}` };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const markets = (headers: Record<string, string>) => world.rest.send('GET', '/api/v1/markets', undefined, headers);

test('random keys: mistyped ones cause no query, well-formed ones a few, and valid ones keep working', async () => {
  const from = network();
  const good = world.accounts.newKey(newId(), ['bots:read']);
  expect((await markets({ ...from, ...bearer(good) })).status).toBe(200);
  const before = world.neighbours.count(verifyKey);
  for (let count = 0; count < 10; count += 1) {
    const { key } = makeApiKey(randomBytes);
    const wrong = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
    expect((await markets({ ...network(), ...bearer(wrong) })).status).toBe(401);
  }
  expect(world.neighbours.count(verifyKey)).toBe(before);
  const beforeFlood = world.neighbours.count(verifyKey);
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => markets({ ...from, ...bearer(makeApiKey(randomBytes).key) })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
  for (const { status, headers } of answers) if (status === 429) expect(headers.get('retry-after')).toMatch(/^\d+$/);
  const looked = world.neighbours.count(verifyKey);
  expect(looked - beforeFlood).toBeLessThanOrEqual(20);
  for (let count = 0; count < 5; count += 1) {
    expect((await markets({ ...from, ...bearer(makeApiKey(randomBytes).key) })).status).toBe(429);
  }
  expect(world.neighbours.count(verifyKey)).toBe(looked);
  expect((await markets({ ...from, ...bearer(good) })).status).toBe(200);
});

test('the caller’s address is that of each request, not of the first use of the credentials', async () => {
  const [home, elsewhere] = [network(), network()];
  const orgId = newId();
  const session = world.accounts.newSession(orgId, 'owner');
  const token = bearer(await world.accounts.accessToken(session));
  const key = bearer(world.accounts.newKey(newId(), ['bots:read']));
  const there = { ...token, 'tidegate-organisation': orgId };
  for (const credentials of [token, key, there]) {
    for (const from of [home, elsewhere, elsewhere, home]) {
      expect((await markets({ ...from, ...credentials })).status).toBe(200);
      expect(asked.at(-1)?.ip).toBe(from['x-forwarded-for']);
    }
    await Promise.all([home, elsewhere].map((from) => markets({ ...from, ...credentials })));
    expect(
      asked
        .slice(-2)
        .map(({ ip }) => ip)
        .sort(),
    ).toEqual([home, elsewhere].map((from) => from['x-forwarded-for']).sort());
  }
});

test('an unknown key is looked up once', async () => {
  const before = world.neighbours.count(verifyKey);
  const { key } = makeApiKey(randomBytes);
  for (let count = 0; count < 5; count += 1) expect((await markets({ ...network(), ...bearer(key) })).status).toBe(401);
  expect(world.neighbours.count(verifyKey)).toBe(before + 1);
});

test('wrong credentials and broken bodies are limited by network, for IPv6 by /64', async () => {
  networks += 1;
  const address = (last: number) => ({ 'x-forwarded-for': `2001:db8:0:${networks}::${last}` });
  const statuses: number[] = [];
  for (let count = 0; count < 25; count += 1) {
    statuses.push((await markets({ ...address(count), authorization: 'Bearer not.a.token' })).status);
  }
  expect(statuses).toEqual([...Array(20).fill(401), ...Array(5).fill(429)]);
  const broken = await world.rest.send('POST', '/api/v1/accounts', '{"email":', address(99));
  expect(broken).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  expect((await world.rest.send('POST', '/api/v1/accounts', '{"email":', network())).status).toBe(400);
  // Valid credentials are not affected.
  const token = await world.accounts.accessToken(world.accounts.newSession());
  expect((await markets({ ...address(1), ...bearer(token) })).status).toBe(200);
});

test('a neighbour who has used up the network’s wrong credentials does not stop others from logging in or refreshing', async () => {
  const from = network();
  const post = (path: string, body: unknown) => world.rest.send('POST', path, body, from);
  const guess = () => post('/api/v1/sessions', { email: 'ada@example.com', password: 'wrong' });
  for (let count = 0; count < 20; count += 1) expect((await guess()).status).toBe(401);
  // The limit holds for what is judged without credentials.
  expect((await markets({ ...from, authorization: 'Bearer not.a.token' })).status).toBe(429);
  expect((await post('/api/v1/password/forgotten', { email: 'ada@example.com' })).status).toBe(429);
  const session = await post('/api/v1/sessions', { email: 'ada@example.com', password: PASSWORD });
  expect(session.status).toBe(201);
  const { refreshToken } = session.body;
  expect((await post('/api/v1/sessions/refresh', { refreshToken })).status).toBe(200);
  expect((await post('/api/v1/sessions/refresh', { refreshToken: 'made up' })).status).toBe(400);
  // Where anybody may send bodies, they are small.
  expect((await post('/api/v1/sessions', `{"email":"${'x'.repeat(20_000)}"}`)).status).toBe(413);
});

test('a caller is limited over all its networks, a network over all its callers, and probes never', async () => {
  const token = await world.accounts.accessToken(world.accounts.newSession());
  const one: number[] = [];
  for (let count = 0; count < 42; count += 1) one.push((await markets({ ...network(), ...bearer(token) })).status);
  expect(one.filter((status) => status === 429)).toHaveLength(2);
  const from = network();
  const all = await Promise.all(
    Array.from({ length: 130 }, async () => {
      const other = await world.accounts.accessToken(world.accounts.newSession());
      return markets({ ...from, ...bearer(other) });
    }),
  );
  expect(all.filter(({ status }) => status === 429)).toHaveLength(10);
  expect((await world.rest.send('GET', '/health/live', undefined, from)).status).toBe(200);
});

test('each request chooses one of the person’s organisations', async () => {
  const sessionId = world.accounts.newSession();
  const { userId, orgId } = world.accounts.sessions.get(sessionId) as { userId: string; orgId: string };
  const token = await world.accounts.accessToken(sessionId);
  const other = newId();
  world.accounts.roles.set(`${other} ${userId}`, 'viewer');
  const inside = (organisation: string) =>
    markets({ ...network(), ...bearer(token), 'tidegate-organisation': organisation });
  await Promise.all([inside(orgId), inside(other), inside(other.toUpperCase())]);
  expect(asked.map((caller) => [caller.orgId, caller.role]).sort()).toEqual(
    [
      [orgId, 'owner'],
      [other, 'viewer'],
      [other, 'viewer'],
    ].sort(),
  );
  expect(world.neighbours.count(roleOf)).toBeLessThanOrEqual(2);
  const created = await world.rest.send(
    'POST',
    '/api/v1/api-keys',
    { name: 'k', scopes: ['bots:read'] },
    {
      ...network(),
      ...bearer(token),
      'tidegate-organisation': other,
    },
  );
  expect(created).toMatchObject({ status: 403, body: { scope: 'keys:write' } });
  expect(await inside(newId())).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect((await inside('mine')).status).toBe(422);
  const key = world.accounts.newKey(orgId, ['bots:read']);
  expect((await markets({ ...network(), ...bearer(key), 'tidegate-organisation': other })).status).toBe(403);
  expect((await markets({ ...network(), ...bearer(key), 'tidegate-organisation': orgId })).status).toBe(200);
  // A removed member is out at once, whatever was cached.
  world.accounts.roles.delete(`${other} ${userId}`);
  await world.revoke({ kind: 'member', id: `${other}:${userId}` });
  await until(async () => (await inside(other)).status === 403);
  expect((await inside(orgId)).status).toBe(200);
});

test('tokens stay valid while identity is away; an unknown signing key needs it, once for all who wait', async () => {
  const sessionId = world.accounts.newSession();
  expect((await markets({ ...network(), ...bearer(await world.accounts.accessToken(sessionId)) })).status).toBe(200);
  const kept = Date.now;
  try {
    Date.now = () => kept() + 3_600_000;
    world.neighbours.on(getJwks, () => {
      throw new Error('away');
    });
    const sessions = Array.from({ length: 10 }, () => world.accounts.newSession());
    const tokens = await Promise.all(sessions.map((one) => world.accounts.accessToken(one)));
    const answers = await Promise.all(tokens.map((token) => markets({ ...network(), ...bearer(token) })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  } finally {
    Date.now = kept;
  }
  const before = world.neighbours.count(getJwks);
  const unknown = await world.accounts.accessToken(sessionId, { kid: 'k9' });
  const forged = await Promise.all(Array.from({ length: 10 }, () => markets({ ...network(), ...bearer(unknown) })));
  for (const { status } of forged) expect([401, 500, 503]).toContain(status);
  expect(world.neighbours.count(getJwks)).toBeLessThanOrEqual(before + 1);
});

test('what is remembered of a key while the clock was an hour ahead is not used after it was set back', async () => {
  const key = world.accounts.newKey(newId(), ['bots:read']);
  const ask = async () => (await markets({ ...network(), ...bearer(key) })).status;
  const before = world.neighbours.count(verifyKey);
  const ahead = Date.now() + 3_600_000;
  const clock = vi.spyOn(Date, 'now').mockReturnValue(ahead);
  expect([await ask(), await ask()]).toEqual([200, 200]);
  expect(world.neighbours.count(verifyKey)).toBe(before + 1);
  clock.mockRestore();
  expect([await ask(), await ask()]).toEqual([200, 200]);
  expect(world.neighbours.count(verifyKey)).toBe(before + 2);
});

test('a session cookie identifies its person, and pages of other sites cannot write with it', async () => {
  const token = await world.accounts.accessToken(world.accounts.newSession());
  world.neighbours.on(me, (_input, caller) => ({
    user: {
      id: caller.userId as string,
      email: 'a@example.com',
      emailVerified: true,
      name: 'A',
      isOperator: false,
      createdAt: new Date().toISOString(),
      locale: null,
      timeZone: null,
      theme: null,
    },
    organisations: [],
    demo: null,
    organisationId: caller.orgId ?? null,
    scopes: [...caller.scopes],
    organisation: null,
    installation: { name: 'Tidegate', confined: false },
    serverTime: new Date().toISOString(),
  }));
  const cookie = { cookie: `__Host-tidegate-access=${token}` };
  expect((await world.rest.send('GET', '/api/v1/me', undefined, { ...network(), ...cookie })).status).toBe(200);
  const foreign = { ...cookie, origin: 'https://evil.example' };
  const write = await world.rest.send('POST', '/api/v1/bots', {}, { ...network(), ...foreign });
  expect(write).toMatchObject({ status: 403, body: { code: 'forbidden' } });
});

test('valid keys that arrive all at once, as after a restart, wait a second and not a minute', async () => {
  let answer = () => {};
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  world.neighbours.on(verifyKey, async () => {
    await gate;
    const [keyId, orgId, userId] = [randomBytes(5).toString('hex'), newId(), newId()];
    return { keyId, orgId, userId, role: 'viewer' as const, scopes: ['bots:read'], expiresAt: null, memberVersion: 1 };
  });
  const from = network();
  const before = world.neighbours.count(verifyKey);
  const first = Array.from({ length: 20 }, () => markets({ ...from, ...bearer(makeApiKey(randomBytes).key) }));
  await until(() => world.neighbours.count(verifyKey) === before + 20);
  const late = bearer(makeApiKey(randomBytes).key);
  const refused = await markets({ ...from, ...late });
  expect({ status: refused.status, after: refused.headers.get('retry-after') }).toEqual({ status: 429, after: '1' });
  answer();
  expect(new Set((await Promise.all(first)).map(({ status }) => status))).toEqual(new Set([200]));
  expect((await markets({ ...from, ...late })).status).toBe(200);
});

test('a key that was looked up before its owner’s role changed is looked up again, not refused', async () => {
  const [orgId, userId] = [newId(), newId()];
  const id = `${orgId}:${userId}`;
  const received: string[] = [];
  const end = world.host.get(Revocations).onRevoked((key) => received.push(key));
  let memberVersion = 1;
  world.neighbours.on(verifyKey, async () => {
    const found = {
      ...answerOf(verifyKey),
      only: undefined,
      orgId,
      userId,
      scopes: ['bots:read'],
      expiresAt: null,
      memberVersion,
    };
    if (memberVersion === 1) {
      memberVersion = 2;
      await world.revoke({ kind: 'member', id, version: 2 });
      await until(() => received.includes(`member:${id}`));
    }
    return found;
  });
  const { key } = makeApiKey(randomBytes);
  expect((await markets({ ...network(), ...bearer(key) })).status).toBe(200);
  world.neighbours.reset();
  end();
});

test('revoking a key is answered once the key is refused here', async () => {
  const orgId = newId();
  const key = world.accounts.newKey(orgId, ['bots:read']);
  const from = network();
  expect((await markets({ ...from, ...bearer(key) })).status).toBe(200);
  world.neighbours.on(revokeApiKey, ({ keyId }) => {
    setTimeout(() => void world.revoke({ kind: 'api_key', id: keyId }), 20);
    return {};
  });
  const owner = await world.as(world.accounts.newSession(orgId));
  expect((await owner.send('DELETE', `/api/v1/api-keys/${apiKeyId(key)}`)).status).toBe(204);
  expect((await markets({ ...from, ...bearer(key) })).status).toBe(401);
  world.neighbours.reset();
});
