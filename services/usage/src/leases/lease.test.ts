import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { currentUsage, ingestUsage } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
import { IngestUsage } from '../ingestion/ingest-usage.ts';
import type { Lend } from './lend.ts';
import { ReturnLease } from './return-lease.ts';
import { TakeLease } from './take-lease.ts';

let usage: Fixture;
let taker: TakeLease;
beforeAll(async () => {
  usage = await openUsage();
  taker = new TakeLease(usage.lend());
});
afterAll(() => usage.close());

let keys = 0;
const nextKey = () => {
  keys += 1;
  return `k${keys}`;
};
const take = (org: string, given: Record<string, unknown> = {}) =>
  usage.call(taker, takeLease, { meter: 'calls', want: 10, holderId: 'h', leaseKey: nextKey(), ...given }, org);
const giveBack = (org: string, leaseId: string | null, spent: number) =>
  usage.call(new ReturnLease(), returnLease, { leaseId, spent }, org);
const report = (org: string, quantity: number, lease?: string | null, meter = 'calls') =>
  usage.writer().writeBatch([
    {
      id: nextKey(),
      org,
      meter,
      quantity,
      at: new Date().toISOString(),
      source: 'test',
      ...(lease ? { lease } : {}),
    },
  ]);
async function usageOf(org: string) {
  const { items } = await usage.call(new CurrentUsage(undefined as never), currentUsage, {}, org);
  const { used, reserved, remaining, limit } = items.find((item) => item.meter === 'calls') ?? {};
  return { used, reserved, remaining, limit };
}
async function newOrg(calls: number | null): Promise<string> {
  const entitlements = snapshot({ calls });
  await usage.storeSnapshot(entitlements);
  return entitlements.orgId;
}

test('64 callers that take as much as they can get the limit exactly', async () => {
  const org = await newOrg(777);
  const sums = await Promise.all(
    Array.from({ length: 64 }, async (_, caller) => {
      let sum = 0;
      for (let granted = -1; granted !== 0; sum += granted) {
        ({ granted } = await take(org, { want: 1 + (caller % 60), holderId: `h${caller}` }));
      }
      return sum;
    }),
  );
  expect(sums.reduce((total, sum) => total + sum, 0)).toBe(777);
  expect(await usageOf(org)).toEqual({ used: 0, reserved: 777, remaining: 0, limit: 777 });
});

test('10,000 single units of 64 clients, who repeat what they asked and what they report, on two replicas: the limit exactly, and one notice of each threshold', async () => {
  const [limit, asks, clients] = [7_777, 10_000, 64];
  const org = await newOrg(limit);
  const replicas = [usage.lend(), usage.lend()];
  const leases = new Map<string, string>();
  let next = 0;
  const client = async (at: number) => {
    const lend = replicas[at % 2] as Lend;
    for (let ask = next++; ask < asks; ask = next++) {
      const request = { want: 1, whole: true, holderId: 'h', leaseKey: `ask-${ask}`, ttlSeconds: 60, hold: false };
      const { leaseId, granted } = await lend.take(org, 'calls', request);
      // Every seventh loses the answer and asks again, at the other replica.
      const again = ask % 7 === 0 && (await (replicas[(at + 1) % 2] as Lend).take(org, 'calls', request));
      if (again && granted > 0) expect(again.leaseId).toBe(leaseId);
      if (leaseId) leases.set(`ask-${ask}`, leaseId);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, at) => client(at)));
  expect(leases.size).toBe(limit);
  const at = new Date().toISOString();
  const events = [...leases].map(([id, lease]) => ({
    id,
    org,
    meter: 'calls',
    quantity: 1,
    at,
    source: 'shop',
    lease,
  }));
  const batches = Array.from({ length: 8 }, (_, batch) => events.slice(batch * 1_000, batch * 1_000 + 1_100));
  await Promise.all(batches.map((batch) => usage.writer().writeBatch(batch)));
  expect(await usageOf(org)).toEqual({ used: limit, reserved: 0, remaining: 0, limit });
  const notified = await usage.asAdmin((database) =>
    database.query("select (body::json->>'percent')::int as percent from usage.outbox where org_id = $1 order by id", [
      org,
    ]),
  );
  expect(notified.rows.map(({ percent }) => percent)).toEqual([50, 80, 100]);
});

