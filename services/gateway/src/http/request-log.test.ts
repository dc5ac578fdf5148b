import { listMarkets } from '@tidegate/contracts/bot-executor/markets';
import { unavailable } from '@tidegate/contracts/kernel/problem';
import { alsoTo, setLogLevel } from '@tidegate/telemetry/log';
import { until } from '@tidegate/testing/until';
import { PASSWORD } from '../../test/accounts.ts';
import { GatewayWorld } from '../../test/fixture.ts';

let world: GatewayWorld;
const lines: Record<string, unknown>[] = [];
beforeAll(async () => {
  world = await GatewayWorld.start({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000' });
  alsoTo({ write: (line) => lines.push(JSON.parse(line)) });
  // The platform's log lines do not appear in the output of the tests.
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  setLogLevel('info');
});
afterAll(async () => {
  await world.stop();
});
beforeEach(() => {
  lines.length = 0;
});

const logged = (traceId: string | null) => until(() => lines.find((line) => line['traceId'] === traceId));

test('a failed request is one line with its trace, route, caller and reason, and no secrets', async () => {
  const sessionId = world.accounts.newSession();
  const token = await world.accounts.accessToken(sessionId);
  const answer = await world.rest.as(token).get('/api/v1/bots?nonsense=SECRET-QUERY');
  const line = await logged(answer.headers.get('trace-id'));
  expect(line).toMatchObject({
    level: 'info',
    service: 'gateway',
    msg: 'Request',
    method: 'GET',
    route: '/api/v1/bots',
    status: 422,
    code: 'validation_failed',
    address: '127.0.0.1',
    userId: world.accounts.sessions.get(sessionId)?.userId,
    orgId: world.accounts.sessions.get(sessionId)?.orgId,
    ms: expect.any(Number),
  });
  const text = JSON.stringify(lines);
  expect(text).not.toContain(token);
  expect(text).not.toContain('SECRET-QUERY');
});

test('log-ins are logged, failed ones so that fail2ban finds their address', async () => {
  const login = (password: string) => world.rest.post('/api/v1/sessions', { email: 'ada@example.com', password });
  const failed = await logged((await login('wrong wrong wrong')).headers.get('trace-id'));
  // The filter that docs/operations.md shows.
  expect(JSON.stringify(failed)).toMatch(/"address":"127\.0\.0\.1".*"msg":"Log-in failed"/);
  expect(await logged((await login(PASSWORD)).headers.get('trace-id'))).toMatchObject({
    msg: 'Logged in',
    status: 201,
  });
});

test('successes are logged only at debug, an outage logs no error per request, and a flood does not fill the disk', async () => {
  const rest = await world.as(world.accounts.newSession());
  for (let count = 0; count < 5; count += 1) await rest.get('/api/v1/markets');
  expect(lines).toEqual([]);
  world.neighbours.on(listMarkets, () => {
    throw unavailable({});
  });
  // All of them in one second, however long this machine takes: so many lines a second are allowed.
  const second = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 1_000);
  await Promise.all(Array.from({ length: 200 }, () => rest.get('/api/v1/markets')));
  second.mockRestore();
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  expect(lines.length).toBeGreaterThan(20);
  // Fifty a second, and how many are left out; a slow machine needs several seconds for all of them.
  const perSecond = Object.values(Object.groupBy(lines, ({ time }) => String(time).slice(0, 19)));
  expect(Math.max(...perSecond.map((some) => some?.length ?? 0))).toBeLessThan(60);
});

test('a proxy that TRUST_PROXY does not name is reported, loudly and once', async () => {
  for (let count = 0; count < 3; count += 1) {
    await world.rest.send('GET', '/api/v1/billing/plans', undefined, { 'x-forwarded-for': '203.0.113.9' });
  }
  const said = lines.filter(({ msg }) => String(msg).includes('TRUST_PROXY'));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatchObject({ level: 'error', msg: expect.stringContaining('Fix: TRUST_PROXY=127.0.0.1') });
});
