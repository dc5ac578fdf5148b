import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { currentUsage, ingestUsage, setUsageSettings, usageHistory } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
import { UsageHistory } from '../balances/usage-history.ts';
import { CorrectUsage } from '../corrections/correct-usage.ts';
import { UsageSettings } from '../entitlements/usage-settings.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { IngestUsage } from './ingest-usage.ts';

const METERS = ['count', 'unique', 'max', 'latest', 'time_weighted'] as const;
let usage: Fixture;
const noBus = undefined as never;
beforeAll(async () => {
  usage = await openUsage();
  const meters = METERS.map((aggregate) =>
    described(aggregate, { aggregate, value: aggregate === 'unique' ? 'data.visitor' : null }),
  );
  await usage.tenants.as({}, (tx) => saveMeters(tx, meters));
});
afterAll(() => usage.close());

async function newOrg(): Promise<string> {
  const orgId = newId();
  const grant = {
    kind: 'metered' as const,
    limit: null,
    per: 'month' as const,
    enforcement: 'soft' as const,
    ceiling: null,
  };
  const features = Object.fromEntries(METERS.map((meter) => [meter, grant]));
  await usage.storeSnapshot(entitlementsOf({ orgId, features, anchor: '2026-01-01T00:00:00.000Z' }));
  return orgId;
}
const send = (org: string, ...events: object[]) =>
  usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events }, org, 'service_key');
async function figures(org: string, meter: string): Promise<[used: number, hours: number]> {
  const { items } = await usage.call(new CurrentUsage(noBus), currentUsage, {}, org);
  const asked = { meter, granularity: 'hour' };
  const { total } = await usage.call(new UsageHistory(noBus), usageHistory, asked, org);
  return [items.find((one) => one.meter === meter)?.used ?? 0, total];
}
const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1_000).toISOString();

test('count: each event is one, whatever quantity it names', async () => {
  const org = await newOrg();
  const event = { meter: 'count', quantity: 50 };
  expect(await send(org, { ...event, id: 'a' }, { ...event, id: 'b' })).toMatchObject({ accepted: 2 });
  expect(await figures(org, 'count')).toEqual([2, 2]);
});

test('unique: each value counts once in its window, also when many arrive at once; events stay identified', async () => {
  const org = await newOrg();
  const visit = (id: string, value: string) => ({ id, meter: 'unique', value });
  await Promise.all(
    Array.from({ length: 10 }, (_, n) => send(org, visit(`a${n}`, 'ada'), visit(`b${n}`, `visitor-${n % 3}`))),
  );
  expect(await figures(org, 'unique')).toEqual([4, 4]);
  expect(await send(org, visit('a0', 'ada'), visit('a0', 'eve'))).toMatchObject({
    duplicates: 1,
    rejected: [{ index: 1, code: 'conflict' }],
  });
  const cloud = { specversion: '1.0', source: 's', type: 'unique' };
  const more = [
    { ...cloud, id: 'c1', data: { visitor: 'ada' } },
    { ...cloud, id: 'c2', data: { visitor: 7 } },
  ];
  expect(await send(org, ...more, { id: 'd', meter: 'unique' })).toMatchObject({
    accepted: 2,
    rejected: [{ index: 2, code: 'malformed' }],
  });
  expect(await figures(org, 'unique')).toEqual([5, 5]);
});

test('max: the largest value of the window; latest: that of the latest instant, in any order', async () => {
  const org = await newOrg();
  for (const [id, quantity, ago] of [
    ['a', 5, 30],
    ['b', 9, 20],
    ['c', 7, 10],
    ['a', 5, 30],
  ] as const) {
    await send(org, { id, meter: 'max', quantity, time: at(ago) });
  }
  expect(await figures(org, 'max')).toEqual([9, 9]);
  await send(
    org,
    { id: 'l1', meter: 'latest', quantity: 8, time: at(20) },
    { id: 'l2', meter: 'latest', quantity: 3, time: at(10) },
    { id: 'l3', meter: 'latest', quantity: 100, time: at(30) },
  );
  expect(await figures(org, 'latest')).toEqual([3, 3]);
  await send(org, { id: 'l2', meter: 'latest', quantity: 3, time: at(1) });
  await send(org, { id: 'l4', meter: 'latest', quantity: 0 });
  expect(await figures(org, 'latest')).toEqual([0, 0]);
});

test('what is out of time leaves nothing behind, and what cannot be counted or corrected is refused by name', async () => {
  const org = await newOrg();
  const old = new Date(Date.now() - 36 * 86_400_000).toISOString();
  const { rejected } = await send(
    org,
    { id: 'x', meter: 'unique', value: 'ada', time: old },
    { id: 't', meter: 'time_weighted', value: 'ada' },
    { id: 'v', meter: 'count', value: 'ada' },
    { id: 'z', meter: 'count', quantity: 0 },
  );
  expect(rejected.map(({ code }) => code)).toEqual(['too_old', 'malformed', 'malformed', 'malformed']);
  expect(await send(org, { id: 'y', meter: 'unique', value: 'ada' })).toMatchObject({ accepted: 1 });
  expect(await figures(org, 'unique')).toEqual([1, 1]);
  await send(org, { id: 'c', meter: 'count' });
  const asked = { id: 'c', action: 'amend', quantity: 2, reason: 'A test' };
  const refused = usage.call(new CorrectUsage(usage.writer(), noBus), correctUsage, asked, org, 'service_key');
  await expect(refused).rejects.toMatchObject({
    code: 'validation_failed',
    data: { errors: [{ field: '/action', message: expect.stringContaining('each is one') }] },
  });
});

test('the day in which the time zone changes is one: its largest value counts once, and what came again is not new', async () => {
  const orgId = newId();
  const grant = {
    kind: 'metered' as const,
    limit: null,
    per: 'day' as const,
    enforcement: 'soft' as const,
    ceiling: null,
  };
  const features = { max: grant, unique: grant };
  await usage.storeSnapshot(entitlementsOf({ orgId, features, anchor: '2026-01-01T00:00:00.000Z' }));
  const zone = (timeZone: string) => usage.call(new UsageSettings(noBus), setUsageSettings, { timeZone }, orgId);
  const used = async (meter: string) =>
    (await usage.call(new CurrentUsage(noBus), currentUsage, {}, orgId)).items.find((one) => one.meter === meter);
  const report = async (id: string) => {
    await send(orgId, { id: `m${id}`, meter: 'max', quantity: 80 }, { id: `u${id}`, meter: 'unique', value: 'ada' });
  };
  await report('0');
  const before = await used('max');
  for (const [index, timeZone] of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu'].entries()) {
    await zone(timeZone);
    await report(String(index + 1));
    const now = await used('max');
    // Unless the day is over meanwhile.
    if (now?.periodStart !== before?.periodStart) continue;
    expect([now?.used, (await used('unique'))?.used]).toEqual([80, 1]);
  }
});
