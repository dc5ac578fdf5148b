import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { PAGE, type SharedPlatform } from './shared-platform.ts';

/* The edge with the real services behind it: what only the whole shows. The rest is in services/gateway. */
const LIMIT = 40;
const PASSWORD = 'correct horse battery';
const SETTINGS = {
  market: 'BTC-USDT',
  direction: 'long',
  baseOrder: '100',
  averagingOrders: { count: 2, size: '100', deviationPercent: '1' },
  takeProfit: { percent: '1' },
};
/** `later` are settings of the platform that the last test starts. */
export function edge(platform: SharedPlatform, later: () => NodeJS.ProcessEnv): void {
  describe('the edge', () => {
    let anonymous: Rest;
    beforeAll(() => {
      anonymous = new Rest(platform.url);
      const file = join(platform.dataDir, 'plans.yaml');
      const catalogue = readFileSync('libs/testing/plans.yaml', 'utf8');
      writeFileSync(file, catalogue.replace('api_calls: { limit: 10_000,', `api_calls: { limit: ${LIMIT},`));
      const env = { ...process.env, DATA_DIR: platform.dataDir, PORT: new URL(platform.url).port };
      execFileSync(process.execPath, ['cli/dist/main.js', 'plans', 'apply', file], { env, stdio: 'ignore' });
    });

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
      const { body } = await anonymous.post<{
        accessToken: string;
        user: { id: string };
        organisation: { id: string };
      }>('/api/v1/accounts', account);
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
      for (const path of ['/usage/current', '/organisation'])
        expect((await key.get(`/api/v1${path}`)).status).toBe(200);
      for (const path of [
        '/me',
        '/usage/current',
        '/billing/plans',
        '/billing/subscription',
        '/entitlements',
        '/sessions',
        '/api-keys',
        '/bots',
      ]) {
        expect((await person.get(`/api/v1${path}`)).status).toBe(200);
        expect((await anonymous.send('GET', `/api/v1${path}`, undefined, { cookie })).status).toBe(200);
      }
      const { body: usage } = await person.get<{ items: { meter: string; used: number }[] }>('/api/v1/usage/current');
      expect(usage.items.find(({ meter }) => meter === 'api_calls')).toMatchObject({ limit: LIMIT });
      expect((await person.send('DELETE', `/api/v1/api-keys/${body.id}`)).status).toBe(204);
      await until(async () => (await key.get('/api/v1/markets')).status === 401);
      expect((await anonymous.send('DELETE', '/api/v1/sessions/current', undefined, { cookie })).status).toBe(204);
      await until(async () => (await anonymous.send('GET', '/api/v1/me', undefined, { cookie })).status === 401);
    });

    test('two tabs act in two organisations by one session', async () => {
      const { person, organisation } = await signUp();
      const { body: other } = await person.post<{ id: string }>('/api/v1/organisations', { name: 'Second' });
      const inside = (id: string) =>
        person.send('GET', '/api/v1/organisation', undefined, { 'tidegate-organisation': id });
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

    test('a bot is changed by whoever has seen it, and a lost answer is repeated', async () => {
      const { person } = await signUp();
      const made = await person.post<{ id: string }>('/api/v1/bots', { name: 'one', settings: SETTINGS });
      const where = made.headers.get('location') as string;
      const tag = (await person.get(where)).headers.get('etag') as string;
      const keyed = { 'if-match': tag, 'idempotency-key': crypto.randomUUID() };
      const first = await person.send('PATCH', where, { name: 'two' }, keyed);
      expect(first.status).toBe(200);
      expect((await person.send('PATCH', where, { name: 'three' }, { 'if-match': tag })).status).toBe(412);
      const again = await person.send('PATCH', where, { name: 'two' }, keyed);
      expect(again).toMatchObject({ status: 200, body: first.body });
      expect(await person.send('PATCH', where, { name: 'other' }, keyed)).toMatchObject({
        status: 422,
        body: { code: 'idempotency_key_reused' },
      });
      expect((await person.send('HEAD', where)).status).toBe(200);
      const gone = { 'if-match': again.headers.get('etag') as string, 'idempotency-key': crypto.randomUUID() };
      for (let time = 0; time < 2; time += 1) {
        expect((await person.send('DELETE', where, undefined, gone)).status).toBe(204);
      }
      expect((await person.send('DELETE', where, undefined, { 'if-match': '*' })).status).toBe(404);
    });

    describe('every kind of route refuses', () => {
      let who: Record<'person' | 'nobody' | 'reader' | 'spent', Rest>;
      const places: Record<string, string> = { unknown: '0198c0de-0000-7000-8000-000000000000', long: 'x'.repeat(301) };
      beforeAll(async () => {
        const { person, email } = await signUp();
        places['email'] = email;
        for (const name of ['stopped', 'running']) {
          places[name] = (await person.post<{ id: string }>('/api/v1/bots', { name, settings: SETTINGS })).body.id;
        }
        expect((await person.post(`/api/v1/bots/${places['running']}/start`)).status).toBeLessThan(300);
        const keyOf = async (...scopes: string[]) =>
          anonymous.as((await person.post<{ key: string }>('/api/v1/api-keys', { name: 'k', scopes })).body.key);
        const [reader, spent] = [await keyOf('usage:read'), await keyOf('bots:read', 'bots:write')];
        await until(async () =>
          (await Promise.all(Array.from({ length: 10 }, () => spent.get('/api/v1/markets')))).some(isRefused),
        );
        who = { person, nobody: anonymous, reader, spent };
      });
      const isRefused = ({ status }: Answer) => status === 429;

      const [BOT, BOTS, BIG] = [{ name: 'b', settings: SETTINGS }, '/bots', { name: 'x'.repeat(1_000_000) }];
      const WRONG = { 'if-match': 'W/"other"' };
      test.each<[keyof typeof who, number, string, string, string, unknown?, Record<string, string>?]>([
        ['person', 400, 'malformed_body', 'GET', '/bots/{long}'],
        ['person', 400, 'malformed_body', 'POST', BOTS, '{"name":'],
        ['person', 400, 'malformed_body', 'PATCH', '/bots/{stopped}', '[1'],
        ['person', 400, 'malformed_body', 'POST', '/bots/{stopped}/start', '}'],
        ['nobody', 400, 'malformed_body', 'POST', '/sessions', 'email=x'],
        ['nobody', 400, 'invalid_grant', 'POST', '/sessions/refresh', { refreshToken: 'x'.repeat(43) }],
        ['nobody', 401, 'unauthenticated', 'GET', BOTS],
        ['nobody', 401, 'unauthenticated', 'GET', '/bots/{stopped}'],
        ['nobody', 401, 'unauthenticated', 'POST', BOTS, '{"never read'],
        ['nobody', 401, 'unauthenticated', 'PATCH', '/bots/{stopped}', { name: 'x' }],
        ['nobody', 401, 'unauthenticated', 'DELETE', '/bots/{stopped}'],
        ['nobody', 401, 'unauthenticated', 'POST', '/bots/{stopped}/start', {}],
        ['nobody', 401, 'unauthenticated', 'GET', '/me'],
        ['nobody', 401, 'unauthenticated', 'GET', '/stream'],
        ['nobody', 401, 'wrong_credentials', 'POST', '/sessions', { email: 'nobody@example.com', password: 'wrong' }],
        ['reader', 403, 'forbidden', 'GET', BOTS],
        ['reader', 403, 'forbidden', 'GET', '/bots/{stopped}'],
        ['reader', 403, 'forbidden', 'POST', BOTS, BOT],
        ['reader', 403, 'forbidden', 'PATCH', '/bots/{stopped}', { name: 'x' }],
        ['reader', 403, 'forbidden', 'DELETE', '/bots/{stopped}'],
        ['reader', 403, 'forbidden', 'POST', '/bots/{stopped}/start', {}],
        ['reader', 403, 'forbidden', 'GET', '/stream?topics=bots'],
        ['person', 403, 'forbidden', 'PUT', '/operator/organisations/{unknown}/subscription', { plan: 'pro' }],
        ['person', 404, 'not_found', 'GET', '/bots/{unknown}'],
        ['person', 404, 'not_found', 'PATCH', '/bots/{unknown}', { name: 'x' }],
        ['person', 404, 'not_found', 'DELETE', '/bots/{unknown}'],
        ['person', 404, 'not_found', 'POST', '/bots/{unknown}/start', {}],
        ['person', 404, 'not_found', 'GET', '/nothing/here'],
        ['person', 405, 'method_not_allowed', 'PUT', BOTS, {}],
        ['person', 409, 'bot_not_stopped', 'DELETE', '/bots/{running}'],
        ['person', 409, 'bot_not_stopped', 'PATCH', '/bots/{running}', { settings: SETTINGS }],
        ['nobody', 409, 'email_taken', 'POST', '/accounts', { email: '{email}', password: PASSWORD, name: 'Edge' }],
        ['person', 412, 'precondition_failed', 'GET', '/bots/{stopped}', undefined, WRONG],
        ['person', 412, 'precondition_failed', 'PATCH', '/bots/{stopped}', { name: 'x' }, WRONG],
        ['person', 412, 'precondition_failed', 'DELETE', '/bots/{stopped}', undefined, WRONG],
        ['person', 413, 'body_too_large', 'POST', BOTS, BIG],
        ['person', 413, 'body_too_large', 'PATCH', '/bots/{stopped}', BIG],
        ['person', 413, 'body_too_large', 'POST', '/bots/{stopped}/start', BIG],
        ['nobody', 413, 'body_too_large', 'POST', '/sessions', BIG],
        ['person', 415, 'unsupported_media_type', 'POST', BOTS, '<a/>', { 'content-type': 'application/xml' }],
        ['person', 422, 'validation_failed', 'GET', '/bots?limit=x'],
        ['person', 422, 'validation_failed', 'GET', '/bots?cursor=x'],
        ['person', 422, 'validation_failed', 'GET', '/bots/none'],
        ['person', 422, 'validation_failed', 'POST', BOTS, { ...BOT, nonsense: 1 }],
        ['person', 422, 'validation_failed', 'POST', BOTS, BOT, WRONG],
        ['person', 422, 'validation_failed', 'PATCH', '/bots/{stopped}', { botId: 'x' }],
        ['person', 422, 'validation_failed', 'DELETE', '/bots/{stopped}?nonsense=1'],
        ['person', 422, 'validation_failed', 'GET', '/stream?topics=nonsense'],
        ['nobody', 422, 'validation_failed', 'POST', '/sessions', {}],
        ['spent', 429, 'quota_exhausted', 'GET', BOTS],
        ['spent', 429, 'quota_exhausted', 'GET', '/bots/{stopped}'],
        ['spent', 429, 'quota_exhausted', 'POST', BOTS, BOT],
        ['spent', 429, 'quota_exhausted', 'PATCH', '/bots/{stopped}', { name: 'x' }],
        ['spent', 429, 'quota_exhausted', 'DELETE', '/bots/{stopped}'],
        ['spent', 429, 'quota_exhausted', 'POST', '/bots/{stopped}/start', {}],
      ])('%s: %i %s to %s %s', async (caller, status, code, method, path, body, headers) => {
        const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (all, name: string) => places[name] ?? all);
        const sent = body === undefined ? undefined : filled(typeof body === 'string' ? body : JSON.stringify(body));
        const answer = await who[caller].send(method, `/api/v1${filled(path)}`, sent, headers);
        expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code });
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        expect(answer.body['traceId']).toBe(answer.headers.get('trace-id'));
        if (status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      });
    });

    test('pages of others: none writes by our cookie, a listed one uses tokens', async () => {
      const { cookie, person } = await signUp();
      const make = (headers: Record<string, string>) =>
        anonymous.send('POST', '/api/v1/bots', { name: 'by page', settings: SETTINGS }, headers);
      for (const origin of ['https://evil.example', PAGE]) {
        expect(await make({ cookie, origin })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      }
      expect((await make({ cookie, origin: platform.url })).status).toBe(201);
      const preflight = await anonymous.send('OPTIONS', '/api/v1/bots', undefined, {
        origin: PAGE,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,idempotency-key',
      });
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, PAGE]);
      const read = await person.send('GET', '/api/v1/bots', undefined, { origin: PAGE });
      expect([read.status, read.headers.get('access-control-allow-origin')]).toEqual([200, PAGE]);
      const evil = await person.send('GET', '/api/v1/bots', undefined, { origin: 'https://evil.example' });
      expect(evil.headers.get('access-control-allow-origin')).toBeNull();
    });

    test('a create with an idempotency key creates once, and its secret is shown once', async () => {
      const { person } = await signUp();
      const keyed = { 'idempotency-key': crypto.randomUUID() };
      const bot = { name: 'once', settings: SETTINGS };
      const answers = await Promise.all([1, 2, 3].map(() => person.post<{ id: string }>('/api/v1/bots', bot, keyed)));
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
      expect((await person.get<{ items: unknown[] }>('/api/v1/bots')).body.items).toHaveLength(1);
      const key = { name: 'once', scopes: ['bots:read'] };
      const secret = { 'idempotency-key': crypto.randomUUID() };
      expect((await person.post('/api/v1/api-keys', key, secret)).status).toBe(201);
      expect(await person.post('/api/v1/api-keys', key, secret)).toMatchObject({
        status: 409,
        body: { code: 'already_done' },
      });
    });

    test('a page follows its bots until it logs out', async () => {
      const { cookie, person } = await signUp();
      const stream = await fetch(`${platform.url}/api/v1/stream?topics=bots`, { headers: { cookie } });
      expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
      let received = '';
      const ended = (async () => {
        for await (const chunk of stream.body as ReadableStream<Uint8Array>) received += Buffer.from(chunk).toString();
      })();
      await until(() => received.includes('event: ready') && received.includes('event: resync'));
      const made = await person.post<{ id: string }>('/api/v1/bots', { name: 'seen', settings: SETTINGS });
      await person.post(`/api/v1/bots/${made.body.id}/start`);
      await until(() => received.includes(made.body.id));
      expect((await anonymous.send('DELETE', '/api/v1/sessions/current', undefined, { cookie })).status).toBe(204);
      // From the answer on.
      expect((await anonymous.send('GET', '/api/v1/me', undefined, { cookie })).status).toBe(401);
      await ended;
      expect(received).toContain('event: revoked');
    });

    test('the whole process is killed: what it had answered is counted, once, and its leases are free', async () => {
      const { person } = await signUp();
      const scopes = { name: 'k', scopes: ['bots:read'] };
      const key = anonymous.as((await person.post<{ key: string }>('/api/v1/api-keys', scopes)).body.key);
      const answers = await Promise.all(Array.from({ length: 30 }, () => key.get('/api/v1/markets')));
      await platform.killAndStart(later());
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      const calls = async () => {
        const { body } = await person.get<{ items: { meter: string; used: number; reserved: number }[] }>(
          '/api/v1/usage/current',
        );
        return body.items.find(({ meter }) => meter === 'api_calls');
      };
      await until(async () => (await calls())?.used === 30 && (await calls())?.reserved === 0, {
        what: 'all to be counted',
      });
    });
  });
}
