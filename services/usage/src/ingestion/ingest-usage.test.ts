import { readFileSync } from 'node:fs';
import { PLATFORM_METERS } from '@tidegate/contracts/usage/event';
import {
  currentUsage,
  getUsageSettings,
  ingestUsage,
  listMeters,
  setUsageSettings,
  usageHistory,
} from '@tidegate/contracts/usage/usage';
import fc from 'fast-check';
import { parse } from 'yaml';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
import { UsageHistory } from '../balances/usage-history.ts';
import { UsageSettings } from '../entitlements/usage-settings.ts';
import { ListMeters } from '../meters/list-meters.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { IngestUsage } from './ingest-usage.ts';

let usage: Fixture;
let handler: IngestUsage;
// The snapshots are stored here, so nobody asks billing over the bus.
const noBus = undefined as never;
beforeAll(async () => {
  usage = await openUsage();
  handler = new IngestUsage(usage.writer(), noBus);
});
afterAll(() => usage.close());

async function newOrg(given: Parameters<typeof snapshot>[0] = {}): Promise<string> {
  const entitlements = snapshot(given);
  await usage.storeSnapshot(entitlements);
  return entitlements.orgId;
}
const send = (org: string, ...events: unknown[]) => usage.call(handler, ingestUsage, { events }, org);
async function used(org: string, meter = 'calls') {
  const { items } = await usage.call(new CurrentUsage(noBus), currentUsage, {}, org);
  return items.find((item) => item.meter === meter);
}

test('accepted events are in the next answer of GET /usage', async () => {
  const org = await newOrg({ calls: 100 });
  expect(await send(org, { id: '1', meter: 'calls', quantity: 7 }, { id: '2', meter: 'calls' })).toEqual({
    accepted: 2,
    duplicates: 0,
    rejected: [],
  });
  expect(await used(org)).toMatchObject({ used: 8, limit: 100, remaining: 92, percent: 8, upgradeTo: 'pro' });
});

test('each event is judged on its own and reported by its index', async () => {
  const org = await newOrg();
  const old = new Date(Date.now() - 36 * 86_400_000).toISOString();
  const answer = await send(
    org,
    { id: 'a', meter: 'calls' },
    { id: 'a', meter: 'calls' },
    { id: 'b', meter: 'bananas' },
    { id: 'c', meter: 'calls', quantity: -1 },
    { id: 'd', meter: 'calls', time: old },
    { id: 'e', meter: 'calls', org: 'another' },
    'text',
    { id: 'a', meter: 'calls', quantity: 2 },
    { id: 'a', meter: 'calls', source: 'elsewhere' },
  );
  expect(answer).toMatchObject({ accepted: 2, duplicates: 1 });
  expect(answer.rejected.map(({ index, code }) => [index, code])).toEqual([
    [2, 'unknown_meter'],
    [3, 'malformed'],
    [4, 'too_old'],
    [5, 'malformed'],
    [6, 'malformed'],
    [7, 'conflict'],
  ]);
  expect(answer.rejected[1]?.message).toContain('quantity');
  expect(await used(org)).toMatchObject({ used: 2 });
});

test('resent events count once, even with another time; other organisations are separate', async () => {
  const [one, two] = [await newOrg(), await newOrg()];
  const event = { id: 'same', meter: 'calls', quantity: 3 };
  await send(one, event);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  expect(await send(one, { ...event, time: yesterday })).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(await send(two, event)).toMatchObject({ accepted: 1 });
  expect(await used(one)).toMatchObject({ used: 3 });
});

test('the same 20 events sent by 50 clients at once count once', async () => {
  const org = await newOrg();
  const events = Array.from({ length: 20 }, (_, index) => ({ id: `n${index}`, meter: 'calls' }));
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(org, ...events)));
  expect(answers.reduce((sum, answer) => sum + answer.accepted, 0)).toBe(20);
  expect(answers.reduce((sum, answer) => sum + answer.duplicates, 0)).toBe(980);
  expect(await used(org)).toMatchObject({ used: 20 });
});

test('no garbage fails a batch: every event is accepted, a duplicate, or rejected', async () => {
  const org = await newOrg();
  const wild = fc.oneof(
    fc.anything({ withNullPrototype: false }),
    fc.record(
      {
        id: fc.string(),
        meter: fc.constantFrom('calls', 'mails', '', 'x'),
        quantity: fc.oneof(fc.integer(), fc.double()),
      },
      { requiredKeys: [] },
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(wild, { minLength: 1, maxLength: 20 }), async (events) => {
      const sent = JSON.parse(JSON.stringify(events)) as unknown[];
      const { accepted, duplicates, rejected } = await send(org, ...sent);
      expect(accepted + duplicates + rejected.length).toBe(sent.length);
    }),
    { numRuns: 60 },
  );
});

