import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listMarkets } from '@tidegate/contracts/bot-executor/markets';
import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { GatewayWorld } from '../../test/fixture.ts';
import { encodeNotes } from './call-notes.rules.ts';
import { RecoverCalls } from './recover-calls.loop.ts';
import { UsageReports } from './usage-reports.ts';

let world: GatewayWorld;
let folder: string;
beforeAll(async () => {
  world = await GatewayWorld.start({ RATE_LIMIT_PER_MINUTE: '1000000' });
  folder = join(world.settings.dataDir, 'api-calls');
});
afterAll(() => world.stop());
beforeEach(() => world.neighbours.on(listMarkets, () => ({ items: [] })));

const newKey = () => world.rest.as(world.accounts.newKey(newId(), ['bots:read']));
/** Longer than all tries of one message took in the outage that lost calls. */
const OUTAGE_MS = 11_000;

test('calls that were answered are counted after any outage of NATS, each once', async () => {
  const rest = newKey();
  for (let count = 0; count < 40; count += 1) expect((await rest.get('/api/v1/markets')).status).toBe(200);
  process.kill(world.nats.pid, 'SIGSTOP');
  const reports = world.host.get(UsageReports);
  const kept = reports.unsent();
  await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
  // What had arrived before may have been acknowledged a moment later.
  expect(reports.unsent()).toBeLessThanOrEqual(kept);
  process.kill(world.nats.pid, 'SIGCONT');
  await until(() => world.quota.used() === 40, { withinMs: 30_000 });
  await until(() => reports.unsent() === 0);
  expect(world.quota.used()).toBe(40);
});

test('an endless outage stores a bounded amount, and all of it is counted', async () => {
  const reports = world.host.get(UsageReports);
  const orgId = newId();
  const before = world.quota.used();
  const now = Date.now();
  for (let minute = 0; minute < 12_000; minute += 1) {
    void reports.count(orgId, minute % 3 === 0 ? newId() : '', '', now - (12_000 - minute) * 60_000);
  }
  expect(reports.unsent()).toBe(12_000);
  await until(() => world.quota.used() === before + 12_000);
});

test('each call is counted for its key, and ten thousand keys at once become a bounded number of events', async () => {
  const reports = world.host.get(UsageReports);
  const orgId = newId();
  const events: UsageEvent[] = [];
  const follow = world.nc.subscribe(`usage.${orgId}.>`, {
    callback: (_error, message) => void events.push(...(JSON.parse(message.string()) as UsageEvent[])),
  });
  await world.nc.flush();
  const lease = newId();
  const keys = Array.from({ length: 10_000 }, (_, at) => `k${String(at).padStart(9, '0')}`);
  for (const key of keys) void reports.count(orgId, lease, key);
  for (let call = 0; call < 5; call += 1) void reports.count(orgId, lease, keys[3] as string);
  const calls = () => events.reduce((sum, { quantity }) => sum + quantity, 0);
  await until(() => calls() === 10_005);
  follow.unsubscribe();
  expect(events.length).toBeLessThanOrEqual(1_001);
  expect(events.every((event) => event.lease === lease)).toBe(true);
  const of = (key: string | undefined) =>
    events.filter(({ apiKey }) => apiKey === key).reduce((sum, { quantity }) => sum + quantity, 0);
  expect([of(keys[3]), of(keys[999])]).toEqual([6, 1]);
  expect(of(undefined)).toBe(9_000);
});

