import type { Rollover } from '@tidegate/contracts/billing/features';
import { checkEntitlement } from '@tidegate/contracts/usage/check';
import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { usageLimits } from '@tidegate/contracts/usage/limits';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { currentUsage, ingestUsage } from '@tidegate/contracts/usage/usage';
import { Log } from '@tidegate/telemetry/log';
import { until } from '@tidegate/testing/until';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
import { SumUsage } from '../balances/sum-usage.ts';
import { UsageLimits } from '../balances/usage-limits.ts';
import { CheckEntitlement } from '../checks/check-entitlement.ts';
import { CorrectUsage } from '../corrections/correct-usage.ts';
import { IngestUsage } from '../ingestion/ingest-usage.ts';
import { ReturnLease } from '../leases/return-lease.ts';
import { TakeLease } from '../leases/take-lease.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { CarryOver } from './carry-over.loop.ts';

let usage: Fixture;
const noBus = undefined as never;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

const DAY = 86_400_000;
const signal = new AbortController().signal;
/** Turns of a replica until nothing is due. */
async function carryOver(): Promise<void> {
  const loop = new CarryOver(usage.tenants, usage.outbox, new Log({ service: 'usage' }));
  while ((await loop.turn({ signal } as never)) === 'again');
}
const monthsAgo = (at: number, months: number): string => {
  const date = new Date(at);
  date.setUTCDate(Math.min(date.getUTCDate(), 28));
  date.setUTCMonth(date.getUTCMonth() - months);
  return date.toISOString();
};

interface Plan {
  limit?: number | null;
  rollover?: Rollover | undefined;
  enforcement?: 'hard' | 'overage';
}
function planOf(anchor: string, { limit = 100, rollover, enforcement = 'hard' }: Plan, of: object = {}) {
  const plan = snapshot({ calls: limit, anchor, ...of });
  const ceiling = enforcement === 'hard' ? limit : null;
  Object.assign(plan.features['calls'] as object, { enforcement, ceiling, ...(rollover && { rollover }) });
  return plan;
}

/** An organisation whose month ends in a moment. */
async function newOrg(plan: Plan = {}, inMs = 1_500) {
  const end = Math.ceil((Date.now() + inMs) / 1_000) * 1_000;
  const day = new Date(end).getUTCDate();
  const anchor = new Date(Date.UTC(2024, 0, day) + (end % DAY)).toISOString();
  const entitlements = planOf(anchor, { rollover: { max: 50, periods: 1 }, ...plan });
  await usage.storeSnapshot(entitlements);
  return {
    org: entitlements.orgId,
    end,
    anchor,
    /** The month is over, and everything that is due has been carried. */
    over: async () => {
      await until(async () => Date.now() >= end);
      await carryOver();
    },
    become: (next: Plan, version: number) =>
      usage.storeSnapshot(planOf(anchor, next, { orgId: entitlements.orgId, version })),
  };
}

let names = 0;
const name = (): string => {
  names += 1;
  return `r${names}`;
};
const report = (org: string, quantity: number, at = Date.now(), more: object = {}) =>
  usage
    .writer()
    .writeBatch([
      { id: name(), org, meter: 'calls', quantity, at: new Date(at).toISOString(), source: 'test', ...more },
    ]);
async function current(org: string) {
  const { items } = await usage.call(new CurrentUsage(noBus), currentUsage, {}, org);
  const { used, drawn, credits, remaining, rollover } = items.find(({ meter }) => meter === 'calls') ?? {};
  return { used, drawn, credits, remaining, rollover };
}
const carried = async (org: string) => (await current(org)).rollover?.left;
/** What was beyond a limit in a window, and what paid for the rest. */
async function charged(org: string, from: number, to: number, limit = 100) {
  const spans = [{ meter: 'calls', from: new Date(from).toISOString(), to: new Date(to).toISOString() }];
  const answer = await usage.call(new SumUsage(usage.tenants), sumUsage, { spans, covered: true }, org, 'service');
  return { beyond: Math.max(0, (answer.sums[0] ?? 0) - limit), ...answer.covered?.[0] };
}

