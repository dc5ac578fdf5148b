import type { QuotaWindow } from '@tidegate/contracts/billing/features';
import { checkEntitlement, commitHold, releaseHold } from '@tidegate/contracts/usage/check';
import { takeLease } from '@tidegate/contracts/usage/leases';
import { currentUsage, ingestUsage } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
import { IngestUsage } from '../ingestion/ingest-usage.ts';
import { TakeLease } from '../leases/take-lease.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { CheckEntitlement } from './check-entitlement.ts';
import { EndHold } from './end-hold.ts';

let usage: Fixture;
let checks: CheckEntitlement;
let ends: EndHold;
// The snapshots are stored here, so nobody asks billing over the bus.
const noBus = undefined as never;
beforeAll(async () => {
  usage = await openUsage();
  checks = new CheckEntitlement(usage.tenants, usage.lend(), noBus);
  ends = new EndHold(usage.writer(), noBus);
});
afterAll(() => usage.close());

const newOrg = (calls: number | null, per: QuotaWindow = 'month') => usage.arrive(snapshot({ calls, per }));
const check = (org: string, input: object = {}) =>
  usage.call(checks, checkEntitlement, { feature: 'calls', ...input }, org);
const hold = (org: string, quantity: number, key: string = newId(), ttlSeconds = 60) =>
  check(org, { quantity, hold: { key, ttlSeconds } });
const commit = (org: string, holdId: string | undefined, quantity?: number) =>
  usage.call(ends, commitHold, { holdId, ...(quantity === undefined ? {} : { quantity }) }, org);
const release = (org: string, holdId: string | undefined) => usage.call(ends, releaseHold, { holdId }, org);
async function standing(org: string) {
  const { items } = await usage.call(new CurrentUsage(noBus), currentUsage, {}, org);
  const { used, reserved } = items.find(({ meter }) => meter === 'calls') ?? {};
  return { used, reserved };
}
const expire = (org: string) =>
  usage.tenants.run(org, (tx) => tx.query("update leases set expires_at = now() - interval '1 millisecond'"));

test('a check says what is left of a metered feature and when it is full again, and takes nothing', async () => {
  const org = await newOrg(10);
  const ingest = new IngestUsage(usage.writer(), noBus);
  await usage.call(ingest, ingestUsage, { events: [{ id: '1', meter: 'calls', quantity: 7 }] }, org);
  expect(await check(org, { quantity: 3 })).toMatchObject({
    ...{ allowed: true, reason: null, kind: 'metered', limit: 10, used: 7, remaining: 3, plan: 'free' },
    ...{ upgrade: { plan: 'pro', limit: null }, resetsAt: expect.stringMatching(/Z$/) },
  });
  expect(await check(org, { quantity: 4 })).toMatchObject({ allowed: false, reason: 'limit_reached', remaining: 3 });
  expect(await check(org, { feature: 'rockets' })).toMatchObject({
    allowed: false,
    reason: 'not_included',
    kind: null,
  });
  expect(await standing(org)).toEqual({ used: 7, reserved: 0 });
});

test('a feature that gets another name keeps what was counted; one that is removed is not included, never unlimited, and continues when it is back', async () => {
  const before = snapshot({ calls: 10 });
  const org = await usage.arrive(before);
  const ingest = new IngestUsage(usage.writer(), noBus);
  const report = (id: string) => {
    const events = [{ id, meter: 'calls', quantity: 7 }];
    return usage.call(ingest, ingestUsage, { events }, org);
  };
  await report('before');
  await usage.tenants.as({}, (tx) => saveMeters(tx, [{ ...described('calls'), name: 'Calls of the API' }]));
  expect(await check(org)).toMatchObject({ allowed: true, used: 7, remaining: 3 });

  const { calls: _, ...features } = before.features;
  await usage.arrive({ ...before, version: 2, features });
  expect(await check(org)).toMatchObject({ allowed: false, reason: 'not_included' });
  const taker = new TakeLease(usage.lend());
  const lease = { meter: 'calls', want: 1, holderId: 'h', leaseKey: newId() };
  await expect(usage.call(taker, takeLease, lease, org)).rejects.toMatchObject({ code: 'feature_not_included' });
  expect(await report('meanwhile')).toMatchObject({ accepted: 0, rejected: [{ code: 'not_included' }] });

  await usage.arrive({ ...before, version: 3 });
  expect(await check(org)).toMatchObject({ allowed: true, used: 7, remaining: 3 });
});

