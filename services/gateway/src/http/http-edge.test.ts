import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { listBots } from '@tidegate/contracts/bot-executor/bot-lists';
import { createBot, deleteBot, getBot, updateBot } from '@tidegate/contracts/bot-executor/bots';
import { listMarkets } from '@tidegate/contracts/bot-executor/markets';
import { createApiKey } from '@tidegate/contracts/identity/api-keys';
import type { Output } from '@tidegate/contracts/kernel/operation';
import { notFound, ProblemDocument, timeout, unavailable } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { PoliteEnd } from '@tidegate/runtime/polite-end';
import { metricsText } from '@tidegate/telemetry/metrics';
import type { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { GatewayWorld } from '../../test/fixture.ts';
import { answerOf } from '../../test/neighbours.ts';

const ORIGIN = 'https://app.example.com';
let world: GatewayWorld;
let rest: Rest;
let bot: Output<typeof getBot>;
beforeAll(async () => {
  world = await GatewayWorld.start({
    CORS_ORIGINS: ORIGIN,
    ALLOWED_HOSTS: 'api.example.org',
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000',
  });
  rest = await world.as(world.accounts.newSession());
  world.neighbours.on(listMarkets, () => ({ items: [] }));
  bot = answerOf(getBot);
  world.neighbours.on(createBot, () => bot);
  world.neighbours.on(listBots, () => ({ items: [{ ...answerOf(listBots).items[0], ...bot }] as never, counts: null }));
  world.neighbours.on(getBot, ({ botId }) => {
    if (botId !== bot.id) throw notFound();
    return bot;
  });
  world.neighbours.on(updateBot, ({ name }) => {
    bot = { ...bot, name: name ?? bot.name };
    return bot;
  });
  world.neighbours.on(deleteBot, () => ({}));
});
afterAll(() => world.stop());

const LONG_PATH = `/api/v1/bots/${'x'.repeat(301)}`;
const path = () => `/api/v1/bots/${bot.id}`;
const send = (method: string, to: string, body?: unknown, headers: Record<string, string> = {}) =>
  rest.send(method, to, body, headers);

describe('what every answer has', () => {
  test('the trace id of its log lines, on success too', async () => {
    const fine = await rest.get('/api/v1/markets');
    expect(fine.headers.get('trace-id')).toMatch(/^[0-9a-f]{32}$/);
    const given = '0af7651916cd43dd8448eb211c80319c';
    const traced = await send('GET', '/api/v1/nothing', undefined, { traceparent: `00-${given}-b7ad6b7169203331-01` });
    expect(traced.headers.get('trace-id')).toBe(given);
    expect(traced.body).toMatchObject({ traceId: given, instance: '/api/v1/nothing' });
  });

  test('HEAD is GET without a body', async () => {
    const [head, get] = [await send('HEAD', '/api/v1/markets'), await rest.get('/api/v1/markets')];
    expect(head.status).toBe(200);
    expect(head.body).toEqual({ text: '' });
    expect(head.headers.get('etag')).toBe(get.headers.get('etag'));
    expect((await world.rest.send('HEAD', '/api/v1/markets')).status).toBe(401);
  });

  test('a slash at the end changes nothing', async () => {
    expect((await rest.get('/api/v1/bots/')).body).toMatchObject({ items: [{ id: bot.id }] });
    expect((await rest.get(`${path()}/`)).status).toBe(200);
    expect((await send('PUT', '/api/v1/markets/')).status).toBe(405);
  });

  test('what a POST made is found where Location says', async () => {
    const made = await send('POST', '/api/v1/bots', { name: 'b', settings: bot.settings });
    expect(made.status).toBe(201);
    expect((await rest.get(made.headers.get('location') as string)).body).toMatchObject({ id: bot.id });
    world.neighbours.on(createApiKey, () => ({ ...answerOf(createApiKey), id: 'abcdefghij', key: 'tg_x' }));
    const key = await send('POST', '/api/v1/api-keys', { name: 'k', scopes: ['bots:read'] });
    expect(key.headers.get('location')).toBe('/api/v1/api-keys/abcdefghij');
  });
});

describe('conditions', () => {
  const etag = async () => (await rest.get(path())).headers.get('etag') as string;

  test('what has not changed is not sent again', async () => {
    const tag = await etag();
    const again = await send('GET', path(), undefined, { 'if-none-match': `"other", ${tag}` });
    expect(again.status).toBe(304);
    expect(again.body).toEqual({ text: '' });
    expect((await send('GET', path(), undefined, { 'if-none-match': 'W/"other"' })).status).toBe(200);
    expect((await send('GET', path(), undefined, { 'if-match': 'W/"other"' })).status).toBe(412);
  });

  test('nobody overwrites what they have not seen', async () => {
    const tag = await etag();
    const mine = await send('PATCH', path(), { name: 'mine' }, { 'if-match': tag });
    expect(mine.status).toBe(200);
    expect(mine.headers.get('etag')).toBe(await etag());
    const theirs = await send('PATCH', path(), { name: 'theirs' }, { 'if-match': tag });
    expect(theirs).toMatchObject({ status: 412, body: { code: 'precondition_failed', etag: await etag() } });
    expect(bot.name).toBe('mine');
    // A proxy that compresses makes a tag weak, or ours strong.
    expect((await send('DELETE', path(), undefined, { 'if-match': (await etag()).slice(2) })).status).toBe(204);
    expect((await send('DELETE', path(), undefined, { 'if-match': '*' })).status).toBe(204);
  });

  test('a change that is repeated with its key is answered as before', async () => {
    const headers = { 'if-match': await etag(), 'idempotency-key': newId() };
    const first = await send('PATCH', path(), { name: 'once' }, headers);
    const again = await send('PATCH', path(), { name: 'once' }, headers);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toEqual(first.body);
    // Another key is another request, which was not answered before.
    const other = await send('PATCH', path(), { name: 'once' }, { ...headers, 'idempotency-key': newId() });
    expect(other).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
    const gone = { 'if-match': '*', 'idempotency-key': newId() };
    expect((await send('DELETE', path(), undefined, gone)).status).toBe(204);
    world.neighbours.on(getBot, () => {
      throw notFound();
    });
    expect((await send('DELETE', path(), undefined, gone)).status).toBe(204);
    expect((await send('DELETE', path(), undefined, { ...gone, 'idempotency-key': newId() })).status).toBe(404);
    world.neighbours.on(getBot, ({ botId }) => {
      if (botId !== bot.id) throw notFound();
      return bot;
    });
  });

  test('nor is its repetition refused by a quota that the request itself has used up', async () => {
    world.quota.limit = 1;
    const key = world.rest.as(world.accounts.newKey(newId(), ['bots:write']));
    const body = { name: 'b', settings: bot.settings };
    const once = { 'idempotency-key': newId() };
    const first = await key.post('/api/v1/bots', body, once);
    const again = await key.post('/api/v1/bots', body, once);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect((await key.post('/api/v1/bots', body, { 'idempotency-key': newId() })).status).toBe(429);
    world.quota.limit = null;
  });

  test('what does not exist is 404, and a condition that cannot be compared is refused', async () => {
    expect((await send('PATCH', `/api/v1/bots/${newId()}`, { name: 'x' }, { 'if-match': '"x"' })).status).toBe(404);
    for (const name of ['if-match', 'if-none-match', 'if-unmodified-since']) {
      const refused = await send('POST', '/api/v1/bots', { name: 'b', settings: bot.settings }, { [name]: '"x"' });
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ code: 'not_supported' }] } });
    }
  });
});