test('usage reported without a lease reduces what can be lent', async () => {
  const org = await newOrg(300);
  const lent = Array.from({ length: 16 }, async (_, caller) => {
    let sum = 0;
    for (let granted = -1; granted !== 0; sum += granted) {
      ({ granted } = await take(org, { holderId: `h${caller}` }));
    }
    return sum;
  });
  const reports = Array.from({ length: 20 }, () => report(org, 1));
  await Promise.all(reports);
  const sum = (await Promise.all(lent)).reduce((total, one) => total + one, 0);
  // What was lent before a report came cannot be taken back; after all reports nothing more is lent.
  expect(sum).toBeLessThanOrEqual(300);
  expect(sum).toBeGreaterThanOrEqual(280);
  expect(await take(org)).toMatchObject({ leaseId: null, granted: 0, used: 20, upgradeTo: 'pro' });
});

test('the same key returns the same lease, also for two calls at once', async () => {
  const org = await newOrg(1_000);
  const [one, two] = await Promise.all([take(org, { leaseKey: 'same' }), take(org, { leaseKey: 'same' })]);
  expect(one.leaseId).toBe(two.leaseId);
  expect(await take(org, { leaseKey: 'same', want: 500 })).toMatchObject({ leaseId: one.leaseId, granted: 10 });
  expect((await take(org, { leaseKey: 'same', holderId: 'other' })).leaseId).not.toBe(one.leaseId);
  expect(await usageOf(org)).toMatchObject({ reserved: 20 });
});

test('returned units are free at once; spent units move from reserved to used when their events arrive', async () => {
  const org = await newOrg(1_000);
  const { leaseId } = await take(org, { want: 30 });
  await report(org, 5, leaseId);
  expect(await usageOf(org)).toEqual({ used: 5, reserved: 25, remaining: 970, limit: 1_000 });
  expect(await giveBack(org, leaseId, 12)).toEqual({ leaseId, granted: 30, spent: 12, released: 18 });
  expect(await usageOf(org)).toEqual({ used: 5, reserved: 7, remaining: 988, limit: 1_000 });
  await report(org, 7, leaseId);
  expect(await usageOf(org)).toEqual({ used: 12, reserved: 0, remaining: 988, limit: 1_000 });
});

test('a duplicate of an event settles its lease once', async () => {
  const org = await newOrg(1_000);
  const { leaseId } = await take(org, { want: 10 });
  const event = {
    id: 'once',
    org,
    meter: 'calls',
    quantity: 4,
    at: new Date().toISOString(),
    source: 's',
    lease: leaseId ?? '',
  };
  await usage.writer().writeBatch([event, event]);
  await usage.writer().writeBatch([event]);
  expect(await usageOf(org)).toMatchObject({ used: 4, reserved: 6 });
});

test('a lease may be returned twice with the same amount, but not with another, and not with more than was granted', async () => {
  const org = await newOrg(1_000);
  const { leaseId } = await take(org);
  await expect(giveBack(org, leaseId, 11)).rejects.toMatchObject({ code: 'validation_failed' });
  await giveBack(org, leaseId, 3);
  expect(await giveBack(org, leaseId, 3)).toMatchObject({ spent: 3 });
  await expect(giveBack(org, leaseId, 4)).rejects.toMatchObject({ code: 'lease_closed', data: { spent: 3 } });
});

test("another organisation's lease does not exist", async () => {
  const [mine, theirs] = [await newOrg(100), await newOrg(100)];
  const { leaseId } = await take(theirs);
  await expect(giveBack(mine, leaseId, 0)).rejects.toMatchObject({ code: 'not_found' });
});

test('a lease that was never returned frees its unreported units a while after it expires', async () => {
  const org = await newOrg(20);
  const { leaseId, granted } = await take(org, { want: 20 });
  const expire = (seconds: number) =>
    usage.tenants.run(org, (tx) =>
      tx.query("update leases set expires_at = now() - $1::int * interval '1 second' where id = $2", [
        seconds,
        leaseId,
      ]),
    );
  await expire(30);
  expect(await usageOf(org)).toMatchObject({ reserved: granted });
  await expire(61);
  expect(await usageOf(org)).toMatchObject({ reserved: 0, remaining: 20 });
});