test('of 100 a hold of 60 leaves no room for 50; committed with 40 it leaves 60', async () => {
  const org = await newOrg(100);
  const { holdId, remaining } = await hold(org, 60);
  expect(remaining).toBe(40);
  expect(await hold(org, 50)).toMatchObject({ allowed: false, reason: 'limit_reached', remaining: 40 });
  expect(await commit(org, holdId, 40)).toEqual({ holdId, feature: 'calls', held: 60, quantity: 40, released: 20 });
  expect(await standing(org)).toEqual({ used: 40, reserved: 0 });
  expect(await hold(org, 60)).toMatchObject({ allowed: true, remaining: 0 });
});

test('a hold may be committed with more if the limit allows it; otherwise it stays as it was', async () => {
  const org = await newOrg(100);
  const [one, two] = [await hold(org, 30), await hold(org, 60)];
  await expect(commit(org, one.holdId, 41)).rejects.toMatchObject({ code: 'quota_exhausted' });
  expect(await standing(org)).toEqual({ used: 0, reserved: 90 });
  expect(await commit(org, one.holdId, 40)).toMatchObject({ held: 30, quantity: 40, released: 0 });
  expect(await standing(org)).toEqual({ used: 40, reserved: 60 });
  expect(await commit(org, two.holdId)).toMatchObject({ quantity: 60 });
  expect(await standing(org)).toEqual({ used: 100, reserved: 0 });
});

test('the same key is the same hold, also for many at once; for another quantity it is refused', async () => {
  const org = await newOrg(100);
  const all = await Promise.all(Array.from({ length: 20 }, () => hold(org, 60, 'report-1')));
  expect(new Set(all.map(({ holdId }) => holdId)).size).toBe(1);
  expect(await standing(org)).toEqual({ used: 0, reserved: 60 });
  await expect(hold(org, 61, 'report-1')).rejects.toMatchObject({ code: 'validation_failed' });
});

test('a hold ends once: repeated it is answered as before, in any other way it is a conflict', async () => {
  const org = await newOrg(100);
  const [one, two] = [await hold(org, 10), await hold(org, 10)];
  expect(await commit(org, one.holdId, 4)).toEqual(await commit(org, one.holdId, 4));
  await expect(commit(org, one.holdId, 5)).rejects.toMatchObject({ code: 'hold_ended', data: { state: 'committed' } });
  await expect(release(org, one.holdId)).rejects.toMatchObject({ code: 'hold_ended' });
  expect(await release(org, two.holdId)).toMatchObject({ quantity: 0, released: 10 });
  expect(await release(org, two.holdId)).toMatchObject({ released: 10 });
  await expect(commit(org, two.holdId)).rejects.toMatchObject({ code: 'hold_ended', data: { state: 'released' } });
  expect(await standing(org)).toEqual({ used: 4, reserved: 0 });
  await expect(commit(await newOrg(1), one.holdId, 4)).rejects.toMatchObject({ code: 'not_found' });
});

test('the key of a hold that has ended holds nothing again', async () => {
  const org = await newOrg(100);
  await release(org, (await hold(org, 10, 'released')).holdId);
  await commit(org, (await hold(org, 10, 'committed')).holdId, 4);
  await hold(org, 10, 'expired');
  await expire(org);
  for (const state of ['released', 'committed', 'expired']) {
    await expect(hold(org, 10, state)).rejects.toMatchObject({ code: 'hold_ended', data: { state } });
  }
  expect(await standing(org)).toEqual({ used: 4, reserved: 0 });
});

