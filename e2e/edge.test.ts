import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Platform, Rest, startPlatform } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';

/* The edge with the real services behind it: what only the whole shows. The rest is in services/gateway. */
const LIMIT = 40;
const PASSWORD = 'correct horse battery';
let platform: Platform;
let anonymous: Rest;
beforeAll(async () => {
  platform = await startPlatform({ env: { RATE_LIMIT_PER_MINUTE: '100000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000' } });
  anonymous = new Rest(platform.url);
  const file = join(platform.dataDir, 'plans.yaml');
  const catalogue = readFileSync('plans/default.yaml', 'utf8');
  writeFileSync(file, catalogue.replace('api_calls: { limit: 10_000,', `api_calls: { limit: ${LIMIT},`));
  const env = { ...process.env, DATA_DIR: platform.dataDir, PORT: new URL(platform.url).port };
  execFileSync(process.execPath, ['cli/dist/main.js', 'plans', 'apply', file], { env, stdio: 'ignore' });
});
afterAll(() => platform.stop());

interface Customer {
  person: Rest;
  cookie: string;
  email: string;
  userId: string;
  organisation: string;
}
let customers = 0;
async function signUp(): Promise<Customer> {
  customers += 1;
  const email = `edge${customers}@example.com`;
  const account = { email, password: PASSWORD, name: 'Edge' };
  const { body } = await anonymous.post<{ accessToken: string; user: { id: string }; organisation: { id: string } }>(
    '/api/v1/accounts',
    account,
  );
  const browser = await anonymous.send(
    'POST',
    '/api/v1/sessions',
    { email, password: PASSWORD },
    { 'session-cookies': 'true' },
  );
  const cookie = browser.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  return {
    person: anonymous.as(body.accessToken),
    cookie,
    email,
    userId: body.user.id,
    organisation: body.organisation.id,
  };
}

test('a leaked key that has burnt the quota is revoked, and its owner lives on', async () => {
  const { person, cookie } = await signUp();
  const scopes = ['bots:read', 'usage:read', 'usage:write', 'keys:write', 'org:read'];
  const { body } = await person.post<{ id: string; key: string }>('/api/v1/api-keys', { name: 'leaked', scopes });
  const key = anonymous.as(body.key);
  // Nobody but the platform reports its meters.
  const forged = await key.post<{ rejected: { code: string }[] }>('/api/v1/usage/events', {
    events: [{ id: 'x', meter: 'api_calls', quantity: 10_000 }],
  });
  expect(forged.body.rejected).toEqual([expect.objectContaining({ code: 'platform_meter' })]);
  const answers = await Promise.all(Array.from({ length: 3 * LIMIT }, () => key.get('/api/v1/markets')));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(LIMIT - 1);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body).toMatchObject({ code: 'quota_exhausted', limit: LIMIT, upgradeTo: 'pro' });
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  for (const path of ['/usage', '/organisation']) expect((await key.get(`/api/v1${path}`)).status).toBe(200);
  for (const path of ['/me', '/usage', '/plans', '/subscription', '/entitlements', '/sessions', '/api-keys', '/bots']) {
    expect((await person.get(`/api/v1${path}`)).status).toBe(200);
    expect((await anonymous.send('GET', `/api/v1${path}`, undefined, { cookie })).status).toBe(200);
  }
  const { body: usage } = await person.get<{ items: { meter: string; used: number }[] }>('/api/v1/usage');
  expect(usage.items.find(({ meter }) => meter === 'api_calls')).toMatchObject({ limit: LIMIT });
  expect((await person.send('DELETE', `/api/v1/api-keys/${body.id}`)).status).toBe(204);
  await until(async () => (await key.get('/api/v1/markets')).status === 401);
  expect((await anonymous.send('DELETE', '/api/v1/sessions/current', undefined, { cookie })).status).toBe(204);
  await until(async () => (await anonymous.send('GET', '/api/v1/me', undefined, { cookie })).status === 401);
});

test('two tabs act in two organisations by one session', async () => {
  const { person, organisation } = await signUp();
  const { body: other } = await person.post<{ id: string }>('/api/v1/organisations', { name: 'Second' });
  const inside = (id: string) => person.send('GET', '/api/v1/organisation', undefined, { 'tidegate-organisation': id });
  const tabs = await Promise.all([organisation, other.id, organisation, other.id].map(inside));
  expect(tabs.map(({ body }) => body['id'])).toEqual([organisation, other.id, organisation, other.id]);
  const { organisation: foreign } = await signUp();
  expect((await inside(foreign)).status).toBe(403);
});

test('a browser’s cookies are renewed and cleared by the real sessions', async () => {
  const { cookie } = await signUp();
  const refreshed = await anonymous.send('POST', '/api/v1/sessions/refresh', {}, { cookie });
  expect(JSON.stringify(refreshed.body)).not.toMatch(/Token"/);
  const next = refreshed.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  const refreshOnly = next
    .split('; ')
    .filter((one) => one.includes('refresh'))
    .join('; ');
  const out = await anonymous.send('DELETE', '/api/v1/sessions/current', undefined, { cookie: refreshOnly });
  expect([out.status, out.headers.getSetCookie().length]).toEqual([204, 4]);
  await until(async () => (await anonymous.send('GET', '/api/v1/me', undefined, { cookie: next })).status === 401);
});

test('a server is changed by whoever has seen it, under its ETag', async () => {
  const { person } = await signUp();
  const settings = {
    market: 'BTC-USDT',
    direction: 'long',
    baseOrder: '100',
    averagingOrders: { count: 2, size: '100', deviationPercent: '1' },
    takeProfit: { percent: '1' },
  };
  const made = await person.post<{ id: string }>('/api/v1/bots', { name: 'one', settings });
  const where = made.headers.get('location') as string;
  const tag = (await person.get(where)).headers.get('etag') as string;
  expect((await person.send('PATCH', where, { name: 'two' }, { 'if-match': tag })).status).toBe(200);
  expect((await person.send('PATCH', where, { name: 'three' }, { 'if-match': tag })).status).toBe(412);
  expect((await person.send('HEAD', where)).status).toBe(200);
});