describe('pages of other origins', () => {
  test('send preflights, and may read what they need', async () => {
    const asked = await world.rest.send('OPTIONS', '/api/v1/bots', undefined, {
      origin: ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key,tidegate-organisation',
    });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(asked.headers.get('access-control-allow-methods')).toContain('PATCH');
    for (const name of ['Authorization', 'Content-Type', 'Idempotency-Key', 'Tidegate-Organisation']) {
      expect(asked.headers.get('access-control-allow-headers')).toContain(name);
    }
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    const sent = await send('POST', '/api/v1/bots', { name: 'b', settings: bot.settings }, { origin: ORIGIN });
    expect(sent.status).toBe(201);
    expect(sent.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    for (const name of ['RateLimit', 'Retry-After', 'ETag', 'Location', 'Trace-Id']) {
      expect(sent.headers.get('access-control-expose-headers')).toContain(name);
    }
    const refused = await world.rest.send('GET', '/api/v1/bots', undefined, { origin: ORIGIN });
    expect(refused).toMatchObject({ status: 401 });
    expect(refused.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });

  test('that are not listed get nothing', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const asked = await world.rest.send('OPTIONS', '/api/v1/bots', undefined, headers);
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('refusals', () => {
  test('503 and 504 always say when to retry', async () => {
    for (const [problem, status] of [
      [unavailable({}), 503],
      [timeout(), 504],
      [unavailable({ retryAfterSeconds: 7 }), 503],
    ] as const) {
      world.neighbours.on(listMarkets, () => {
        throw problem;
      });
      const answer = await rest.get('/api/v1/markets');
      expect(answer.status).toBe(status);
      expect(answer.headers.get('retry-after')).toBe(String(problem.data['retryAfterSeconds'] ?? 1));
    }
    world.neighbours.on(listMarkets, () => ({ items: [] }));
  });

  test.each([
    ['GET', '/api/v1/%zz', undefined, {}, 400, 'malformed_body'],
    ['GET', LONG_PATH, undefined, {}, 400, 'malformed_body'],
    ['POST', '/api/v1/bots', '{"a":', {}, 400, 'malformed_body'],
    ['POST', '/api/v1/bots', '<a/>', { 'content-type': 'application/xml' }, 415, 'unsupported_media_type'],
    ['POST', '/api/v1/bots', JSON.stringify({ name: 'x'.repeat(1_000_000) }), {}, 413, 'body_too_large'],
    // Small as they arrive, and large as they are passed on: numbers written out, a secret sealed.
    ['POST', '/api/v1/bots', `{"x":[${Array(150_000).fill('1e20').join()}]}`, {}, 413, 'body_too_large'],
    ['POST', '/api/v1/accounts', `{"password":"${'x'.repeat(850_000)}"}`, {}, 413, 'body_too_large'],
    ['POST', '/api/v1/bots', '{}', { 'idempotency-key': 'é' }, 422, 'validation_failed'],
    ['POST', '/api/v1/bots?constructor=1', '{}', {}, 422, 'validation_failed'],
    ['GET', '/api/v1/bots?__proto__=1', undefined, {}, 422, 'validation_failed'],
    ['DELETE', '/api/v1/bots', undefined, {}, 405, 'method_not_allowed'],
    ['GET', '/nowhere', undefined, {}, 404, 'not_found'],
  ])('%s %s is a problem', async (method, to, body, headers, status, code) => {
    const answer = await send(method, to, body, headers as Record<string, string>);
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    ProblemDocument.parse(answer.body);
  });

  test('a body that is too large is answered while it is sent, and the connection goes on', async () => {
    let text = '';
    const socket = connect(world.settings.port, '127.0.0.1');
    socket.on('data', (chunk) => (text += String(chunk)));
    const head = 'POST /api/v1/accounts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    socket.write(`${head}Content-Length: 4000000\r\n\r\n"${'x'.repeat(1_000_000)}`);
    await until(() => text.includes('body_too_large'), { what: 'The answer' });
    expect(text).toMatch(/^HTTP\/1.1 413 /);
    socket.write(`${'x'.repeat(2_999_998)}"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await until(() => text.includes('HTTP/1.1 404 '), { what: 'The next answer' });
    socket.destroy();
  });

  test('malformed HTTP is answered as a problem too, and ends the connection', async () => {
    const raw = (bytes: string) =>
      new Promise<string>((resolve, reject) => {
        let text = '';
        const socket = connect(world.settings.port, '127.0.0.1', () => socket.write(bytes));
        socket
          .on('data', (chunk) => (text += String(chunk)))
          .on('close', () => resolve(text))
          .on('error', reject);
      });
    expect(await raw('GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"malformed_body"/);
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

test('requests for a host name that is not ours are refused first, except for health', async () => {
  const ask = (host: string, to = '/api/v1/installation') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      request({ port: world.settings.port, host: '127.0.0.1', path: to, headers: { host } }, async (response) => {
        resolve({ status: response.statusCode ?? 0, text: (await response.toArray()).join('') });
      })
        .on('error', reject)
        .end();
    });
  for (const host of ['localhost', '127.0.0.1', '10.1.2.3:3000', 'gateway:3000', 'api.example.org']) {
    expect((await ask(host)).status).toBe(200);
  }
  for (const to of ['/api/v1/installation', '/docs', '/api/v1/bots', '/nowhere']) {
    const { status, text } = await ask('evil.example:3000', to);
    expect(status).toBe(421);
    expect(ProblemDocument.parse(JSON.parse(text))).toMatchObject({ code: 'misdirected_request' });
  }
  for (const to of ['/health/live', '/health/live/', '/health/live?by=monitor']) {
    expect((await ask('evil.example', to)).status).toBe(200);
  }
  expect((await ask('evil.example', '/metrics')).status).toBe(401);
  for (const to of ['/healthy', '/health/live/no', '/health/nowhere', '/metrics2', '/metrics/all']) {
    expect([to, (await ask('evil.example', to)).status]).toEqual([to, 421]);
  }
});

test('metrics need the token, from anywhere; requests and limits are among them', async () => {
  expect((await world.rest.get('/metrics')).status).toBe(401);
  const token = world.settings.metricsToken;
  const { body } = await world.rest.as(token).get<{ text: string }>('/metrics');
  for (const name of [
    'http_request_duration_seconds_bucket',
    'live_clients',
    'quota_refusals_total',
    'rate_limit_refusals_total',
  ]) {
    expect(body.text).toContain(`tidegate_${name}`);
  }
  expect(await metricsText()).toContain('le="60"');
});

test('many health checks at once cost the databases little', async () => {
  const health = world.health;
  const probes = vi.spyOn(health, 'answer');
  const answers = await Promise.all(Array.from({ length: 100 }, () => world.rest.get('/health/ready')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(probes.mock.calls.length).toBeLessThan(50);
  probes.mockRestore();
});

test('the installation endpoint tells a page what it needs', async () => {
  const { body } = await world.rest.get('/api/v1/installation');
  expect(body).toMatchObject({
    name: 'Tidegate',
    signUp: 'open',
    email: false,
    sessionCookies: true,
    publicUrl: world.settings.publicUrl,
  });
  const lan = await world.rest.send('GET', '/api/v1/installation', undefined, { host: '192.168.1.5' });
  expect(lan.status).toBe(200);
});

test('a stop answers running requests, tells new ones to retry, and ends every connection', async () => {
  let free = () => {};
  const held = new Promise<void>((resolve) => {
    free = resolve;
  });
  let inHand = 0;
  world.neighbours.on(listMarkets, async () => {
    inHand += 1;
    await held;
    return { items: [] };
  });
  const begun = Promise.all(Array.from({ length: 10 }, () => rest.get('/api/v1/markets')));
  await until(() => inHand === 10);
  // A connection that was used before and kept alive.
  const kept = connect(world.settings.port, '127.0.0.1');
  let received = '';
  kept.on('data', (chunk) => (received += String(chunk)));
  const ask = 'GET /api/v1/installation HTTP/1.1\r\nHost: localhost\r\n\r\n';
  kept.write(ask);
  await until(() => received.includes('200 OK'));
  const stopped = world.stopGateway();
  await until(async () => {
    const refused = connect(world.settings.port, '127.0.0.1');
    return new Promise<boolean>((resolve) =>
      refused
        .once('error', () => resolve(true))
        .once('connect', () => {
          refused.destroy();
          resolve(false);
        }),
    );
  });
  received = '';
  kept.write(ask);
  await until(() => received.includes('503 Service Unavailable'));
  expect(received.toLowerCase()).toMatch(/retry-after: \d/);
  expect(received.toLowerCase()).toContain('connection: close');
  free();
  for (const answer of await begun) {
    expect(answer.status).toBe(200);
    expect(answer.headers.get('connection')).toBe('close');
  }
  await stopped;
  await until(() => kept.destroyed);
  await world.startGateway();
});

test('a request that arrives just before idle connections are closed is answered', async () => {
  const end = new PoliteEnd();
  const server = createServer((_request, response) => {
    end.begin();
    response.once('close', () => end.done());
    if (end.ending) response.setHeader('connection', 'close');
    response.end(end.ending ? 'late' : 'early');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const received: string[] = [];
  client.on('data', (chunk) => received.push(String(chunk))).on('error', (error) => received.push(error.message));
  const ask = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
  client.write(ask);
  await until(() => received.join('').includes('early'));
  const began = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(began);
  const drained = end.drain(server, 10_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  // Right before the turn of the event loop that starts with its timers: the bytes have arrived, and nobody has read
  // them when the timer that ends idle connections runs.
  await new Promise((resolve) => setImmediate(resolve));
  client.write(ask);
  clock.mockReturnValue(began + 2_000);
  for (const busyUntil = Date.now() + 120; Date.now() < busyUntil; );
  await drained;
  clock.mockRestore();
  await until(() => client.destroyed);
  expect(received.join('')).toContain('late');
});
