import { operations } from '@tidegate/contracts/kernel/registry';
import '@tidegate/contracts/all';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { uncoveredTables } from '@tidegate/database/catalogue';
import { Rest } from '@tidegate/testing/platform';
import { withSuperuser } from '@tidegate/testing/superuser';
import { until } from '@tidegate/testing/until';
import fc from 'fast-check';
import { operatorOf, signUpAt } from './people.ts';
import { metricsToken } from './prometheus.ts';
import type { SharedPlatform } from './shared-platform.ts';

/*
 * The first real job, as a customer does it, on the whole platform over REST. one-process.test.ts and
 * process-per-service.test.ts run this same part on the two layouts.
 */
const SETTINGS = {
  market: 'BTC-USDT',
  direction: 'long',
  baseOrder: '100',
  averagingOrders: { count: 4, size: '100', deviationPercent: '0.5', stepScale: '1.3', volumeScale: '1.2' },
  takeProfit: { percent: '0.8' },
};

interface Page<T> {
  items: T[];
  nextCursor?: string;
}

/** What is walked: on this machine, or in containers that look like it. */
export interface Walked extends Pick<SharedPlatform, 'url' | 'dataDir' | 'log'> {
  /** Behind a proxy that keeps metrics inside. */
  hidesMetrics?: boolean;
}

