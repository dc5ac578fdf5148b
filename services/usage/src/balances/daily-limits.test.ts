import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { currentUsage, setUsageSettings } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { UsageSettings } from '../entitlements/usage-settings.ts';
import { ReturnLease } from '../leases/return-lease.ts';
import { TakeLease } from '../leases/take-lease.ts';
import { CurrentUsage } from './current-usage.ts';
import { StoreEntitlements } from './store-entitlements.ts';

let usage: Fixture;
let taker: TakeLease;
beforeAll(async () => {
  usage = await openUsage();
  taker = new TakeLease(usage.lend());
});
afterAll(() => usage.close());

const noBus = undefined as never;
const HOUR_MS = 3_600_000;
const arrive = (given: Parameters<typeof snapshot>[0]) => {
  const data = snapshot({ per: 'day', ...given });
  const keep = new StoreEntitlements({ wake: () => undefined } as never);
  return usage.tenants
    .run(data.orgId, (tx) => keep.handle({ data, tx, emit: usage.outbox.emitter(tx) } as never))
    .then(() => data.orgId);
};
const zone = (org: string, timeZone: string) =>
  usage.call(new UsageSettings(noBus), setUsageSettings, { timeZone }, org);
const take = (org: string, want = 10, given = {}) =>
  usage.call(taker, takeLease, { meter: 'calls', want, holderId: newId(), leaseKey: 'k', ...given }, org);
const use = (org: string, quantity: number, at = Date.now(), lease?: string | null) =>
  usage.writer().writeBatch([
    {
      id: newId(),
      org,
      meter: 'calls',
      quantity,
      at: new Date(at).toISOString(),
      source: 'test',
      ...(lease ? { lease } : {}),
    },
  ]);
async function today(org: string) {
  const { items } = await usage.call(new CurrentUsage(noBus), currentUsage, {}, org);
  const line = items.find(({ meter }) => meter === 'calls');
  if (!line) throw new Error('There is no such meter.');
  return line;
}
async function announced(org: string): Promise<unknown[]> {
  const rows = await usage.tenants.as({}, (tx) =>
    tx.query<{ body: string }>(
      "select body from outbox where subject = 'evt.usage.quota.reached.v1' and org_id = $1 order by id",
      [org],
    ),
  );
  return rows.map(({ body }) => JSON.parse(body));
}

test("a daily limit counts usage since midnight in the organisation's time zone", async () => {
  const org = await arrive({ calls: 100 });
  await zone(org, 'Asia/Kolkata');
  // As if it had been chosen long ago.
  await usage.tenants.run(org, (tx) =>
    tx.query("update entitlement_snapshots set zone_day = '-infinity', zone_until = '-infinity'"),
  );
  const { periodStart, periodEnd } = await today(org);
  expect(periodStart).toMatch(/T18:30:00\.000Z$/);
  expect(Date.parse(periodEnd ?? '') - Date.parse(periodStart)).toBe(24 * HOUR_MS);
  await use(org, 1_000, Date.parse(periodStart) - 1);
  await use(org, 60, Date.parse(periodStart));
  expect(await today(org)).toMatchObject({ per: 'day', used: 60, limit: 100, remaining: 40, resetsAt: periodEnd });
  const { leaseId, granted, used, resetsAt } = await take(org, 50, { whole: false });
  expect({ granted, used, resetsAt }).toEqual({ granted: 2, used: 60, resetsAt: periodEnd });
  expect(await today(org)).toMatchObject({ used: 60, reserved: 2, remaining: 38 });
  await use(org, 2, Date.now(), leaseId);
  expect(await today(org)).toMatchObject({ used: 62, reserved: 0 });
});

test("exactly a day's limit is lent, whoever takes, returns and reports concurrently", async () => {
  const org = await arrive({ calls: 50 });
  await zone(org, 'America/St_Johns');
  const sums = await Promise.all(
    Array.from({ length: 16 }, async () => {
      let spent = 0;
      for (;;) {
        const { leaseId, granted } = await take(org, 3, { leaseKey: newId() });
        if (granted === 0) return spent;
        await usage.call(new ReturnLease(), returnLease, { leaseId, spent: granted }, org);
        await use(org, granted, Date.now(), leaseId);
        spent += granted;
      }
    }),
  );
  expect(sums.reduce((sum, one) => sum + one, 0)).toBe(50);
  expect(await today(org)).toMatchObject({ used: 50, reserved: 0, remaining: 0 });
});

test('a used-up day is announced once, by usage or by a smaller plan, and again when a larger plan is used up', async () => {
  const org = await arrive({ calls: 10 });
  await use(org, 20, Date.now() - 30 * HOUR_MS);
  expect(await announced(org)).toEqual([]);
  await use(org, 8);
  await use(org, 1);
  const { periodStart, periodEnd } = await today(org);
  expect(await announced(org)).toMatchObject([{ percent: 80, used: 8, limit: 10, periodStart, periodEnd }]);
  await arrive({ orgId: org, version: 2, calls: 5 });
  await use(org, 1);
  expect((await announced(org)).slice(1)).toMatchObject([{ percent: 100, used: 9, limit: 5 }]);
  await arrive({ orgId: org, version: 3, calls: 100 });
  await use(org, 90);
  expect((await announced(org)).slice(2)).toMatchObject([{ percent: 100, used: 100, limit: 100 }]);
});

test('no change of the time zone makes a day shorter, however often it is midnight somewhere', async () => {
  const org = await arrive({ calls: 10 });
  await use(org, 10);
  const before = await today(org);
  for (const timeZone of [
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
    'Asia/Kathmandu',
    'America/New_York',
    'Europe/Berlin',
  ]) {
    await zone(org, timeZone);
    const now = await today(org);
    // The day goes on, or it is whole and over: in the last hour of a UTC day Berlin's next one has begun.
    const moved = Date.parse(now.periodStart) - Date.parse(before.periodStart);
    expect(moved === 0 || moved >= 23 * HOUR_MS).toBe(true);
    expect(now).toMatchObject({ used: 10, remaining: 0 });
    expect(Date.parse(now.periodEnd ?? '') - Date.parse(now.periodStart)).toBeGreaterThanOrEqual(23 * HOUR_MS);
    expect(Date.parse(now.periodEnd ?? '') - Date.parse(now.periodStart)).toBeLessThanOrEqual(48 * HOUR_MS);
  }
  expect((await take(org)).granted).toBe(0);
});

test('every instant lies in exactly one day, and days follow each other, also where midnight comes twice or not at all', async () => {
  const rows = await usage.tenants.as({}, (tx) =>
    tx.query(
      `select zone, at, d.start, d.stop
         from unnest(array['UTC', 'Europe/Berlin', 'America/Havana', 'Africa/Cairo', 'Asia/Beirut', 'America/Asuncion',
                           'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Apia', 'Atlantic/Azores']) as zone,
              generate_series('2011-12-28 00:00Z'::timestamptz, '2012-01-02 00:00Z', '30 minutes') as new_year,
              lateral (values (new_year), (new_year - interval '58 days 12 hours'), (new_year + interval '71 days 9 hours'),
                              (new_year + interval '87 days'), (new_year + interval '303 days 3 hours')) as v(at),
              lateral day_of(zone, '-infinity', '-infinity', at) as d,
              lateral day_of(zone, '-infinity', '-infinity', d.start) as first,
              lateral day_of(zone, '-infinity', '-infinity', d.stop) as next
        where not (d.start <= at and at < d.stop and first.start = d.start and next.start = d.stop)`,
    ),
  );
  expect(rows).toEqual([]);
});
