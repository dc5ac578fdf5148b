import type { PeriodStep } from '@tidegate/contracts/billing/period';
import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { newId } from '@tidegate/database/ids';
import fc from 'fast-check';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { findBalances } from '../balances/balance.rows.ts';
import { windowOf } from '../balances/window.rules.ts';
import { saveTimeZone } from './entitlement-snapshot.rows.ts';
import { periodsByMeter } from './meter-periods.rules.ts';
import { findStored, type Standing } from './standing.ts';

let usage: Fixture;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const seconds = (ms: number) => new Date(Math.floor(ms / 1_000) * 1_000).toISOString();
const step = (from: number, months: 1 | 12 = 1, anchor = from): PeriodStep => ({
  from: seconds(from),
  anchor: seconds(anchor),
  months,
});
const given = (org: string, version: number, steps: PeriodStep[], per?: 'day') => ({
  ...snapshot({ orgId: org, version, calls: 1_000_000, ...(per ? { per } : {}) }),
  periods: { shared: steps },
});
const event = (org: string, at: number, quantity: number): UsageEvent => ({
  id: newId(),
  org,
  meter: 'calls',
  quantity,
  at: new Date(at).toISOString(),
  source: 'test',
});

/** By month: what the balances say. */
const months = async (org: string) => {
  const rows = await usage.tenants.read(org, (tx) =>
    tx.query<{ period_start: Date; used: string }>(
      "select period_start, used from usage_balances where meter = 'calls' and used <> 0 order by 1",
    ),
  );
  return Object.fromEntries(rows.map(({ period_start, used }) => [period_start.toISOString(), Number(used)]));
};

/** Adds the events up by what is in force now, without the database's sums. */
function expected(events: readonly UsageEvent[], steps: readonly PeriodStep[]) {
  const periods = periodsByMeter(given(newId(), 1, [...steps]));
  const sums: Record<string, number> = {};
  for (const { at, quantity } of events) {
    const now = Date.parse(at);
    const { start } = windowOf({ periods, day: { start: now, end: now }, now }, 'calls', 'month');
    const key = new Date(start).toISOString();
    sums[key] = (sums[key] ?? 0) + quantity;
  }
  return sums;
}

test('a change that comes late takes over what was counted in the old period, on every replica', async () => {
  const [org, now] = [newId(), Date.now()];
  const first = step(now - 20 * DAY_MS);
  await usage.storeSnapshot(given(org, 1, [first]));
  const replicas = [usage.writer(), usage.writer()];
  const events = [now - 10 * DAY_MS, now - 50_000, now - 10_000, now].map((at, n) => event(org, at, 10 ** n));
  for (const [n, one] of events.entries()) await replicas[n % 2]?.writeBatch([one]);
  expect(await months(org)).toEqual({ [first.from]: 1_111 });
  const change = step(now - 30_000);
  await usage.arrive(given(org, 2, [first, change]));
  expect(await months(org)).toEqual({ [first.from]: 11, [change.from]: 1_100 });
  const later = event(org, now + 1, 10_000);
  const before = event(org, now - 40_000, 100_000);
  await replicas[0]?.writeBatch([later]);
  await replicas[1]?.writeBatch([before]);
  expect(await months(org)).toEqual({ [first.from]: 100_011, [change.from]: 11_100 });
});

test('batches that are written while periods change lie in the periods that are in force, whoever was first', async () => {
  const [org, now] = [newId(), Date.now()];
  let steps = [step(now - 20 * DAY_MS)];
  await usage.storeSnapshot(given(org, 1, steps));
  const events: UsageEvent[] = [];
  for (let version = 2; version < 8; version += 1) {
    const batches = Array.from({ length: 6 }, (_, n) =>
      Array.from({ length: 20 }, () => event(org, now - ((n * 7 + events.length) % 40) * HOUR_MS, 1 + n)),
    );
    events.push(...batches.flat());
    steps = [...steps, step(now - (30 - 4 * version) * HOUR_MS, version % 2 === 0 ? 12 : 1)];
    const change = given(org, version, steps);
    const writer = usage.writer();
    await Promise.all([...batches.map((batch) => writer.writeBatch(batch)), usage.arrive(change)]);
  }
  expect(await months(org)).toEqual(expected(events, steps));
});

test('each event lies in one window of each kind, and hours add up to the period, through any changes, zones and days', async () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia'];
  const now = Date.now();
  const back = fc.integer({ min: 0, max: 30 * 24 * 3_600 }).map((second) => now - second * 1_000);
  await fc.assert(
    fc.asyncProperty(
      fc.array(back, { minLength: 1, maxLength: 3 }),
      fc.array(back, { minLength: 1, maxLength: 30 }),
      fc.constantFrom(...zones),
      fc.constantFrom(1 as const, 12 as const),
      async (changes, times, zone, length) => {
        const org = newId();
        const froms = [...new Set([now - 35 * DAY_MS, ...changes])].sort((a, b) => a - b);
        const all = froms.map((from) => step(from, length));
        await usage.storeSnapshot(given(org, 1, all.slice(0, 1)));
        await usage.tenants.run(org, async (tx) => {
          await saveTimeZone(tx, org, zone);
          await tx.query("update entitlement_snapshots set zone_day = '-infinity', zone_until = '-infinity'");
        });
        const events = times.map((at, n) => event(org, at, n + 1));
        const half = Math.ceil(events.length / 2);
        await usage.writer().writeBatch(events.slice(0, half));
        await usage.arrive(given(org, 2, all));
        await usage.writer().writeBatch(events.slice(half));
        expect(await months(org)).toEqual(expected(events, all));
        await eachInOneWindow(org, events);
      },
    ),
    { numRuns: 25 },
  );
});

/** The sum of all windows of one kind that hold an event is the sum of all events: none is in two windows or in none. */
async function eachInOneWindow(org: string, events: readonly UsageEvent[]): Promise<void> {
  const total = events.reduce((sum, { quantity }) => sum + quantity, 0);
  await usage.tenants.read(org, async (tx) => {
    for (const per of ['hour', 'day', 'month', 'period', 'ever'] as const) {
      const windows = new Map<number, ReturnType<typeof windowOf>>();
      for (const { at } of events) {
        const standing = (await findStored(tx, Date.parse(at))) as Standing;
        const window = windowOf(standing, 'calls', per);
        expect(window.start <= Date.parse(at) && Date.parse(at) < window.end).toBe(true);
        windows.set(window.start, window);
      }
      const balances = await findBalances(tx, org, [...windows.values()]);
      expect(balances.reduce((sum, { used }) => sum + used, 0)).toBe(total);
    }
    const [row] = await tx.query<{ apart: string }>(
      `select count(*) as apart from usage_balances b
        where used <> 0 and used <> (select coalesce(sum(quantity), 0) from usage_hours h
                        where h.org_id = b.org_id and h.meter = b.meter and h.hour >= b.period_start
                          and h.hour < coalesce((select min(n.period_start) from usage_balances n
                                where n.org_id = b.org_id and n.meter = b.meter and n.period_start > b.period_start and n.used <> 0),
                              'infinity'))`,
    );
    expect(Number(row?.apart)).toBe(0);
  });
}
