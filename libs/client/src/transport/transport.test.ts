import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TidegateClient, TidegateProblem } from '../index.ts';

/* A server that answers as proxies, restarts and limits make a platform answer. */
type Handler = (request: IncomingMessage & { text: string }, response: ServerResponse) => void;
let answers: Handler[] = [];
let seen: { method: string; url: string; headers: IncomingMessage['headers']; text: string }[] = [];
const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const { method = '', url = '', headers } = request;
  seen.push({ method, url, headers, text });
  (answers.shift() ?? json(200, { items: [] }))(Object.assign(request, { text }), response);
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answers = [];
  seen = [];
});

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
const html =
  (status: number): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>');
  };
const problem = (status: number, code: string, headers = {}) => json(status, { status, code, title: code }, headers);
const silent: Handler = () => undefined;
const cut: Handler = (_request, response) => response.destroy();

const client = (options = {}) => new TidegateClient({ url, token: 'key', ...options });
const refused = (call: Promise<unknown>): Promise<TidegateProblem> =>
  call.then(
    () => Promise.reject(new Error('It was answered.')),
    (error: TidegateProblem) => error,
  );
const bot = { name: 'Bot', settings: {} as never };

test('reads are retried when the server asks for it, is unreachable, or closes the connection', async () => {
  answers = [
    problem(429, 'rate_limited', { 'retry-after': '0' }),
    problem(503, 'unavailable', { 'retry-after': '0' }),
    cut,
  ];
  expect(await client().botsList()).toEqual({ items: [] });
  expect(seen).toHaveLength(4);
});

test('writes are retried with the same key; those without a key are not', async () => {
  answers = [problem(503, 'unavailable', { 'retry-after': '0' }), json(201, { id: '1' })];
  await client().botsCreate(bot);
  const keys = seen.map(({ headers }) => headers['idempotency-key']);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(keys).toEqual([keys[0], keys[0]]);
  answers = [json(201, { id: '1' })];
  await client().botsCreate(bot, { idempotencyKey: 'mine', organisation: 'org' });
  expect(seen.at(-1)?.headers).toMatchObject({ 'idempotency-key': 'mine', 'tidegate-organisation': 'org' });
  seen = [];
  answers = [problem(503, 'unavailable', { 'retry-after': '0' })];
  const login = refused(client().sessionsLogin({ email: 'a@b.c', password: 'x' }));
  expect((await login).code).toBe('unavailable');
  expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined]);
});

test('an answer that Tidegate did not write is `unavailable`, not a SyntaxError', async () => {
  answers = [html(502), html(200)];
  const wrong = await refused(client({ retries: 0 }).botsList());
  expect(wrong).toBeInstanceOf(TidegateProblem);
  expect(wrong).toMatchObject({ code: 'unavailable', status: 502 });
  expect(await refused(client({ retries: 0 }).botsList())).toMatchObject({ code: 'unavailable', status: 200 });
});

test('a refusal is thrown at once with its whole problem', async () => {
  answers = [json(402, { status: 402, code: 'plan_limit_reached', detail: 'Upgrade', limit: 2 })];
  const limit = await refused(client().botsCreate(bot));
  expect(limit).toMatchObject({ code: 'plan_limit_reached', status: 402, message: 'Upgrade' });
  expect(limit.problem['limit']).toBe(2);
  answers = [problem(429, 'quota_exhausted', { 'retry-after': '86400' })];
  expect(await refused(client().botsList())).toMatchObject({ code: 'quota_exhausted', retryAfterSeconds: 86_400 });
  expect(seen).toHaveLength(2);
});

test('without an answer a call ends by time-out with a problem, or by the caller’s signal with its reason', async () => {
  answers = [silent, silent];
  expect(await refused(client({ timeoutMs: 50, retries: 0 }).botsList())).toMatchObject({ code: 'timeout', status: 0 });
  const reason = new Error('enough');
  const stop = new AbortController();
  const call = client().botsList({}, { signal: stop.signal });
  stop.abort(reason);
  await expect(call).rejects.toBe(reason);
});

test('a refused token is refreshed once for all calls', async () => {
  let refreshes = 0;
  const refresh = async () => {
    refreshes += 1;
    return 'new';
  };
  answers = [problem(401, 'unauthenticated'), problem(401, 'unauthenticated')];
  const one = client({ refresh });
  await Promise.all([one.botsList(), one.serversList()]);
  expect(refreshes).toBe(1);
  expect(seen.slice(2).map(({ headers }) => headers.authorization)).toEqual(['Bearer new', 'Bearer new']);
  answers = [problem(401, 'unauthenticated'), problem(401, 'unauthenticated')];
  expect(await refused(one.botsList())).toMatchObject({ status: 401 });
});

