import { readFileSync } from 'node:fs';
import { PLATFORM_METERS } from '@tidegate/contracts/usage/event';
import { currentUsage, ingestUsage, listMeters, usageHistory } from '@tidegate/contracts/usage/usage';
import fc from 'fast-check';
import { parse } from 'yaml';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
import { UsageHistory } from '../balances/usage-history.ts';
import { ListMeters } from '../meters/list-meters.ts';
import { IngestUsage } from './ingest-usage.ts';

let usage: Fixture;
let handler: IngestUsage;
// The accounts are known here, so nobody asks billing over the bus.
const noBus = undefined as never;
beforeAll(async () => {
  usage = await openUsage();
  handler = new IngestUsage(usage.writer(), noBus);
});
afterAll(() => usage.close());

async function newOrg(given: Parameters<typeof snapshot>[0] = {}): Promise<string> {
  const account = snapshot(given);
  await usage.saveAccount(account);
  return account.orgId;
}
const send = (org: string, ...events: unknown[]) => usage.call(handler, ingestUsage, { events }, org);
async function used(org: string, meter = 'calls') {
  const { items } = await usage.call(new CurrentUsage(noBus), currentUsage, {}, org);
  return items.find((item) => item.meter === meter);
}

test('what was accepted is in the next answer of GET /usage', async () => {
  const org = await newOrg({ calls: 100 });
  expect(await send(org, { id: '1', meter: 'calls', quantity: 7 }, { id: '2', meter: 'calls' })).toEqual({
    accepted: 2,
    duplicates: 0,
    rejected: [],
  });
  expect(await used(org)).toMatchObject({ used: 8, limit: 100, remaining: 92, percent: 8, upgradeTo: 'pro' });
});

test('each event is judged by itself and named by its place', async () => {
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

test('sent again, also with another time, nothing counts twice; other organisations are separate', async () => {
  const [one, two] = [await newOrg(), await newOrg()];
  const event = { id: 'same', meter: 'calls', quantity: 3 };
  await send(one, event);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  expect(await send(one, { ...event, time: yesterday })).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(await send(two, event)).toMatchObject({ accepted: 1 });
  expect(await used(one)).toMatchObject({ used: 3 });
});

test('50 clients that send the same 20 events at once are counted once', async () => {
  const org = await newOrg();
  const events = Array.from({ length: 20 }, (_, index) => ({ id: `n${index}`, meter: 'calls' }));
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(org, ...events)));
  expect(answers.reduce((sum, answer) => sum + answer.accepted, 0)).toBe(20);
  expect(answers.reduce((sum, answer) => sum + answer.duplicates, 0)).toBe(980);
  expect(await used(org)).toMatchObject({ used: 20 });
});

test('no garbage fails a batch: everything is accepted, a duplicate or rejected', async () => {
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

test('a sum that no number can hold is refused as a whole, with the reason', async () => {
  const org = await newOrg();
  await send(org, { id: '1', meter: 'calls' });
  await usage.tenants.run(org, (tx) => tx.query('update usage_balances set used = 9007199254740990'));
  await expect(send(org, { id: '2', meter: 'calls', quantity: 5 })).rejects.toMatchObject({
    code: 'validation_failed',
  });
  expect(await send(org, { id: '3', meter: 'mails', quantity: 5 })).toMatchObject({ accepted: 1 });
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
  const history = (input: object) => usage.call(new UsageHistory(), usageHistory, { meter: 'calls', ...input }, org);
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

test('what the platform counts is reported by nobody else, and those around it count', async () => {
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
  const { features } = parse(readFileSync('plans/default.yaml', 'utf8')) as {
    features: Record<string, { kind: string }>;
  };
  const metered = Object.keys(features).filter((key) => features[key]?.kind === 'metered');
  expect([first, ...others].sort()).toEqual(metered.sort());
});