export function firstJob(platform: Walked): void {
  let anonymous: Rest;
  const signUp = (name: string): Promise<Rest> => signUpAt(anonymous, name);
  const operator = (): Promise<Rest> => operatorOf(platform, anonymous);

  beforeAll(() => {
    anonymous = new Rest(platform.url);
  });

  test('the platform watches its own PostgreSQL within 30 s of the first start', async () => {
    const admin = await operator();
    const { body } = await admin.get<Page<{ id: string; platform: boolean }>>('/api/v1/servers');
    const server = body.items.find((one) => one.platform);
    const statements = await until(
      async () => {
        const answer = await admin.get<Page<{ calls: number }>>(`/api/v1/servers/${server?.id}/statements`);
        return answer.status === 200 && answer.body.items.length > 0 && answer.body.items;
      },
      { withinMs: 30_000, everyMs: 500, what: 'statements of the platform database' },
    );
    expect(statements.every((statement) => statement.calls > 0)).toBe(true);
  });

  test('a bot trades on paper exactly as the backtest says, and its ledger adds up', async () => {
    const rest = await signUp('trader');
    const { body: report } = await rest.post<{ closedTrades: number; profit: string; candles: number }>(
      '/api/v1/backtests',
      { settings: SETTINGS },
    );
    expect(report.candles).toBe(8_640);
    const { body: bot, status } = await rest.post<{ id: string }>('/api/v1/bots', {
      name: 'first',
      settings: SETTINGS,
    });
    expect(status).toBe(201);
    await rest.post(`/api/v1/bots/${bot.id}/start`);
    const done = await until(
      async () => {
        const { body } = await rest.get<{ decidedUpTo: string; closedTrades: number; profit: string }>(
          `/api/v1/bots/${bot.id}`,
        );
        return body.decidedUpTo === '2026-09-30T23:55:00.000Z' && body;
      },
      { withinMs: 30_000, everyMs: 200, what: 'the bot to reach the last candle' },
    );
    expect(done).toMatchObject({ closedTrades: report.closedTrades, profit: report.profit });

    let [balance, entries, cursor] = [0, 0, ''];
    do {
      const { body } = await rest.get<Page<{ amount: string; balance: string }>>(
        `/api/v1/bots/${bot.id}/ledger?limit=200${cursor}`,
      );
      for (const entry of body.items) {
        balance += Number(entry.amount);
        entries += 1;
        expect(balance).toBeCloseTo(Number(entry.balance), 6);
      }
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);
    expect(entries).toBeGreaterThan(100);

    // Usage is counted to the event: one bot_orders per order placed.
    const orders = await withSuperuser(platform, (client) =>
      client.query('select count(*)::int as n from bot_executor.orders where bot_id = $1', [bot.id]),
    );
    await until(
      async () => {
        const { body } = await rest.get<Page<{ meter: string; used: number }>>('/api/v1/usage/current');
        return body.items.find(({ meter }) => meter === 'bot_orders')?.used === orders.rows[0].n;
      },
      { withinMs: 20_000, what: `bot_orders to be ${orders.rows[0].n}` },
    );
  });

  test('another strategy runs by the same means: paper equals backtest', async () => {
    const rest = await signUp('martingale');
    const settings = {
      strategy: 'martingale-ema',
      market: 'ETH-USDT',
      direction: 'short',
      balance: '5000',
      futures: { leverage: '5' },
      closeAtReturnPercent: '3',
    };
    const { body: report } = await rest.post<{ closedTrades: number; profit: string; fills: number }>(
      '/api/v1/backtests',
      { settings },
    );
    expect(report.fills).toBeGreaterThan(5);
    const { body: bot } = await rest.post<{ id: string }>('/api/v1/bots', { name: 'second', settings });
    await rest.post(`/api/v1/bots/${bot.id}/start`);
    const done = await until(
      async () => {
        const { body } = await rest.get<{ upToDate: boolean; closedTrades: number; profit: string; fills: number }>(
          `/api/v1/bots/${bot.id}/summary`,
        );
        return body.upToDate && body;
      },
      { withinMs: 60_000, everyMs: 200, what: 'the bot to have decided on every candle' },
    );
    expect(done).toMatchObject({ closedTrades: report.closedTrades, profit: report.profit, fills: report.fills });
  });

  test('a sweep reports its progress and its best settings; another one is cancelled', async () => {
    const rest = await signUp('sweeper');
    const sweep = {
      settings: SETTINGS,
      vary: [
        { setting: 'takeProfit.percent', values: ['0.1', '0.4', '0.8', '1.6'] },
        { setting: 'averagingOrders.count', values: [0, 2, 4] },
      ],
    };
    interface Swept {
      id: string;
      status: string;
      done: number;
      runs: number;
      results: { values: Record<string, unknown>; profit: string }[];
    }
    const { status, body: made } = await rest.post<Swept>('/api/v1/sweeps', sweep);
    expect(status).toBe(202);
    expect(made).toMatchObject({ status: 'waiting', combinations: 9, refused: 3, runs: 9 });
    const done = await until(
      async () => {
        const { body } = await rest.get<Swept>(`/api/v1/sweeps/${made.id}`);
        return body.status === 'done' && body;
      },
      { withinMs: 30_000, everyMs: 200, what: 'the sweep to be done' },
    );
    expect(done.results).toHaveLength(9);
    const alone = done.results.find(
      ({ values }) => values['averagingOrders.count'] === 4 && values['takeProfit.percent'] === '0.8',
    );
    const { body: report } = await rest.post<{ profit: string }>('/api/v1/backtests', { settings: SETTINGS });
    expect(alone?.profit).toBe(report.profit);

    const { body: second } = await rest.post<Swept>('/api/v1/sweeps', {
      ...sweep,
      walkForward: { trainCandles: 2_000, testCandles: 50 },
    });
    const { body: cancelled } = await rest.post<Swept>(`/api/v1/sweeps/${second.id}/cancel`);
    expect(['cancelled', 'done']).toContain(cancelled.status);
  });

  test('200 concurrent creates against a limit of 5 give exactly 5', async () => {
    const rest = await signUp('many');
    // All queue for one lock: on a busy machine some are told to come back, which is safe with a key.
    const create = (index: number) =>
      until(
        async () => {
          const body = { name: `bot ${index}`, settings: SETTINGS };
          const answer = await rest.send('POST', '/api/v1/bots', body, { 'Idempotency-Key': `bot-${index}` });
          const again = [409, 503, 504].includes(answer.status) && answer.headers.has('retry-after');
          return again ? undefined : answer;
        },
        { withinMs: 60_000, everyMs: 200, what: `an answer for bot ${index}` },
      );
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => create(index)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status === 402);
    expect(refused).toHaveLength(195);
    for (const { body } of refused) {
      expect(body).toMatchObject({ code: 'plan_limit_reached', feature: 'bots', limit: 5, used: 5, upgradeTo: 'pro' });
    }
  });

  test('an idempotency key makes a repeated create one bot', async () => {
    const rest = await signUp('twice');
    const create = (name = 'once') =>
      rest.post<{ id: string }>('/api/v1/bots', { name, settings: SETTINGS }, { 'idempotency-key': 'key-1' });
    const answers = await Promise.all([create(), create(), create()]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect((await create('other')).body).toMatchObject({ code: 'idempotency_key_reused', status: 422 });
    expect((await rest.get<Page<unknown>>('/api/v1/bots')).body.items).toHaveLength(1);
  });

  test('another organisation sees nothing: the same 404 as for an id that never was', async () => {
    const [mine, other] = [await signUp('mine'), await signUp('other')];
    const { body: bot } = await mine.post<{ id: string }>('/api/v1/bots', { name: 'b', settings: SETTINGS });
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/start'],
      ['POST', '/stop'],
      ['DELETE', ''],
      ['GET', '/trades'],
      ['GET', '/ledger'],
    ] as const) {
      const send = (id: string) => other.send(method, `/api/v1/bots/${id}${path}`, method === 'POST' ? {} : undefined);
      const [foreign, unknown] = await Promise.all([send(bot.id), send(crypto.randomUUID())]);
      expect(foreign.status).toBe(404);
      expect({ ...foreign.body, instance: '', traceId: '' }).toEqual({ ...unknown.body, instance: '', traceId: '' });
    }
    expect((await other.get<Page<unknown>>('/api/v1/bots')).body.items).toEqual([]);
  });

  test('API keys work, have only their scopes, and stop working when revoked', async () => {
    const rest = await signUp('keys');
    const { body } = await rest.post<{ id: string; key: string }>('/api/v1/api-keys', {
      name: 'ci',
      scopes: ['bots:read'],
    });
    const key = anonymous.as(body.key);
    expect((await key.get('/api/v1/bots')).status).toBe(200);
    expect((await key.post('/api/v1/bots', { name: 'x', settings: SETTINGS })).body).toMatchObject({
      code: 'forbidden',
      scope: 'bots:write',
    });
    await rest.send('DELETE', `/api/v1/api-keys/${body.id}`);
    await until(async () => (await key.get('/api/v1/bots')).status === 401, {
      withinMs: 2_000,
      what: 'the key to be dead',
    });
  });

  test('logging out ends the access token at once; refreshing twice gives the same successor', async () => {
    const { body } = await anonymous.post<{ accessToken: string; refreshToken: string }>('/api/v1/accounts', {
      email: 'leaver@example.com',
      password: 'correct horse battery',
      name: 'L',
    });
    const refresh = () =>
      anonymous.post<{ refreshToken: string }>('/api/v1/sessions/refresh', { refreshToken: body.refreshToken });
    const successors = await Promise.all(Array.from({ length: 20 }, refresh));
    expect(successors.every(({ status }) => status === 200)).toBe(true);
    expect(new Set(successors.map((answer) => answer.body.refreshToken)).size).toBe(1);
    const rest = anonymous.as(body.accessToken);
    expect((await rest.get('/api/v1/me')).status).toBe(200);
    expect((await rest.send('DELETE', '/api/v1/sessions/current')).status).toBe(204);
    await until(async () => (await rest.get('/api/v1/me')).status === 401, {
      withinMs: 2_000,
      what: 'the token to be dead',
    });
  });

  describe('bad input gets a precise problem', () => {
    let rest: Rest;
    beforeAll(async () => {
      rest = await signUp('garbage');
    });

    test.each<[string, unknown, Record<string, string>, number, string]>([
      ['no JSON', '{"a":', {}, 400, 'malformed_body'],
      ['an array', '[]', {}, 400, 'malformed_body'],
      ['an unknown field', { name: 'x', settings: SETTINGS, evil: 1 }, {}, 422, 'validation_failed'],
      ['a wrong type', { name: 1, settings: SETTINGS }, {}, 422, 'validation_failed'],
      ['1 MB', JSON.stringify({ name: 'x'.repeat(1_100_000) }), {}, 413, 'body_too_large'],
      ['20,000 levels', `{"name":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, {}, 400, 'malformed_body'],
      ['a poisoned prototype', '{"__proto__":{"a":1}}', {}, 422, 'validation_failed'],
      ['NUL in text', { name: 'a\0b', settings: SETTINGS }, {}, 422, 'validation_failed'],
      ['text/plain', 'hello', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
      ['an impossible bot', { name: 'x', settings: { ...SETTINGS, baseOrder: '1' } }, {}, 422, 'validation_failed'],
    ])('%s', async (_name, body, headers, status, code) => {
      expect((await rest.send('POST', '/api/v1/bots', body, headers)).body).toMatchObject({ status, code });
    });

    test('tokens that are not ours', async () => {
      for (const token of ['x', 'a.b.c', `tg_${'0'.repeat(48)}`, 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.']) {
        expect((await anonymous.as(token).get('/api/v1/bots')).body).toMatchObject({
          status: 401,
          code: 'unauthenticated',
        });
      }
      expect((await anonymous.get('/api/v1/bots')).status).toBe(401);
      expect((await rest.send('PUT', '/api/v1/bots', {})).status).toBe(405);
      expect((await rest.get('/api/v1/nothing')).status).toBe(404);
    });

    test('a server that cannot be reached, or may not be', async () => {
      const server = { name: 's', port: 1, database: 'd', user: 'u', password: 'canary-P4ssword' };
      const closed = await rest.post('/api/v1/servers', { ...server, host: '169.254.169.254' });
      expect(closed.body).toMatchObject({ status: 422, errors: [{ field: '/host' }] });
      const refused = await rest.post<{ checks?: { ok: boolean }[] }>('/api/v1/servers/test', {
        ...server,
        host: '127.0.0.1',
        tlsMode: 'disable',
      });
      expect(refused.status).toBeLessThan(500);
    });

    test('generated garbage at every operation never gives a 500', async () => {
      const mounted = operations().filter((operation) => operation.http && operation.scope !== 'operator');
      expect(mounted.length).toBeGreaterThan(50);
      const value = fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom('', '-1', '1e400', "' or 1=1--", '\ud800', '../../etc', null),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...mounted),
          fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
          fc.dictionary(
            fc.constantFrom('name', 'settings', 'limit', 'cursor', 'email', 'host', 'events', 'csv', 'x'),
            value,
            { maxKeys: 4 },
          ),
          async (operation, id, fields) => {
            const [method, path] = operation.http as [string, string];
            if (operation.name === 'sessions.logout') return;
            const url = path.replaceAll(/\{[^}]+\}/g, encodeURIComponent(id.toWellFormed()).replace(/^\.+$/, 'dots'));
            const withBody = method !== 'GET' && method !== 'DELETE';
            const query = withBody
              ? ''
              : `?limit=${encodeURIComponent(JSON.stringify(fields['limit'] ?? 1).slice(0, 50))}`;
            const answer = await rest.send(method, url + query, withBody ? JSON.stringify(fields) : undefined);
            if (answer.status >= 500) throw new Error(`${method} ${url}: ${JSON.stringify(answer.body)}`);
          },
        ),
        { numRuns: 400 },
      );
    });
  });

  test('every table is closed by row-level security, or says why it has no tenant', async () => {
    const faults = await withSuperuser(platform, async (client) => {
      const found = [];
      for (const schema of ['identity', 'billing', 'usage', 'monitor_agent', 'bot_executor', 'notifier']) {
        found.push(...(await uncoveredTables(client, schema)).map((fault) => ({ schema, ...fault })));
      }
      return found;
    });
    expect(faults).toEqual([]);
  });

  test('secrets are in no log, event or table', async () => {
    const password = 'canary-correct-horse';
    await anonymous.post('/api/v1/accounts', { email: 'canary@example.com', password, name: 'C' });
    await anonymous.post('/api/v1/sessions', { email: 'canary@example.com', password: `${password}-wrong` });
    const texts = [platform.log(), readFileSync(join(platform.dataDir, 'logs/tidegate.log'), 'utf8')];
    const rows = await withSuperuser(platform, (client) =>
      client.query('select body as t from identity.outbox union all select row_to_json(u)::text from identity.users u'),
    );
    texts.push(...rows.rows.map(({ t }) => t));
    expect(texts.filter((text) => text.includes('canary-correct-horse') || text.includes('canary-P4ssword'))).toEqual(
      [],
    );
    expect(statSync(join(platform.dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  test('documents, health and metrics', async () => {
    const { body } = await anonymous.get<{ openapi: string; paths: object }>('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths).length).toBeGreaterThan(40);
    const metrics = await anonymous.as(metricsToken(platform)).get('/metrics');
    if (platform.hidesMetrics) expect(metrics.status).toBe(404);
    else {
      const text = String(metrics.body['text']);
      expect(text).toContain('tidegate_http_request_duration_seconds');
      // In one process it has all consumers, and a cluster scales by just those.
      const consumers = [...text.matchAll(/^tidegate_consumer_lag_seconds\{consumer="([\w-]+)"/gm)].map(
        ([, name]) => name,
      );
      const scaledBy = readFileSync('deploy/k8s/rendered/ha.yaml', 'utf8').matchAll(/^ +consumer: (\S+)$/gm);
      if (consumers.length > 0) expect([...scaledBy].map(([, name]) => name).sort()).toEqual(consumers.sort());
    }
    expect((await anonymous.get('/health/live')).status).toBe(200);
    for (const path of ['/', '/docs', '/openapi.json', '/health/ready']) {
      expect((await anonymous.send('HEAD', path)).status).toBe(200);
    }
  });
}