test('a refresh that is refused for a while ends no session: the call is sent again, or fails as the refresh did', async () => {
  let refreshes = 0;
  const away = new TidegateProblem({ code: 'unavailable', status: 503 }, { retryAfterSeconds: 0 });
  const refresh = async () => {
    refreshes += 1;
    if (refreshes !== 2) throw away;
    return 'new';
  };
  answers = [problem(401, 'unauthenticated'), problem(401, 'unauthenticated'), json(200, { items: [] })];
  await client({ refresh }).botsList();
  expect([refreshes, seen.at(-1)?.headers.authorization]).toEqual([2, 'Bearer new']);
  answers = Array.from({ length: 4 }, () => problem(401, 'unauthenticated'));
  expect(await refused(client({ refresh }).botsList())).toBe(away);
  expect(refreshes).toBe(6);
});

test('a list is followed to its end; paths and queries are escaped', async () => {
  answers = [json(200, { items: [1, 2], nextCursor: 'a/b' }), json(200, { items: [3] })];
  const found: unknown[] = [];
  for await (const trade of client().all(client().tradesList, { botId: 'x/y', limit: 2 })) found.push(trade);
  expect(found).toEqual([1, 2, 3]);
  expect(seen.map((one) => one.url)).toEqual([
    '/api/v1/bots/x%2Fy/trades?limit=2',
    '/api/v1/bots/x%2Fy/trades?limit=2&cursor=a%2Fb',
  ]);
});

test.each([undefined, null, '', '.', '..'])('an id that is %o is refused before anything is sent', async (noteId) => {
  const ids = { serverId: 'x', noteId: noteId as string };
  await expect(client().serversNotesDelete(ids)).rejects.toThrow(TypeError);
  await expect(client().botsGet({ botId: noteId as string })).rejects.toThrow(/botId .*nothing was sent/);
  await expect(client().candlesSendFile({ uploadId: noteId as string, file: 'a' } as never)).rejects.toThrow(TypeError);
  expect(seen).toEqual([]);
});

test('what only looks like a way up in a path is an id like any other', async () => {
  for (const botId of ['...', '%2e%2e', '../x', '..\\x', ' ', '.\n.']) await client().botsGet({ botId });
  expect(seen.map((one) => one.url.slice('/api/v1/bots/'.length))).toEqual([
    '...',
    '%252e%252e',
    '..%2Fx',
    '..%5Cx',
    '%20',
    '.%0A.',
  ]);
});

test('a file is answered as its bytes, and a refusal is a problem all the same', async () => {
  const bytes = Buffer.from([0x25, 0x50, 0x44, 0x46, 0xff]);
  answers = [(_request, response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end(bytes)];
  const file = await client().invoicesPdf({ invoiceId: 'i1', locale: 'de' });
  expect(seen[0]?.url).toBe('/api/v1/billing/invoices/i1/pdf?locale=de');
  expect([file.type, Buffer.from(await file.arrayBuffer()).equals(bytes)]).toEqual(['application/pdf', true]);
  answers = [problem(404, 'not_found')];
  await expect(client().invoicesPdf({ invoiceId: 'i1' })).rejects.toMatchObject({ code: 'not_found' });
});

test('a file is sent as the body, and again when the server asks for it', async () => {
  answers = [problem(503, 'unavailable', { 'retry-after': '0' }), json(202, { id: 'u1', status: 'queued' })];
  const uploadId = '0190c0de-0000-7000-8000-000000000001';
  const file = new Blob(['1,2,3,4,5\n'], { type: 'application/gzip' });
  expect(await client().candlesSendFile({ uploadId, file })).toMatchObject({ status: 'queued' });
  expect(seen.map(({ method, url, text }) => ({ method, url, text }))).toEqual(
    [1, 2].map(() => ({ method: 'PUT', url: `/api/v1/candles/uploads/${uploadId}/file`, text: '1,2,3,4,5\n' })),
  );
  expect(seen[0]?.headers['content-type']).toBe('application/gzip');
  await client().candlesSendFile({ uploadId, file: 'text' });
  expect(seen.at(-1)).toMatchObject({ text: 'text', headers: { 'content-type': 'text/csv' } });
});