test('unlimited meters are lent as wanted, meters outside the plan not at all', async () => {
  const org = await newOrg(null);
  expect(await take(org, { want: 1_000_000 })).toMatchObject({ granted: 1_000_000, limit: null });
  await expect(take(org, { meter: 'bananas' })).rejects.toMatchObject({
    code: 'unknown_meter',
    data: { meters: ['calls', 'mails'] },
  });
});

test('a meter of the platform that the plan lacks is not included, also when no catalogue ever had it', async () => {
  const org = await newOrg(100);
  const ask = { meter: 'api_calls', want: 1, holderId: 'gateway', leaseKey: nextKey() };
  await expect(usage.call(taker, takeLease, ask, org, 'service')).rejects.toMatchObject({
    code: 'feature_not_included',
    data: { feature: 'api_calls', plan: 'free' },
  });
});

test('nobody but the platform lends out or takes back what the platform counts', async () => {
  const org = await newOrg(100);
  await expect(take(org, { meter: 'api_calls' })).rejects.toMatchObject({ code: 'forbidden' });
  const { leaseId } = await take(org);
  await usage.tenants.run(org, (tx) => tx.query("update leases set meter = 'api_calls' where id = $1", [leaseId]));
  await expect(giveBack(org, leaseId, 0)).rejects.toMatchObject({ code: 'forbidden' });
});

test('a lease is settled by usage of its own meter and period, and by no more than it granted', async () => {
  const org = await newOrg(1_000);
  const { leaseId } = await take(org);
  await report(org, 4, leaseId, 'mails');
  expect(await usageOf(org)).toMatchObject({ used: 0, reserved: 10 });
  const old = new Date(Date.now() - 33 * 86_400_000).toISOString();
  await usage
    .writer()
    .writeBatch([{ id: nextKey(), org, meter: 'calls', quantity: 10, at: old, source: 'test', lease: leaseId ?? '' }]);
  expect(await usageOf(org)).toMatchObject({ used: 0, reserved: 10 });
  await report(org, 500, leaseId);
  expect(await usageOf(org)).toMatchObject({ used: 500, reserved: 0 });
  // What was counted beyond the lease frees nothing later, and a correction lends nothing out again than it gave.
  await report(org, -495, leaseId);
  expect(await usageOf(org)).toMatchObject({ used: 5, reserved: 10 });
  await report(org, 4, leaseId);
  expect(await usageOf(org)).toMatchObject({ used: 9, reserved: 6 });
});

test('an event that names a lease which cannot pay for it is answered, counts nothing and frees nothing', async () => {
  const org = await newOrg(1_000);
  const outsider = await take(await newOrg(100));
  const { leaseId } = await take(org);
  const ingest = new IngestUsage(usage.writer(), undefined as never);
  const send = (...events: object[]) => usage.call(ingest, ingestUsage, { events }, org);
  const calls = { meter: 'calls', lease: leaseId };
  const wrong = await send(
    { id: 'meter', meter: 'mails', lease: leaseId },
    { id: 'period', ...calls, time: new Date(Date.now() - 33 * 86_400_000).toISOString() },
    { id: 'unknown', meter: 'calls', lease: newId() },
    { id: 'outsider', meter: 'calls', lease: outsider.leaseId },
    { id: 'much', ...calls, quantity: 11 },
    { id: 'some', ...calls, quantity: 7 },
    { id: 'some', ...calls, quantity: 7 },
    { id: 'rest', ...calls, quantity: 4 },
  );
  expect(wrong).toMatchObject({ accepted: 1, duplicates: 1 });
  expect(wrong.rejected).toEqual(
    [
      [0, 'lease: The lease is for calls, not for mails.'],
      [1, 'for the period that began at'],
      [2, 'There is no such lease'],
      [3, 'There is no such lease'],
      [4, 'The lease has 10 left.'],
      [7, 'The lease has 3 left.'],
    ].map(([index, message]) => ({ index, code: 'malformed', message: expect.stringContaining(message as string) })),
  );
  expect(await usageOf(org)).toMatchObject({ used: 7, reserved: 3 });
  // Sent again it is a duplicate, although the lease has no such units left; at once from everywhere it counts once.
  expect(await send({ id: 'some', ...calls, quantity: 7 })).toMatchObject({ duplicates: 1, rejected: [] });
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => send({ id: `at once ${n}`, ...calls })));
  expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(3);
  expect(await usageOf(org)).toMatchObject({ used: 10, reserved: 0 });
  expect((await send({ id: 'much', meter: 'calls', quantity: 11 })).accepted).toBe(1);
});

