import { estimateUsage } from '@tidegate/contracts/usage/estimate';
import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { usageLimits } from '@tidegate/contracts/usage/limits';
import { listUsageEvents } from '@tidegate/contracts/usage/recorded';
import { usageHistory } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { ListEvents } from '../ingestion/list-events.ts';
import { EstimateUsage } from './estimate-usage.ts';
import { UsageHistory } from './usage-history.ts';
import { UsageLimits } from './usage-limits.ts';

let usage: Fixture;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

const noBus = undefined as never;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const instant = (at: number) => new Date(at).toISOString();
function event(org: string, at: number, quantity: number, id: string = newId()): UsageEvent {
  return { id, org, meter: 'calls', quantity, at: instant(at), source: 'test' };
}
const listed = (org: string, input: object) =>
  usage.call(new ListEvents(), listUsageEvents, { meter: 'calls', ...input }, org);

test('the events behind a figure: every event of the range once, newest first, page by page, and nothing of others', async () => {
  const now = Date.now();
  const anchor = Math.floor((now - 20 * DAY_MS) / 1_000) * 1_000;
  const [org, other] = await Promise.all(
    [1, 2].map(() => usage.arrive(snapshot({ calls: 1_000_000, anchor: instant(anchor) }))),
  );
  if (!org || !other) throw new Error('Two organisations are needed.');
  // Many at one instant, some alone in their day, some just outside.
  const times = [
    ...Array.from({ length: 30 }, () => now - 5 * DAY_MS),
    ...Array.from({ length: 25 }, (_, n) => now - n * 13 * HOUR_MS),
    ...[anchor, anchor - 1, anchor + 1, now - 19 * DAY_MS],
  ];
  const events = times.map((at, n) => event(org, at, 2 ** (n % 20), `e${n}`));
  await usage.writer().writeBatch([...events, event(other, now, 1)]);
  const range = { from: instant(anchor), to: instant(now + 1) };
  const wanted = events.filter(({ at }) => at >= range.from && at < range.to);
  const read: { id: string; time: string; quantity: number }[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await listed(org, { ...range, limit: 7, ...(cursor ? { cursor } : {}) });
    expect(page.items.length).toBeLessThanOrEqual(7);
    read.push(...page.items);
    cursor = page.nextCursor;
    if (!cursor) break;
  }
  expect(read.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
  expect(read.map(({ time }) => time)).toEqual(
    read
      .map(({ time }) => time)
      .sort()
      .reverse(),
  );
  const month = await usage.call(
    new UsageHistory(noBus),
    usageHistory,
    { meter: 'calls', granularity: 'month', from: range.from },
    org,
  );
  expect(month.items).toEqual([{ start: range.from, quantity: expect.any(Number), events: null }]);
  expect(read.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(month.total);
  expect((await listed(other, {})).items).toHaveLength(1);
  expect((await listed(org, { from: instant(now + HOUR_MS), to: instant(now + 2 * HOUR_MS) })).items).toEqual([]);
  await expect(listed(org, { meter: 'bananas' })).rejects.toMatchObject({ code: 'unknown_meter' });
});

test('limits name every feature, and what is left of the metered ones', async () => {
  const given = snapshot({ calls: 10, per: 'ever' });
  const org = await usage.arrive({
    ...given,
    features: {
      ...given.features,
      reports: { kind: 'level', level: 'basic', product: null },
      seats: { kind: 'counted', limit: 3, product: null },
      webhooks: { kind: 'boolean', value: false, product: null },
    },
  });
  await usage.writer().writeBatch([event(org, Date.now() - 30 * DAY_MS, 4), event(org, Date.now(), 3)]);
  const { items } = await usage.call(new UsageLimits(noBus), usageLimits, {}, org);
  expect(items).toMatchObject([
    { feature: 'calls', kind: 'metered', per: 'ever', limit: 10, used: 7, remaining: 3, resetsAt: null },
    { feature: 'mails', used: 0, remaining: 100, resetsAt: expect.stringMatching(/Z$/) },
    { feature: 'reports', kind: 'level', level: 'basic', included: true, used: null },
    { feature: 'seats', kind: 'counted', limit: 3, used: null, remaining: null },
    { feature: 'webhooks', kind: 'boolean', included: false, limit: null },
  ]);
});

test('an estimate says how it was computed and when the limit will be reached', async () => {
  const now = Date.now();
  const anchor = now - 10 * DAY_MS;
  const org = await usage.arrive(snapshot({ calls: 260, anchor: instant(anchor) }));
  const young = await usage.arrive(snapshot({ calls: 260, anchor: instant(anchor) }));
  const hours = Array.from({ length: 10 * 24 }, (_, n) => now - n * HOUR_MS);
  await usage.writer().writeBatch([...hours.map((at) => event(org, at, 1)), event(young, now - 24 * HOUR_MS, 100)]);
  const of = async (id: string) => {
    const { items } = await usage.call(new EstimateUsage(noBus), estimateUsage, {}, id);
    return items.find(({ meter }) => meter === 'calls');
  };
  const busy = await of(org);
  expect(busy).toMatchObject({ used: 240, limit: 260, method: 'last_7_days' });
  // One an hour: what is left of a month of 28 to 31 days.
  expect(busy?.estimate).toBeGreaterThanOrEqual(240 + 18 * 24 - 2);
  expect(busy?.estimate).toBeLessThanOrEqual(240 + 21 * 24 + 2);
  const reached = Date.parse(busy?.reachesLimitAt ?? '');
  expect(Math.abs(reached - (now + 20 * HOUR_MS))).toBeLessThan(2 * HOUR_MS);
  expect(await of(young)).toMatchObject({ used: 100, method: 'straight_line', lastSevenDays: null });
});
