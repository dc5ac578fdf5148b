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
  // As if it had been chosen long ago.
  await usage.tenants.run(org, (tx) =>
    tx.query("update entitlement_snapshots set zone_day = '-infinity', zone_until = '-infinity', zones = '[]'"),
  );
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

test('what is beyond the limit of a day that is over stays that, whatever zone is chosen afterwards and how often', async () => {
  const day = Math.floor(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS;
  const before = day - 5 * 24 * HOUR_MS;
  const org = await usage.arrive(snapshot({ anchor: iso(before - 24 * HOUR_MS) }));
  const events = [9, 10, 13, 14].map((hour) => ({
    ...{ id: newId(), org, meter: 'calls', quantity: 50, at: iso(before + hour * HOUR_MS), source: 'test' },
  }));
  await usage.writer().writeBatch(events as never);
  const beyond = async () => {
    const asked = { meter: 'calls', from: iso(before - 24 * HOUR_MS), to: iso(before + 48 * HOUR_MS) };
    const spans = [{ ...asked, beyond: { limit: 100, per: 'day' } }];
    return (await usage.call(new SumUsage(usage.tenants), sumUsage, { spans }, org, 'service')).sums;
  };
  expect(await beyond()).toEqual([100]);
  for (const timeZone of ['Pacific/Auckland', 'America/New_York', 'UTC', 'Pacific/Kiritimati']) {
    await usage.call(new UsageSettings(undefined as never), setUsageSettings, { timeZone }, org);
    expect(await beyond()).toEqual([100]);
  }
  // Days later another one is chosen: each day is of the zone that there was.
  await usage.tenants.run(org, (tx) =>
    tx.query(
      `update entitlement_snapshots set zone_day = $1, zone_until = $2, zones = $3::jsonb, time_zone = 'Pacific/Auckland'`,
      [
        iso(before - 24 * HOUR_MS),
        iso(before - 12 * HOUR_MS),
        JSON.stringify([{ zone: 'UTC', day: '-infinity', until: '-infinity' }]),
      ],
    ),
  );
  expect(await beyond()).toEqual([0]);
  await usage.call(new UsageSettings(undefined as never), setUsageSettings, { timeZone: 'UTC' }, org);
  expect(await beyond()).toEqual([0]);
});