test('a product that can only be read lends nothing, until it is paid for again', async () => {
  const given = snapshot({ calls: 100 });
  const main = {
    plan: 'free',
    planName: 'Free',
    planVersion: 1,
    status: 'paused' as const,
    access: 'read_only' as const,
  };
  await usage.storeSnapshot({ ...given, plans: { main } });
  expect(await take(given.orgId)).toMatchObject({ leaseId: null, granted: 0, limit: 100 });
  await usage.storeSnapshot({ ...given, version: 2 });
  expect(await take(given.orgId)).toMatchObject({ granted: 5 });
});

/** A plan that allows so many API calls in a minute. */
async function rated(perMinute: number, calls: number | null = null) {
  const { orgId, ...given } = snapshot({ calls });
  const features = { api_calls: given.features['calls'] as never, api_calls_per_minute: staticOf(perMinute) };
  const further = { api_calls_per_minute: [{ product: 'main', plan: 'fast', planName: 'Fast', limit: 600 }] };
  const upgrade = { api_calls_per_minute: { product: 'main', plan: 'slow', planName: 'Slow', limit: 1 } };
  await usage.storeSnapshot({ orgId, ...given, features, upgrade, further });
  const ask = (want = 1_000) =>
    usage.call(
      taker,
      takeLease,
      { meter: 'api_calls', want, holderId: 'gateway', leaseKey: nextKey() },
      orgId,
      'service',
    );
  const change = (limit: number) =>
    usage.storeSnapshot({
      orgId,
      ...given,
      version: 2,
      features: { ...features, api_calls_per_minute: staticOf(limit) },
    });
  return { orgId, ask, change };
}
const staticOf = (value: number) => ({ kind: 'static' as const, value, product: null });
/** Whatever minute it is: what was lent so far is of this one. */
const lentAnew = (org: string) =>
  usage.tenants.run(org, (tx) =>
    tx.query("update leases set created_at = now() + interval '1 hour' where org_id = $1", [org]),
  );

test('what a plan allows in a minute is lent once, in quarters of what is left', async () => {
  const { orgId, ask } = await rated(60);
  const first = await ask();
  expect(first).toMatchObject({ granted: 15, rate: { limit: 60, left: 45 } });
  expect(first.rate?.resetsInMs).toBeLessThanOrEqual(60_000);
  let lent = first.granted;
  for (let turn = 0; turn < 12; turn += 1) {
    await lentAnew(orgId);
    const { granted } = await ask();
    lent += granted;
  }
  expect(lent).toBe(60);
  await lentAnew(orgId);
  expect(await ask()).toMatchObject({ leaseId: null, granted: 0, rate: { limit: 60, left: 0 } });
});

test('a minute that is used up says which plan sells more in it', async () => {
  const { ask } = await rated(1);
  const { rate } = await ask();
  expect(rate).toMatchObject({ left: 0, refusal: { product: null, upgradeTo: 'fast' } });
  expect((await ask()).rate?.refusal).toEqual(rate?.refusal);
});

test('what comes back unspent is lent again in the same minute; what was spent is not, and the next minute has all', async () => {
  const { orgId, ask } = await rated(8);
  const { leaseId } = await ask();
  const back = (spent: number) => usage.call(new ReturnLease(), returnLease, { leaseId, spent }, orgId, 'service');
  await lentAnew(orgId);
  expect(await ask()).toMatchObject({ granted: 2, rate: { left: 4 } });
  await back(1);
  await lentAnew(orgId);
  expect(await ask()).toMatchObject({ granted: 2, rate: { left: 3 } });
  await usage.tenants.run(orgId, (tx) =>
    tx.query("update leases set created_at = now() - interval '1 minute' where org_id = $1", [orgId]),
  );
  expect(await ask()).toMatchObject({ granted: 2, rate: { left: 6 } });
});

test('the limit of the period holds as well, and another plan at once', async () => {
  const { orgId, ask, change } = await rated(100, 20);
  expect(await ask()).toMatchObject({ granted: 1, limit: 20, rate: { left: 99 } });
  await change(1);
  await lentAnew(orgId);
  expect(await ask()).toMatchObject({ granted: 0, rate: { limit: 1, left: 0 } });
});