test('a batch whose sum no number can hold is refused as a whole, with the reason', async () => {
  const org = await newOrg();
  await send(org, { id: '1', meter: 'calls' });
  await usage.tenants.run(org, (tx) => tx.query('update usage_balances set used = 9007199254740990'));
  await expect(send(org, { id: '2', meter: 'calls', quantity: 5 })).rejects.toMatchObject({
    code: 'validation_failed',
  });
  expect(await send(org, { id: '3', meter: 'mails', quantity: 5 })).toMatchObject({ accepted: 1 });
});

const historyOf = (org: string, input: object) =>
  usage.call(new UsageHistory(noBus), usageHistory, { meter: 'calls', ...input }, org);
const zoneOf = (org: string, timeZone: string) =>
  usage.call(new UsageSettings(noBus), setUsageSettings, { timeZone }, org);

test('the hours and days of a period add up to its balance, wherever in an hour it begins, and adjacent periods share nothing', async () => {
  // A sign-up some days ago, at an odd second: periods begin within an hour and within a day. Milliseconds do not count.
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const anchor = hour - 50 * 3_600_000 + 17 * 60_000 + 59_000;
  const org = await newOrg({ anchor: new Date(anchor + 999).toISOString() });
  const before = new Date(anchor).toISOString().replace('Z', '');
  const times = [
    // As far as JavaScript sees it is the last millisecond of the old period; rounded it would be the new one.
    `${new Date(anchor - 1).toISOString().slice(0, 23)}9999999Z`,
    `${before}Z`,
    `${before}0001Z`,
    new Date(anchor - 40 * 60_000).toISOString(),
    new Date(anchor + 40 * 60_000).toISOString(),
    new Date(hour).toISOString(),
  ];
  const events = times.map((time, index) => ({ id: `b${index}`, meter: 'calls', quantity: 10 ** index, time }));
  expect(await send(org, ...events)).toMatchObject({ accepted: 6 });
  const { periodStart = '', periodEnd = '' } = (await used(org)) ?? {};
  expect(periodStart).toBe(new Date(anchor).toISOString());
  expect(await used(org)).toMatchObject({ used: 110_110 });
  const from = new Date(anchor - 5 * 86_400_000).toISOString();
  for (const zone of ['UTC', 'Asia/Kolkata', 'America/St_Johns']) {
    await zoneOf(org, zone);
    for (const granularity of ['hour', 'day']) {
      const own = await historyOf(org, { granularity, from: periodStart, to: periodEnd });
      expect(own.total).toBe(110_110);
      expect(own.items[0]?.start).toBe(periodStart);
      expect((await historyOf(org, { granularity, from, to: periodStart })).total).toBe(1_001);
      expect((await historyOf(org, { granularity, from })).total).toBe(111_111);
    }
  }
});

test("days begin at midnight in the organisation's time zone, through daylight saving time and in half-hour zones", async () => {
  const org = await newOrg();
  expect(await usage.call(new UsageSettings(noBus), getUsageSettings, {}, org)).toEqual({ timeZone: 'UTC' });
  await zoneOf(org, 'Asia/Kolkata');
  const day = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 3 * 86_400_000;
  // Midnight in Kolkata is 18:30 UTC.
  const midnight = day + 18.5 * 3_600_000;
  await send(
    org,
    { id: '1', meter: 'calls', quantity: 1, time: new Date(midnight - 1).toISOString() },
    { id: '2', meter: 'calls', quantity: 10, time: new Date(midnight).toISOString() },
    { id: '3', meter: 'calls', quantity: 100, time: new Date(midnight + 86_400_000 - 1).toISOString() },
    { id: '4', meter: 'calls', quantity: 1_000, time: new Date(midnight + 86_400_000).toISOString() },
  );
  const range = { from: new Date(midnight - 1).toISOString(), to: new Date(midnight + 86_400_001).toISOString() };
  const days = await historyOf(org, range);
  expect(days).toMatchObject({ timeZone: 'Asia/Kolkata', total: 1_111 });
  expect(days.items.map(({ start, quantity }) => [start, quantity])).toEqual([
    [new Date(midnight - 86_400_000).toISOString(), 1],
    [new Date(midnight).toISOString(), 110],
    [new Date(midnight + 86_400_000).toISOString(), 1_000],
  ]);
  await zoneOf(org, 'Europe/Berlin');
  // The day on which summer time ends has 25 hours, the one on which it begins 23.
  const hours = async (from: string, to: string) => {
    const { items } = await historyOf(org, { from, to });
    return items
      .slice(1)
      .map(({ start }, index) => (Date.parse(start) - Date.parse(items[index]?.start ?? '')) / 3_600_000);
  };
  expect(await hours('2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z')).toEqual([24, 25]);
  expect(await hours('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')).toEqual([24, 23]);
  for (const timeZone of ['+01:00', 'EST', 'Europe/Atlantis', 'utc', '']) {
    await expect(zoneOf(org, timeZone)).rejects.toMatchObject({ code: 'validation_failed' });
  }
});

