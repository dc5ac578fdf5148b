import type { ServiceState } from '@tidegate/contracts/kernel/service-state';
import { noteStates, readStatus } from '@tidegate/contracts/notifier/incidents';
import type { Bus } from '@tidegate/messaging/bus';
import type { Wakes } from '@tidegate/runtime/wakes';
import Fastify from 'fastify';
import { mountStatus } from './mount-status.ts';
import { PlatformStatusLoop } from './platform-status.loop.ts';
import { follow, judge, type Known } from './states.rules.ts';

const fine: ServiceState = {
  version: '1',
  startedAt: '2026-11-29T00:00:00.000Z',
  consumers: [{ name: 'a', lagSeconds: 1 }],
  outbox: { messages: 0, lagSeconds: 0 },
  work: [],
  deadLetters: 0,
};

test.each([
  ['answers in time', fine, 'operational'],
  ['does not answer', null, 'down'],
  ['sends its events late', { ...fine, outbox: { messages: 9, lagSeconds: 61 } }, 'degraded'],
  ['handles events late', { ...fine, consumers: [{ name: 'a', lagSeconds: 90 }] }, 'degraded'],
  ['is late with its bots', { ...fine, work: [{ name: 'runs', lateSeconds: 601 }] }, 'degraded'],
] as const)('a service that %s', (_what, state, expected) => {
  expect(judge(state as ServiceState | null)).toBe(expected);
});

const late = { ...fine, outbox: { messages: 9, lagSeconds: 61 } };
const asked = (...answers: (ServiceState | null)[]) => {
  let known: Known | undefined;
  return answers.map((said, at) => {
    known = follow(known, said, at);
    return `${known.state} since ${known.since}`;
  });
};

test('down is told after three questions, and dated from the first of them', () => {
  expect(asked(fine, null, null, null)).toEqual([
    'operational since 0',
    'operational since 0',
    'operational since 0',
    'down since 1',
  ]);
  expect(asked(fine, null, null, fine, null, null, fine).at(-1)).toBe('operational since 0');
});

test('one that comes and goes stays down until it has answered three times in a row', () => {
  const flapping = asked(fine, null, null, null, fine, null, fine, fine, null, fine, fine, fine);
  expect([...new Set(flapping)]).toEqual(['operational since 0', 'down since 1', 'operational since 9']);
  expect(flapping.at(-2)).toBe('down since 1');
});

