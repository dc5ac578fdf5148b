import { checkEntitlement } from '@tidegate/contracts/usage/check';
import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { takeLease } from '@tidegate/contracts/usage/leases';
import { usageLimits } from '@tidegate/contracts/usage/limits';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import { listUsageEvents } from '@tidegate/contracts/usage/recorded';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { currentUsage, ingestUsage, usageHistory } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
import { SumUsage } from '../balances/sum-usage.ts';
import { UsageHistory } from '../balances/usage-history.ts';
import { UsageLimits } from '../balances/usage-limits.ts';
import { CheckEntitlement } from '../checks/check-entitlement.ts';
import { CorrectUsage } from '../corrections/correct-usage.ts';
import { TakeLease } from '../leases/take-lease.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { IngestUsage } from './ingest-usage.ts';
import { ListEvents } from './list-events.ts';

let usage: Fixture;
const noBus = undefined as never;
beforeAll(async () => {
  usage = await openUsage();
  const meters = [
    described('cost', { decimals: 6, value: 'data.usd' }),
    described('peak', { aggregate: 'max', decimals: 1 }),
  ];
  await usage.tenants.as({}, (tx) => saveMeters(tx, meters));
});
afterAll(() => usage.close());

async function newOrg(limit: number | null = null): Promise<string> {
  const grant = {
    kind: 'metered' as const,
    limit,
    per: 'month' as const,
    enforcement: 'hard' as const,
    ceiling: limit,
  };
  const features = { cost: grant, peak: { ...grant, limit: null, ceiling: null }, later: grant, calls: grant };
  return usage.arrive(entitlementsOf({ orgId: newId(), features, anchor: '2026-01-01T00:00:00.000Z' }));
}
const send = (org: string, ...events: object[]) =>
  usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events }, org, 'service_key');
const check = (org: string, quantity: unknown, more: object = {}) =>
  usage.call(
    new CheckEntitlement(usage.tenants, usage.lend(), noBus),
    checkEntitlement,
    { feature: 'cost', quantity, ...more },
    org,
  );
const current = async (org: string, meter = 'cost') =>
  (await usage.call(new CurrentUsage(noBus), currentUsage, {}, org)).items.find((one) => one.meter === meter);

test('decimals are counted exactly, as numbers, as text and in CloudEvents, and shown as they are everywhere', async () => {
  const org = await newOrg(1);
  const cloud = { specversion: '1.0', source: 'default', type: 'cost' };
  const answer = await send(
    org,
    { id: 'a', meter: 'cost', quantity: 0.1 },
    { id: 'b', meter: 'cost', quantity: '0.2' },
    { ...cloud, id: 'c', data: { usd: '0.000001' } },
    { ...cloud, id: 'd', data: { usd: 0.000002 } },
    { id: 'b', meter: 'cost', quantity: 0.2 },
    { id: 'b', meter: 'cost', quantity: 0.3 },
  );
  expect(answer).toMatchObject({ accepted: 4, duplicates: 1, rejected: [{ index: 5, code: 'conflict' }] });
  expect(await current(org)).toMatchObject({ used: 0.300003, remaining: 0.699997, limit: 1, percent: 30, decimals: 6 });
  const { items } = await usage.call(new UsageLimits(noBus), usageLimits, {}, org);
  expect(items.find(({ feature }) => feature === 'cost')).toMatchObject({ used: 0.300003, remaining: 0.699997 });
  const history = await usage.call(new UsageHistory(noBus), usageHistory, { meter: 'cost' }, org);
  expect(history).toMatchObject({ total: 0.300003 });
  const events = await usage.call(new ListEvents(), listUsageEvents, { meter: 'cost' }, org);
  expect(events.items.map(({ quantity }) => quantity).sort()).toEqual([0.000001, 0.000002, 0.1, 0.2]);
  const span = { meter: 'cost', from: '2026-01-01T00:00:00.000Z', to: new Date(Date.now() + 3_600_000).toISOString() };
  const beyond = { ...span, beyond: { limit: 0, per: 'day' } };
  const sums = await usage.call(
    new SumUsage(usage.tenants),
    sumUsage,
    { spans: [span, beyond, { ...span, meter: 'calls' }] },
    org,
    'service',
  );
  expect(sums).toEqual({ sums: [300_003, 300_003, 0], decimals: [6, 6, 0] });
});

test('what a meter cannot hold exactly is refused by name and counts nothing', async () => {
  const org = await newOrg();
  const odd = [
    0.1 * 3,
    1e-13,
    '0.0000001',
    'NaN',
    '1e3',
    '0x10',
    2 ** 53 + 1,
    '9007199254740993',
    -1,
    '-1',
    0,
    '0.000000',
    ' 1',
  ];
  const { accepted, rejected } = await send(
    org,
    ...odd.map((quantity, n) => ({ id: `${n}`, meter: 'cost', quantity })),
  );
  expect([accepted, rejected.length]).toEqual([0, odd.length]);
  expect(rejected.every(({ code, message }) => code === 'malformed' && message.startsWith('quantity'))).toBe(true);
  const whole = await send(
    org,
    { id: 'w', meter: 'calls', quantity: 0.5 },
    { id: 'p', meter: 'peak', quantity: '7.55' },
  );
  expect(whole.rejected.map(({ message }) => message)).toEqual([
    'quantity: a whole number up to 1000000000',
    'quantity: a number up to 1000000000 with at most 1 digits behind the point',
  ]);
  expect(await current(org)).toMatchObject({ used: 0 });
});