test('unused 80 with a cap of 50: the next month begins with 150, counted once by however many at once', async () => {
  const { org, end, over, become } = await newOrg();
  await report(org, 20);
  expect(await current(org)).toMatchObject({ remaining: 80, credits: 0, rollover: { left: 0, max: 50 } });
  await until(async () => Date.now() >= end);
  const plan = { rollover: { max: 50, periods: 1 } };
  await Promise.all([carryOver(), carryOver(), become(plan, 2), carryOver()]);
  await over();
  expect(await current(org)).toMatchObject({ used: 0, drawn: 0, credits: 50, remaining: 150 });
  const { rollover } = await current(org);
  expect(rollover).toMatchObject({ left: 50, max: 50, periods: 1 });
  expect(Date.parse(rollover?.expiresAt ?? '') - end).toBeGreaterThan(27 * DAY);
  const { items } = await usage.call(new UsageLimits(noBus), usageLimits, {}, org);
  expect(items.find(({ feature }) => feature === 'calls')).toMatchObject({ remaining: 150, rollover: { left: 50 } });
  const ask = (quantity: number) =>
    usage.call(
      new CheckEntitlement(usage.tenants, usage.lend(), noBus),
      checkEntitlement,
      { feature: 'calls', quantity },
      org,
    );
  expect(await ask(150)).toMatchObject({ allowed: true });
  expect(await ask(151)).toMatchObject({ allowed: false, reason: 'limit_reached' });
});

test('what was carried is used first, so that what the month itself includes is left for the next', async () => {
  const { org, end, over } = await newOrg({ enforcement: 'overage' });
  await report(org, 20);
  await over();
  await report(org, 70);
  expect(await current(org)).toMatchObject({ used: 70, drawn: 50, credits: 0, remaining: 80, rollover: { left: 0 } });
  await report(org, 90);
  expect(await charged(org, end, Date.now() + 1_000)).toEqual({ beyond: 10, used: 160, rollover: 50, credits: 0 });
});

test('an event that comes after its month takes back what was carried, also what the next month has drawn of it', async () => {
  const { org, end, over } = await newOrg({ enforcement: 'overage', rollover: { max: 200, periods: 1 } });
  const before = Date.now();
  const month = { from: end - 27 * DAY, to: end };
  await report(org, 20, before);
  await over();
  expect(await carried(org)).toBe(80);
  await report(org, 30, before);
  expect(await carried(org)).toBe(50);
  await report(org, 45);
  expect(await carried(org)).toBe(5);
  await report(org, 15, before);
  expect(await carried(org)).toBe(0);
  // Of 100 that were given 65 were used there: the next month has 35 of them, and 10 of its own for the rest.
  expect(await charged(org, month.from, month.to)).toEqual({ beyond: 0, used: 65, rollover: 0, credits: 0 });
  expect(await charged(org, end, Date.now() + 1_000)).toEqual({ beyond: 0, used: 45, rollover: 35, credits: 0 });
  await carryOver();
  expect(await current(org)).toMatchObject({ used: 45, drawn: 35, remaining: 90, rollover: { left: 0 } });
  // Both months in one batch: what is late first.
  await report(org, 95);
  const late = { org, meter: 'calls', source: 'test' };
  const now = new Date().toISOString();
  await usage.writer().writeBatch([
    { ...late, id: name(), quantity: 2, at: now },
    { ...late, id: name(), quantity: 5, at: new Date(before).toISOString() },
  ]);
  expect(await charged(org, month.from, month.to)).toEqual({ beyond: 0, used: 70, rollover: 0, credits: 0 });
  expect(await charged(org, end, Date.now() + 1_000)).toEqual({ beyond: 12, used: 142, rollover: 30, credits: 0 });
});

test('what is voided of a month that is over is carried on as well, up to the cap', async () => {
  const { org, over } = await newOrg();
  const at = new Date().toISOString();
  const event = { id: 'a', source: 'shop', meter: 'calls', quantity: 90, time: at };
  await usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events: [event] }, org, 'service_key');
  await over();
  expect(await carried(org)).toBe(10);
  const correct = { source: 'shop', id: 'a', reason: 'A test run' };
  const handler = new CorrectUsage(usage.writer(), noBus);
  await usage.call(handler, correctUsage, { ...correct, action: 'amend', quantity: 70 }, org, 'service_key');
  await carryOver();
  expect(await carried(org)).toBe(30);
  await usage.call(handler, correctUsage, { ...correct, action: 'void' }, org, 'service_key');
  await carryOver();
  await carryOver();
  expect(await carried(org)).toBe(50);
});

test('what is lent when the month ends is not carried while it may still be spent', async () => {
  const { org, over } = await newOrg({ rollover: { max: 200, periods: 1 } }, 3_000);
  const input = { meter: 'calls', want: 30, whole: true, holderId: 'h', leaseKey: name(), ttlSeconds: 60 };
  const lease = await usage.call(new TakeLease(usage.lend()), takeLease, input, org);
  expect(lease.granted).toBe(30);
  const at = Date.now();
  await over();
  expect(await carried(org)).toBe(70);
  await report(org, 10, at, { lease: lease.leaseId });
  await usage.call(new ReturnLease(), returnLease, { leaseId: lease.leaseId, spent: 10 }, org);
  await usage.tenants.run(org, (tx) => tx.query('update rollovers set check_at = now() where stop_at <= now()'));
  await carryOver();
  expect(await carried(org)).toBe(90);
});