test('late is told at once, and better only when it stays so', () => {
  expect(asked(fine, late, fine, late, fine, fine, fine)).toEqual([
    'operational since 0',
    ...Array.from({ length: 5 }, () => 'degraded since 1'),
    'operational since 4',
  ]);
  expect(asked(fine, null, null, null, late, late, late).at(-1)).toBe('degraded since 4');
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
  const record: { since: string | null | undefined } = { since: undefined };
  const woken: string[] = [];
  const unanswered: (() => void)[] = [];
  const wakes = { rouse: (loop: string) => void woken.push(loop) } as unknown as Wakes;
  const bus = {
    onUnanswered: (listener: () => void) => void unanswered.push(listener),
    call: async (operation: { service: string }, input: unknown) => {
      if (away.has(operation.service)) throw new Error('away');
      if (operation === noteStates) noted.push(input);
      return operation === readStatus ? { incidents: [incident], days: [], recordedSince: record.since } : fine;
    },
  } as unknown as Bus;
  const silence = () => {
    for (const listener of unanswered) listener();
  };
  return { away, noted, record, woken, silence, status: new PlatformStatusLoop(bus, wakes) };
}

test('the last that is known stays while nothing answers, and what changed is noted afterwards', async () => {
  const { away, noted, status } = world();
  await Promise.all([status.turn(), status.read()]);
  expect(status.current()).toMatchObject({ state: 'operational', incidents: [incident] });
  noted.length = 0;
  for (const service of ['identity', 'billing', 'usage', 'monitor-agent', 'bot-executor', 'notifier'])
    away.add(service);
  for (const expected of ['operational', 'operational', 'down']) {
    await Promise.all([status.turn(), status.read()]);
    expect(status.current()).toMatchObject({ state: expected, incidents: [incident] });
  }
  expect(noted).toEqual([]);
  away.clear();
  for (const expected of ['down', 'down', 'operational']) {
    await status.turn();
    expect(status.current().state).toBe(expected);
  }
  const sent = noted as { changes: { component: string; state: string }[] }[];
  const ofBilling = sent.flatMap(({ changes }) => changes).filter(({ component }) => component === 'billing');
  expect(ofBilling.map(({ state }) => state)).toEqual(['down', 'operational']);
});

test('while all is well nobody is asked more often; what does not answer is asked again soon', async () => {
  const { away, status } = world();
  expect(await Promise.all([status.turn(), status.read()])).toEqual([undefined, undefined]);
  away.add('notifier');
  expect(await Promise.all([status.turn(), status.read()])).toEqual([5_000, 5_000]);
  away.clear();
  expect(await Promise.all([status.turn(), status.read()])).toEqual([undefined, undefined]);
});

test('it is noted that somebody looks, also when nothing changes; after a pause of the process from when on, and which states', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  const { noted, status } = world();
  const begun = Date.now();
  for (let turns = 0; turns < 10; turns += 1) {
    await status.turn();
    vi.advanceTimersByTime(30_000);
  }
  const from = (ms: number) => new Date(ms).toISOString();
  const changes = (length: number) => expect.objectContaining({ length });
  expect(noted).toEqual([
    { changes: changes(6), watchedFrom: from(begun) },
    { changes: [], watchedFrom: from(begun) },
    { changes: [], watchedFrom: from(begun) },
  ]);
  noted.length = 0;
  // The machine was suspended for an hour.
  vi.setSystemTime(Date.now() + 3_600_000);
  const woken = Date.now();
  await status.turn();
  expect(noted).toEqual([{ changes: changes(6), watchedFrom: from(woken) }]);
  vi.useRealTimers();
});

test('days of which nothing is recorded are not shown as good ones', async () => {
  const { record, status } = world();
  const days = async (since: string | null | undefined, language = 'en') => {
    record.since = since;
    await Promise.all([status.turn(), status.read()]);
    const fastify = Fastify();
    mountStatus(fastify, { current: () => status.current(), name: 'x', publicUrl: 'https://x.example' });
    const { body } = await fastify.inject({ url: '/status', headers: { 'accept-language': language } });
    const [first = ''] = body.split('<small>').slice(1);
    return [body.match(/<i class="unknown"/g)?.length ?? 0, first.slice(0, first.indexOf('<'))];
  };
  const ago = (count: number) => new Date(Date.now() - count * 86_400_000).toISOString();
  expect(await days(null)).toEqual([6 * 89, '100 % available today']);
  expect(await days(ago(9), 'de')).toEqual([6 * 80, '100 % verfügbar in 10 Tagen']);
  expect(await days(ago(200))).toEqual([0, '100 % available in 90 days']);
  expect(await days(undefined)).toEqual([0, '100 % available in 90 days']);
});

test('a call that nobody answers has the states asked for, and thousands of them not more often', async () => {
  const { woken, silence, status } = world();
  silence();
  expect(woken).toEqual(['platform-status']);
  await status.turn();
  for (let times = 0; times < 1_000; times += 1) silence();
  expect(woken).toHaveLength(1);
});

test('an incident is on the page as soon as it is read, also twice in one millisecond', async () => {
  const { status } = world();
  const fastify = Fastify();
  mountStatus(fastify, { current: () => status.current(), name: 'x', publicUrl: 'https://x.example' });
  expect((await fastify.inject('/status.json')).json().incidents).toEqual([]);
  await status.read();
  expect((await fastify.inject('/status.json')).json().incidents).toHaveLength(1);
});

test('page, JSON and feed: cacheable, for everybody, and what an operator writes stays text', async () => {
  const { status } = world();
  await Promise.all([status.turn(), status.read()]);
  const fastify = Fastify();
  mountStatus(fastify, {
    current: () => status.current(),
    name: 'Harbour <Cloud>',
    publicUrl: 'https://harbour.example',
  });
  const page = await fastify.inject('/status');
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'public, max-age=2, stale-if-error=3600',
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