test('ten thousand times 0.0001 is 1, and the largest quantities are exact', async () => {
  const org = await newOrg();
  for (let part = 0; part < 10; part += 1) {
    const events = Array.from({ length: 1_000 }, (_, n) => ({ id: `${part}-${n}`, meter: 'cost', quantity: 0.0001 }));
    expect(await send(org, ...events)).toMatchObject({ accepted: 1_000 });
  }
  expect(await current(org)).toMatchObject({ used: 1 });
  await send(org, { id: 'x', meter: 'cost', quantity: '999999999.999999' }, { id: 'y', meter: 'cost', quantity: 1e9 });
  expect(await current(org)).toMatchObject({ used: 2_000_000_000.999999 });
});

test('a check decides to the last digit, and the limit that is reached is announced in units', async () => {
  const org = await newOrg(1);
  await send(org, { id: 'a', meter: 'cost', quantity: '0.7' });
  expect(await check(org, 0.3)).toMatchObject({ allowed: true, used: 0.7, remaining: 0.3 });
  expect(await check(org, '0.300001')).toMatchObject({ allowed: false, reason: 'limit_reached' });
  await expect(check(org, 0.1 * 3)).rejects.toMatchObject({ code: 'validation_failed' });
  await expect(check(org, 0)).rejects.toMatchObject({ code: 'validation_failed' });
  await send(org, { id: 'b', meter: 'cost', quantity: '0.1' });
  const said = await usage.tenants.as({}, (tx) =>
    tx.query<{ body: string }>('select body from outbox where subject = $1 and org_id = $2 order by id', [
      quotaReached.subject,
      org,
    ]),
  );
  expect(said.map(({ body }) => JSON.parse(body))).toMatchObject([
    { percent: 50, used: 0.7, limit: 1 },
    { percent: 80, used: 0.8, limit: 1 },
  ]);
});

test('amending and voiding decimals, and the largest value with a decimal', async () => {
  const org = await newOrg();
  await send(org, { id: 'a', meter: 'cost', quantity: '0.7' }, { id: 'p', meter: 'peak', quantity: 7.5 });
  await send(org, { id: 'q', meter: 'peak', quantity: 7.4 });
  expect(await current(org, 'peak')).toMatchObject({ used: 7.5 });
  const correct = (input: object) =>
    usage.call(
      new CorrectUsage(usage.writer(), noBus),
      correctUsage,
      { id: 'a', reason: 'x', ...input },
      org,
      'service_key',
    );
  expect(await correct({ action: 'amend', quantity: '0.25' })).toMatchObject({ quantity: 0.25, changed: true });
  await expect(correct({ action: 'amend', quantity: '0.0000001' })).rejects.toMatchObject({
    code: 'validation_failed',
  });
  expect(await current(org)).toMatchObject({ used: 0.25 });
  const events = await usage.call(new ListEvents(), listUsageEvents, { meter: 'cost' }, org);
  expect(events.items[0]).toMatchObject({ quantity: -0.45, corrects: { quantity: 0.25 } });
  expect(await correct({ action: 'void' })).toMatchObject({ quantity: 0 });
  expect(await current(org)).toMatchObject({ used: 0 });
});

test('parts of a unit are neither lent nor held, and the stream carries none', async () => {
  const org = await newOrg(5);
  const lease = { meter: 'cost', want: 1, holderId: 'h', leaseKey: 'k' };
  await expect(usage.call(new TakeLease(usage.lend()), takeLease, lease, org)).rejects.toMatchObject({
    code: 'validation_failed',
  });
  await expect(check(org, 1, { hold: { key: 'k' } })).rejects.toMatchObject({ code: 'validation_failed' });
  const event = { id: 's', org, meter: 'cost', quantity: 1, at: new Date().toISOString(), source: 'x' };
  const { rejected } = await usage.writer().writeBatch([event]);
  expect([...rejected.values()]).toMatchObject([{ code: 'malformed' }]);
  expect(await current(org)).toMatchObject({ used: 0 });
});

test('a meter that the catalogue has not described yet takes nothing, and its limit is one of units when it does', async () => {
  const org = await newOrg(1);
  expect((await send(org, { id: 'l', meter: 'later' })).rejected).toMatchObject([{ code: 'unknown_meter' }]);
  await usage.tenants.as({}, (tx) => saveMeters(tx, [described('later', { decimals: 2 })]));
  expect(await send(org, { id: 'l', meter: 'later', quantity: 0.5 })).toMatchObject({ accepted: 1 });
  const quota = await usage.tenants.run(org, (tx) =>
    tx.one("select quota from quotas where org_id = $1 and meter = 'later'", [org]),
  );
  expect(quota).toEqual({ quota: '100' });
});