test('an expired hold frees its units by itself and can only be released', async () => {
  const org = await newOrg(100);
  const { holdId } = await hold(org, 100, 'long', 86_400);
  expect(await hold(org, 1)).toMatchObject({ allowed: false });
  await expire(org);
  expect(await standing(org)).toEqual({ used: 0, reserved: 0 });
  const next = await hold(org, 100);
  await expect(commit(org, holdId)).rejects.toMatchObject({ code: 'hold_ended', data: { state: 'expired' } });
  expect(await release(org, holdId)).toMatchObject({ quantity: 0 });
  await commit(org, next.holdId);
  expect(await standing(org)).toEqual({ used: 100, reserved: 0 });
});

test.each(['hour', 'day', 'month', 'period', 'ever'] as const)(
  'nothing passes a limit per %s, whoever holds, leases, commits, releases and lets expire at once, on two replicas',
  async (per) => {
    const org = await newOrg(100, per);
    const replicas = Array.from({ length: 2 }, () => {
      const lend = usage.lend();
      return { checks: new CheckEntitlement(usage.tenants, lend, noBus), taker: new TakeLease(lend) };
    });
    let spent = 0;
    await Promise.all(
      Array.from({ length: 12 }, async (_, caller) => {
        const { checks, taker } = replicas[caller % 2] ?? replicas[0] ?? { checks: undefined, taker: undefined };
        for (let turn = 0; turn < 12; turn += 1) {
          if (caller % 4 === 3) {
            const input = { meter: 'calls', want: 1 + turn, holderId: 'h', leaseKey: newId() };
            await usage.call(taker as TakeLease, takeLease, input, org);
          } else {
            const input = { feature: 'calls', quantity: 1 + (turn % 3), hold: { key: newId() } };
            const { holdId } = await usage.call(checks as CheckEntitlement, checkEntitlement, input, org);
            if (!holdId) continue;
            if (caller % 4 === 0) await release(org, holdId);
            else if (caller % 4 === 1) {
              const { quantity } = await commit(org, holdId);
              spent += quantity;
            }
          }
          const now = await standing(org);
          expect((now.used ?? 0) + (now.reserved ?? 0)).toBeLessThanOrEqual(100);
        }
      }),
    );
    expect((await standing(org)).used).toBe(spent);
  },
);

test('what is held counts where the hold was taken, however long the work took', async () => {
  const org = await newOrg(5, 'hour');
  const { holdId } = await hold(org, 5, 'work', 86_400);
  await usage.tenants.run(org, (tx) =>
    tx.query(
      `update leases set created_at = created_at - interval '3 hours', period_start = period_start - interval '3 hours',
                         period_end = period_end - interval '3 hours'`,
    ),
  );
  // The next hour has its own units.
  expect(await check(org, { quantity: 5 })).toMatchObject({ allowed: true, remaining: 5 });
  expect(await commit(org, holdId)).toMatchObject({ quantity: 5 });
  expect(await check(org, { quantity: 5 })).toMatchObject({ allowed: true, used: 0 });
});

test('only metered features can be held, and those of the platform only by its services', async () => {
  const given = snapshot({ calls: 5 });
  const org = await usage.arrive({
    ...given,
    features: { ...given.features, seats: { kind: 'counted', limit: 3, product: null } },
  });
  expect(await check(org, { feature: 'seats', used: 2 })).toMatchObject({ allowed: true, remaining: 1 });
  await expect(check(org, { feature: 'seats', hold: { key: 'k' } })).rejects.toMatchObject({
    code: 'validation_failed',
  });
  await expect(check(org, { feature: 'api_calls', hold: { key: 'k' } })).rejects.toMatchObject({ code: 'forbidden' });
  expect(await check(org, { feature: 'rockets', hold: { key: 'k' } })).toMatchObject({ reason: 'not_included' });
});