test('a smaller plan cuts what was carried to what it allows, and one without rollover ends it', async () => {
  const { org, over, become } = await newOrg({ limit: 1_000, rollover: { max: 500, periods: 2 } });
  await over();
  expect(await current(org)).toMatchObject({ credits: 500, remaining: 1_500 });
  await report(org, 30);
  await become({ limit: 200, rollover: { max: 100, periods: 1 } }, 2);
  expect(await current(org)).toMatchObject({ drawn: 30, credits: 100, remaining: 300 });
  await become({ limit: 5_000, rollover: { max: 5_000, periods: 2 } }, 3);
  expect(await carried(org)).toBe(100);
  await become({ limit: 100, rollover: undefined }, 4);
  expect(await current(org)).toMatchObject({ used: 30, drawn: 30, credits: 0, remaining: 100, rollover: null });
  await usage.tenants.run(org, (tx) => tx.query('update rollovers set check_at = now()'));
  await carryOver();
  expect(await current(org)).toMatchObject({ credits: 0, remaining: 100 });
});

test('a plan that begins with the month decides what is carried into it, whichever is received first', async () => {
  const first = await newOrg({ limit: 1_000, rollover: { max: 500, periods: 1 } });
  const later = await newOrg({ limit: 1_000, rollover: { max: 500, periods: 1 } });
  const smaller = { limit: 100, rollover: { max: 50, periods: 1 } };
  await until(async () => Date.now() >= later.end);
  await first.become(smaller, 2);
  await carryOver();
  await later.become(smaller, 2);
  for (const { org } of [first, later]) {
    expect(await current(org)).toMatchObject({ credits: 50, remaining: 150 });
  }
});

test('a month that was cut short carries nothing of itself', async () => {
  const { org, anchor } = await newOrg({}, 20 * DAY);
  await report(org, 10);
  const cut = planOf(anchor, { rollover: { max: 50, periods: 1 } }, { orgId: org, version: 2 });
  const from = new Date(Math.floor(Date.now() / 1_000) * 1_000).toISOString();
  cut.periods['shared']?.push({ from, anchor: from, months: 1 });
  await usage.storeSnapshot(cut);
  await usage.tenants.run(org, (tx) => tx.query('update rollovers set check_at = now() where stop_at <= now()'));
  await carryOver();
  expect(await current(org)).toMatchObject({ credits: 0, rollover: { left: 0 } });
});

test('after a stop of months each is carried in its order, and what was charged beyond the limit meanwhile draws it', async () => {
  const end = Math.ceil(Date.now() / 1_000) * 1_000 + 10 * DAY;
  const anchor = new Date(Date.UTC(2024, 0, Math.min(28, new Date(end).getUTCDate())) + (end % DAY)).toISOString();
  const entitlements = planOf(anchor, { enforcement: 'overage', rollover: { max: 120, periods: 2 } });
  const org = entitlements.orgId;
  await usage.storeSnapshot(entitlements);
  const [running] = await usage.tenants.run(org, (tx) =>
    tx.query<{ start_at: Date }>('select start_at from rollovers'),
  );
  const start = running?.start_at.getTime() ?? 0;
  const [one, two] = [monthsAgo(start, 1), monthsAgo(start, 2)];
  // As it was when it stopped: the month before the last was running, and nothing of it was used.
  await usage.tenants.run(org, (tx) =>
    tx.query(
      `insert into rollovers (org_id, meter, start_at, stop_at, quota, most, periods, check_at)
       values ($1, 'calls', $2, $3, 100, 120, 2, $3)`,
      [org, two, one],
    ),
  );
  await report(org, 130, start - DAY);
  await report(org, 60, Date.now());
  expect(await charged(org, Date.parse(one), start)).toMatchObject({ beyond: 30 });
  await carryOver();
  // 100 of the first month: 30 for what was beyond the second, whose own 100 are used up; 70 are left of it.
  expect(await charged(org, Date.parse(one), start)).toEqual({ beyond: 0, used: 130, rollover: 30, credits: 0 });
  expect(await carried(org)).toBe(70);
  expect(await current(org)).toMatchObject({ used: 60, drawn: 0, remaining: 110 });
});

test('of a meter with digits whole units are carried', async () => {
  const { org, over } = await newOrg();
  await usage.tenants.as({}, (tx) => saveMeters(tx, [described('calls', { decimals: 2 })]));
  await usage.tenants.run(org, (tx) => tx.query('update quotas set quota = 10000, draws_from = 10000'));
  const event = { id: 'a', meter: 'calls', quantity: 60.25 };
  await usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events: [event] }, org);
  await over();
  expect(await current(org)).toMatchObject({ credits: 39, remaining: 139, rollover: { left: 39 } });
});
