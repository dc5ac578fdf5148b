import type { ServiceState } from '@tidegate/contracts/kernel/service-state';
import { noteStates, readStatus } from '@tidegate/contracts/notifier/incidents';
import type { Bus } from '@tidegate/messaging/bus';
import Fastify from 'fastify';
import { mountStatus } from './mount-status.ts';
import { PlatformStatusLoop } from './platform-status.loop.ts';
import { judge } from './states.rules.ts';

const fine: ServiceState = {
  version: '1',
  startedAt: '2026-11-29T00:00:00.000Z',
  consumers: [{ name: 'a', lagSeconds: 1 }],
  outbox: { messages: 0, lagSeconds: 0 },
  work: [],
  deadLetters: 0,
};

test.each([
  ['answers in time', fine, 0, 'operational'],
  ['does not answer once: it may be restarted', null, 1, undefined],
  ['does not answer twice', null, 2, 'down'],
  ['sends its events late', { ...fine, outbox: { messages: 9, lagSeconds: 61 } }, 0, 'degraded'],
  ['handles events late', { ...fine, consumers: [{ name: 'a', lagSeconds: 90 }] }, 0, 'degraded'],
  ['is late with its bots', { ...fine, work: [{ name: 'runs', lateSeconds: 601 }] }, 0, 'degraded'],
] as const)('a service that %s', (_what, state, misses, expected) => {
  expect(judge(state as ServiceState | null, misses)).toBe(expected);
});

const incident = {
  id: '01a1fc74-aa6c-7038-93e8-a50fed220b3c',
  title: 'Payments <b>fail</b> & more',
  components: ['billing' as const],
  state: 'identified' as const,
  startedAt: '2026-11-29T09:00:00.000Z',
  resolvedAt: null,
  updates: [{ at: '2026-11-29T09:05:00.000Z', state: 'identified' as const, text: 'Found "it"\u0000' }],
};

/** Services of which some are away. */
function world() {
  const away = new Set<string>();
  const noted: unknown[] = [];
  const bus = {
    call: async (operation: { service: string }, input: unknown) => {
      if (away.has(operation.service)) throw new Error('away');
      if (operation === noteStates) noted.push(input);
      return operation === readStatus ? { incidents: [incident], days: [] } : fine;
    },
  } as unknown as Bus;
  return { away, noted, status: new PlatformStatusLoop(bus) };
}

test('the last that is known stays while nothing answers, and what changed is noted afterwards', async () => {
  const { away, noted, status } = world();
  await status.turn();
  expect(status.current()).toMatchObject({ state: 'operational', incidents: [incident] });
  noted.length = 0;
  for (const service of ['identity', 'billing', 'usage', 'monitor-agent', 'bot-executor', 'notifier'])
    away.add(service);
  await status.turn();
  expect(status.current().state).toBe('operational');
  await status.turn();
  expect(status.current()).toMatchObject({ state: 'down', incidents: [incident] });
  expect(noted).toEqual([]);
  away.clear();
  await status.turn();
  expect(status.current().state).toBe('operational');
  const [sent] = noted as { changes: { component: string; state: string }[] }[];
  expect(sent?.changes.filter(({ component }) => component === 'billing').map(({ state }) => state)).toEqual([
    'down',
    'operational',
  ]);
});

test('page, JSON and feed: cacheable, for everybody, and what an operator writes stays text', async () => {
  const { status } = world();
  await status.turn();
  const fastify = Fastify();
  mountStatus(fastify, {
    current: () => status.current(),
    name: 'Harbour <Cloud>',
    publicUrl: 'https://harbour.example',
  });
  const page = await fastify.inject('/status');
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'public, max-age=15, stale-if-error=3600',
  });
  expect(page.headers['set-cookie']).toBeUndefined();
  expect(page.body).toContain('Payments &#60;b&#62;fail&#60;/b&#62; &#38; more');
  expect(page.body).not.toContain('<script');
  expect(page.body).not.toContain('\u0000');
  const again = await fastify.inject({ url: '/status', headers: { 'if-none-match': String(page.headers['etag']) } });
  expect([again.statusCode, again.body]).toEqual([304, '']);
  const inGerman = await fastify.inject({ url: '/status', headers: { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' } });
  expect(inGerman.body).toContain('<html lang="de">');
  expect(inGerman.body).toContain('100 % verfügbar in 90 Tagen');
  expect(inGerman.headers['etag']).not.toBe(page.headers['etag']);
  expect(inGerman.headers['vary']).toContain('accept-language');
  const elsewhere = await fastify.inject({
    url: '/status',
    headers: { 'accept-language': `${'fr,'.repeat(5_000)}de` },
  });
  expect(elsewhere.body).toContain('<html lang="en">');
  const json = (await fastify.inject('/status.json')).json();
  expect(json).toMatchObject({ state: 'operational', incidents: [{ id: incident.id }] });
  expect(json.components.map((one: { name: string }) => one.name)).toEqual([
    'api',
    'billing',
    'usage',
    'monitoring',
    'trading',
    'notifications',
  ]);
  const feed = (await fastify.inject('/status.atom')).body;
  expect(feed).toContain(`<id>urn:uuid:${incident.id}</id>`);
  expect(feed).toContain('<updated>2026-11-29T09:05:00.000Z</updated>');
});