test('a killed gateway leaves no call uncounted, none counted twice, and no lease', async () => {
  const before = world.quota.used();
  await world.stopGateway();
  const child = await world.spawnGateway();
  const [quiet, rest] = [newKey(), newKey()];
  let [sent, answered] = [0, 0];
  const client = async () => {
    for (;;) {
      sent += 1;
      const answer = await rest.get('/api/v1/markets').catch(() => undefined);
      if (answer?.status !== 200) return;
      answered += 1;
    }
  };
  const clients = Array.from({ length: 8 }, client);
  await until(() => answered > 300);
  for (let count = 0; count < 20; count += 1) expect((await quiet.get('/api/v1/markets')).status).toBe(200);
  child.kill('SIGKILL');
  await Promise.all(clients);
  await until(() => child.signalCode === 'SIGKILL');
  expect(readdirSync(folder)).not.toEqual([]);
  await world.startGateway();
  const counted = () => world.quota.used() - before;
  await until(() => counted() >= answered + 20);
  await until(() => readdirSync(folder).length === 0);
  // One call of each client may have been noted when the process died before answering.
  expect(counted()).toBeLessThanOrEqual(sent + 20);
  // One that was lent while the process died, and paid for nothing, reached nobody who could return it: it expires.
  const kept = () => [...world.quota.leases.values()].filter(({ returned }) => !returned);
  await until(() => kept().every(({ counted: paid }) => paid === 0));
  expect(kept().length).toBeLessThanOrEqual(1);
  await until(() => world.quota.reserved() === kept().reduce((sum, { granted }) => sum + granted, 0));
});

describe('of a dead writer', () => {
  test('the key of a call is in the journal, and lines of a version without keys count as well', async () => {
    const writer = crypto.randomUUID().replaceAll('-', '');
    const [orgId, key] = [newId(), 'aaaaaaaaaa'];
    const events: UsageEvent[] = [];
    const follow = world.nc.subscribe(`usage.${orgId}.>`, {
      callback: (_error, message) => void events.push(...(JSON.parse(message.string()) as UsageEvent[])),
    });
    await world.nc.flush();
    const at = Date.now();
    mkdirSync(folder, { recursive: true });
    const text = encodeNotes([
      [orgId, '', at, 2, key],
      [orgId, '', at, 3],
      [orgId, '', at, 4, key],
    ]);
    writeFileSync(join(folder, `${writer}-1.calls`), text);
    await world.host.get(RecoverCalls).turn({ signal: new AbortController().signal });
    await until(() => events.length === 2);
    follow.unsubscribe();
    expect(Object.fromEntries(events.map(({ apiKey = 'none', quantity }) => [apiKey, quantity]))).toEqual({
      ...{ [key]: 6, none: 3 },
    });
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  const note = (calls: number) => encodeNotes([[newId(), '', Date.now(), calls]]);
  const [first, second] = [note(2), note(3)];
  test.each([
    ['is cut off in its last line', `${first}${second.slice(0, -20)}`, 2],
    ['has a flipped bit', `${first.replace('"gateway"', '').replace(/\d,/, 'x,')}${second}`, 3],
    ['begins with zeros', `${'\0'.repeat(5_000)}\n${second}`, 3],
    ['has a line without end', `${first}${'x'.repeat(300_000)}\n${second}`, 5],
    ['is no journal at all', '{"a":1}\nnull\n[]\n0 \n', 0],
    ['is empty', '', 0],
    ['is whole', `${first}${second}`, 5],
  ])('a segment that %s does not affect the others', async (_what, content, calls) => {
    const writer = crypto.randomUUID().replaceAll('-', '');
    mkdirSync(folder, { recursive: true });
    // A folder cannot be read as a file.
    mkdirSync(join(folder, `${writer}-1.calls`));
    writeFileSync(join(folder, `${writer}-2.calls`), content);
    writeFileSync(join(folder, `${writer}-3.calls`), note(10));
    const before = world.quota.used();
    const recover = world.host.get(RecoverCalls);
    await recover.turn({ signal: new AbortController().signal });
    await until(() => world.quota.used() >= before + 10 + calls);
    expect(world.quota.used()).toBe(before + 10 + calls);
    expect(readdirSync(folder).filter((name) => name.startsWith(writer))).toEqual([`${writer}-1.calls`]);
  });

  test('a segment that has already arrived is counted once, however often it is reported', async () => {
    const writer = crypto.randomUUID().replaceAll('-', '');
    const path = join(folder, `${writer}-7.calls`);
    writeFileSync(path, note(4));
    const content = readFileSync(path);
    const before = world.quota.used();
    for (let time = 0; time < 2; time += 1) {
      writeFileSync(path, content);
      await world.host.get(RecoverCalls).turn({ signal: new AbortController().signal });
    }
    await until(() => world.quota.used() >= before + 4);
    expect(world.quota.used()).toBe(before + 4);
  });
});