test('events of a meter that the plan lacks are refused like leases and count nothing; a meter of no plan stays unknown', async () => {
  const org = await newOrg();
  await usage.tenants.as({}, (tx) => saveMeters(tx, [described('scans')]));
  const answer = await send(
    org,
    { id: '1', meter: 'scans' },
    { id: '2', meter: 'calls' },
    { id: '3', meter: 'bananas' },
  );
  expect(answer).toMatchObject({
    accepted: 1,
    rejected: [
      { index: 0, code: 'not_included', message: expect.stringContaining('No plan of this organisation') },
      { index: 2, code: 'unknown_meter' },
    ],
  });
  expect(await used(org, 'scans')).toMatchObject({ included: false, used: 0 });
  // With a plan that has it the same event counts.
  const plan = snapshot({ orgId: org, version: 2 });
  await usage.storeSnapshot({ ...plan, features: { ...plan.features, scans: plan.features['mails'] as never } });
  expect(await send(org, { id: '1', meter: 'scans' })).toMatchObject({ accepted: 1 });
});

test('with force a service key counts what the plan lacks: it is shown as not included, and counts once', async () => {
  const org = await newOrg();
  await usage.tenants.as({}, (tx) => saveMeters(tx, [described('scans')]));
  const call = (kind: 'user' | 'service_key', force: boolean) => {
    const events = [
      { id: 'f', meter: 'scans', quantity: 3 },
      { id: 'g', meter: 'bananas' },
    ];
    return usage.call(new IngestUsage(usage.writer(), undefined as never), ingestUsage, { events, force }, org, kind);
  };
  await expect(call('user', true)).rejects.toMatchObject({ code: 'forbidden' });
  expect(await call('service_key', false)).toMatchObject({ accepted: 0, rejected: [{ code: 'not_included' }, {}] });
  const forced = { accepted: 1, rejected: [{ index: 1, code: 'unknown_meter' }] };
  expect(await call('service_key', true)).toMatchObject(forced);
  expect(await call('service_key', true)).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(await used(org, 'scans')).toMatchObject({ included: false, limit: 0, used: 3, percent: 100 });
});

test('history puts events into their hours and days, without gaps, and refuses unknown meters', async () => {
  const org = await newOrg();
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const at = (hoursBack: number) => new Date(hour - hoursBack * 3_600_000).toISOString();
  await send(
    org,
    { id: '1', meter: 'calls', quantity: 2, time: at(0) },
    { id: '2', meter: 'calls', quantity: 3, time: at(3) },
    { id: '3', meter: 'calls', quantity: 4, time: at(3) },
  );
  const history = (input: object) => historyOf(org, input);
  const hours = await history({ granularity: 'hour', from: at(4), to: new Date(hour + 3_600_000).toISOString() });
  expect(hours.items.map((item) => [item.quantity, item.events])).toEqual([
    [0, 0],
    [7, 2],
    [0, 0],
    [0, 0],
    [2, 1],
  ]);
  expect(hours.total).toBe(9);
  expect((await history({ from: at(72) })).total).toBe(9);
  await expect(history({ meter: 'bananas' })).rejects.toMatchObject({ code: 'unknown_meter' });
  expect((await usage.call(new ListMeters(), listMeters, {}, org)).items.map((meter) => meter.meter)).toContain(
    'calls',
  );
});

test('only the platform reports its own meters; the other events of the batch count', async () => {
  const org = await newOrg({ calls: 100 });
  const [first, ...others] = PLATFORM_METERS;
  const events = [
    { id: 'p', meter: first, quantity: 10_000 },
    { id: 'q', meter: 'calls' },
  ];
  expect(await send(org, ...events)).toEqual({
    accepted: 1,
    duplicates: 0,
    rejected: [{ index: 0, code: 'platform_meter', message: expect.stringContaining(first as string) }],
  });
  // Every meter that the catalogue as we ship it charges for.
  const { features } = parse(readFileSync('plans/tidegate.yaml', 'utf8')) as {
    features: Record<string, { kind: string }>;
  };
  const metered = Object.keys(features).filter((key) => features[key]?.kind === 'metered');
  expect([first, ...others].sort()).toEqual(metered.sort());
});
