import { sumUsage } from '@tidegate/contracts/usage/sums';
import { setUsageSettings } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { UsageSettings } from '../entitlements/usage-settings.ts';
import { SumUsage } from './sum-usage.ts';

let usage: Fixture;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

const HOUR_MS = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

test('a time is summed from its first instant to before its last; beyond a limit, each hour of UTC and each day of the organisation counts for itself', async () => {
  const anchor = Math.floor((Date.now() - 10 * 24 * HOUR_MS) / HOUR_MS) * HOUR_MS + 1_234_000;
  const org = await usage.arrive(snapshot({ anchor: iso(anchor) }));
  const zone = { timeZone: 'Asia/Kolkata' };
  await usage.call(new UsageSettings(undefined as never), setUsageSettings, zone, org);
  const midnight = Math.ceil(anchor / (24 * HOUR_MS)) * 24 * HOUR_MS + 24 * HOUR_MS - 5.5 * HOUR_MS;
  const events = [
    [anchor - 1, 1],
    [anchor, 10],
    [midnight - 1, 100],
    [midnight, 100],
    [midnight + 2 * HOUR_MS, 100],
  ].map(([at, quantity]) => ({ id: newId(), org, meter: 'calls', quantity, at: iso(at as number), source: 'test' }));
  await usage.writer().writeBatch(events as never);
  const span = (from: number, to: number, beyond?: object) => ({
    meter: 'calls',
    from: iso(from),
    to: iso(to),
    beyond,
  });
  const end = midnight + 12 * HOUR_MS;
  const spans = [
    span(anchor, end),
    span(0, anchor),
    span(0, end),
    span(end, end + HOUR_MS),
    span(anchor, end, { limit: 120, per: 'day' }),
    span(anchor, end, { limit: 60, per: 'hour' }),
  ].map(({ beyond, ...one }) => ({ ...one, ...(beyond && { beyond }) }));
  const { sums } = await usage.call(new SumUsage(usage.tenants), sumUsage, { spans }, org, 'service');
  expect(sums).toEqual([310, 1, 311, 0, 80, 180]);
  const foreign = await usage.call(new SumUsage(usage.tenants), sumUsage, { spans }, newId(), 'service');
  expect(foreign.sums).toEqual([0, 0, 0, 0, 0, 0]);
});
