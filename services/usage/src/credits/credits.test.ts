import { creditsChanged } from '@tidegate/contracts/billing/credits';
import type { EventData } from '@tidegate/contracts/kernel/event';
import { checkEntitlement, commitHold } from '@tidegate/contracts/usage/check';
import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { listDrawnCredits } from '@tidegate/contracts/usage/credits';
import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { usageLimits } from '@tidegate/contracts/usage/limits';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { currentUsage, ingestUsage } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
import { SumUsage } from '../balances/sum-usage.ts';
import { UsageLimits } from '../balances/usage-limits.ts';
import { CheckEntitlement } from '../checks/check-entitlement.ts';
import { EndHold } from '../checks/end-hold.ts';
import { CorrectUsage } from '../corrections/correct-usage.ts';
import { IngestUsage } from '../ingestion/ingest-usage.ts';
import { ReturnLease } from '../leases/return-lease.ts';
import { TakeLease } from '../leases/take-lease.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { rollUpDraws } from './credit.rows.ts';
import { ListDrawn } from './list-drawn.ts';
import { StoreCredits } from './store-credits.ts';

let usage: Fixture;
const noBus = undefined as never;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

type Given = Partial<EventData<typeof creditsChanged>['credit']> & { free?: boolean };
/** Units come as billing's event; the answer is their id. */
async function give(orgId: string, amount: number, { free = false, ...given }: Given = {}): Promise<string> {
  const now = new Date().toISOString();
  const data = {
    orgId,
    free,
    credit: {
      ...{ id: newId(), feature: 'calls', name: 'More calls', amount, priority: 0, from: '2026-01-01T00:00:00.000Z' },
      ...{ until: null, source: 'package' as const, package: 'calls_1k', by: 'test', reason: '', givenAt: now },
      ...given,
    },
  };
  await usage.tenants.run(orgId, (tx) =>
    new StoreCredits().handle({ data, orgId, tx, emit: usage.outbox.emitter(tx) } as never),
  );
  return data.credit.id;
}
async function newOrg(calls: number | null, enforcement: 'hard' | 'overage' = 'hard', per?: 'day'): Promise<string> {
  const entitlements = snapshot({ calls, ...(per && { per }) });
  const grant = entitlements.features['calls'];
  if (grant?.kind === 'metered' && enforcement === 'overage') Object.assign(grant, { enforcement, ceiling: null });
  await usage.storeSnapshot(entitlements);
  return entitlements.orgId;
}
let names = 0;
const name = (): string => {
  names += 1;
  return `n${names}`;
};
const report = (org: string, quantity: number, more: object = {}) =>
  usage
    .writer()
    .writeBatch([{ id: name(), org, meter: 'calls', quantity, at: new Date().toISOString(), source: 'test', ...more }]);
const take = (org: string, want: number, more: object = {}) =>
  usage.call(
    new TakeLease(usage.lend()),
    takeLease,
    { meter: 'calls', want, holderId: 'h', leaseKey: name(), ...more },
    org,
  );
const check = (org: string, quantity = 1, more: object = {}) =>
  usage.call(
    new CheckEntitlement(usage.tenants, usage.lend(), noBus),
    checkEntitlement,
    { feature: 'calls', quantity, ...more },
    org,
  );
async function current(org: string) {
  const { items } = await usage.call(new CurrentUsage(noBus), currentUsage, {}, org);
  const { used, drawn, credits, remaining, percent } = items.find(({ meter }) => meter === 'calls') ?? {};
  return { used, drawn, credits, remaining, percent };
}
const credits = async (org: string) => {
  const { items } = await usage.call(new ListDrawn(), listDrawnCredits, {}, org, 'service');
  return Object.fromEntries(items.map(({ id, left }) => [id, left]));
};
/** What is left of each grant is what it held less the sum of its draws. */
async function expectSums(org: string): Promise<void> {
  const rows = await usage.tenants.run(org, (tx) =>
    tx.query(
      `select g.id from credit_grants g
        where g.org_id = $1 and g.drawn <> (select coalesce(sum(quantity), 0) from credit_draws d
                                             where d.org_id = g.org_id and d.grant_id = g.id)`,
      [org],
    ),
  );
  expect(rows).toEqual([]);
}
const announced = (org: string) =>
  usage.tenants.as({}, async (tx) => {
    const rows = await tx.query<{ body: string }>(
      'select body from outbox where subject = $1 and org_id = $2 order by id',
      [quotaReached.subject, org],
    );
    return rows.map(({ body }) => {
      const { percent, used, limit } = JSON.parse(body);
      return [percent, used, limit];
    });
  });

test('prepaid units are used beyond the limit, and every answer counts them', async () => {
  const org = await newOrg(100);
  const id = await give(org, 50);
  expect(await check(org, 150)).toMatchObject({ allowed: true, limit: 100, remaining: 150, credits: 50 });
  expect(await check(org, 151)).toMatchObject({ allowed: false, reason: 'limit_reached' });
  await report(org, 120);
  expect(await current(org)).toEqual({ used: 120, drawn: 20, credits: 30, remaining: 30, percent: 80 });
  expect(await credits(org)).toEqual({ [id]: 30 });
  const limits = await usage.call(new UsageLimits(noBus), usageLimits, {}, org);
  expect(limits.items.find(({ feature }) => feature === 'calls')).toMatchObject({ remaining: 30, credits: 30 });
  await report(org, 40);
  expect(await current(org)).toEqual({ used: 160, drawn: 50, credits: 0, remaining: 0, percent: 106 });
  await expectSums(org);
});

test('a plan that includes nothing has what is prepaid', async () => {
  const org = await newOrg(0);
  expect(await check(org)).toMatchObject({ allowed: false, reason: 'limit_reached' });
  await give(org, 3);
  expect(await check(org)).toMatchObject({ allowed: true, limit: 0, remaining: 3 });
  const limits = await usage.call(new UsageLimits(noBus), usageLimits, {}, org);
  expect(limits.items.find(({ feature }) => feature === 'calls')).toMatchObject({ included: true, remaining: 3 });
});

test('the same grant again gives nothing more, and its end takes away what is left', async () => {
  const org = await newOrg(0);
  const id = await give(org, 10);
  await give(org, 10, { id });
  await report(org, 4);
  expect(await current(org)).toMatchObject({ credits: 6, drawn: 4 });
  await give(org, 10, { id, until: new Date().toISOString() });
  expect(await current(org)).toMatchObject({ credits: 0, drawn: 4, remaining: 0 });
});

test('20 takers at once on limit and prepaid units get exactly all of them, and units that expire first go first', async () => {
  const org = await newOrg(7);
  const soon = await give(org, 10, { priority: 1, until: new Date(Date.now() + 86_400_000).toISOString() });
  const later = await give(org, 100, { priority: 2 });
  const lend = [usage.lend(), usage.lend(), usage.lend()];
  const lent = await Promise.all(
    Array.from({ length: 20 }, async (_, taker) => {
      let sum = 0;
      for (;;) {
        const input = { meter: 'calls', want: 1 + (taker % 5), holderId: `h${taker}`, leaseKey: name() };
        const lease = await usage.call(new TakeLease(lend[taker % 3] as never), takeLease, input, org);
        if (lease.granted === 0) return sum;
        sum += lease.granted;
        await report(org, lease.granted, { lease: lease.leaseId });
      }
    }),
  );
  expect(lent.reduce((sum, one) => sum + one, 0)).toBe(117);
  expect(await current(org)).toMatchObject({ used: 117, drawn: 110, credits: 0, remaining: 0 });
  expect(await credits(org)).toEqual({ [soon]: 0, [later]: 0 });
  await expectSums(org);
});

test('nothing is lent beyond an expiry: the lease ends with the first units that do, and what follows draws from others', async () => {
  const org = await newOrg(0);
  const expires = new Date(Date.now() + 1_500).toISOString();
  const a = await give(org, 10, { priority: 1, until: expires });
  const b = await give(org, 100, { priority: 2 });
  const first = await take(org, 3, { whole: true });
  expect(first).toMatchObject({ granted: 3, expiresAt: expires });
  await report(org, 3, { lease: first.leaseId, at: new Date().toISOString() });
  expect(await credits(org)).toEqual({ [a]: 7, [b]: 100 });
  await until(async () => Date.now() > Date.parse(expires));
  await report(org, 5);
  expect(await credits(org)).toEqual({ [a]: 7, [b]: 95 });
  expect(await check(org)).toMatchObject({ remaining: 95 });
  // It was used before the expiry and arrives after it.
  await report(org, 2, { at: new Date(Date.parse(expires) - 100).toISOString() });
  expect(await credits(org)).toEqual({ [a]: 5, [b]: 95 });
  await expectSums(org);
});

test('20 takers while units expire: what is drawn of them was used before, everything else is used to the last unit', async () => {
  const org = await newOrg(0);
  const expires = Date.now() + 500;
  const a = await give(org, 200, { priority: 1, until: new Date(expires).toISOString() });
  const b = await give(org, 100, { priority: 2 });
  let used = 0;
  await Promise.all(
    Array.from({ length: 20 }, async (_, taker) => {
      for (;;) {
        const lease = await take(org, 1 + (taker % 5), { holderId: `h${taker}` });
        if (lease.leaseId === null) {
          if ((await check(org)).remaining === 0 && Date.now() > expires) return;
          continue;
        }
        // As every holder must: nothing is spent after the lease has ended.
        const at = Date.now();
        const spent = at < Date.parse(lease.expiresAt) ? lease.granted : 0;
        if (spent > 0) await report(org, spent, { lease: lease.leaseId, at: new Date(at).toISOString() });
        await usage.call(new ReturnLease(), returnLease, { leaseId: lease.leaseId, spent }, org);
        used += spent;
      }
    }),
  );
  const left = await credits(org);
  expect(left[b]).toBe(0);
  expect(left[a]).toBeGreaterThanOrEqual(0);
  expect(used).toBe(300 - (left[a] ?? 0));
  expect(await current(org)).toMatchObject({ used, drawn: used, remaining: 0 });
  const late = await usage.tenants.run(org, (tx) =>
    tx.query('select from credit_draws where org_id = $1 and grant_id = $2 and at >= $3', [org, a, new Date(expires)]),
  );
  expect(late).toEqual([]);
  await expectSums(org);
});

test('draws of long ago are one a month and grant, and add up as before', async () => {
  const org = await newOrg(0);
  const id = await give(org, 100, { from: '2020-01-01T00:00:00.000Z' });
  const ages = [500, 501, 430, 3].map((days) => `now() - interval '${days} days'`);
  await usage.tenants.run(org, async (tx) => {
    for (const at of ages) {
      await tx.query(
        `insert into credit_draws (org_id, meter, at, grant_id, quantity) values ($1, 'calls', date_trunc('second', ${at}), $2, 5)`,
        [org, id],
      );
    }
    await tx.query('update credit_grants set drawn = 20 where org_id = $1', [org]);
  });
  await usage.tenants.system('ingest', (tx) => rollUpDraws(tx, 410));
  await usage.tenants.system('ingest', (tx) => rollUpDraws(tx, 410));
  const rows = await usage.tenants.run(org, (tx) =>
    tx.query<{ quantity: string }>('select quantity from credit_draws where org_id = $1', [org]),
  );
  expect(rows.length).toBeLessThanOrEqual(4);
  expect(rows.reduce((sum, { quantity }) => sum + Number(quantity), 0)).toBe(20);
  await expectSums(org);
});

test('what is lent of prepaid units in one window is not there in the next', async () => {
  const org = await newOrg(0, 'hard', 'day');
  await give(org, 10);
  const lease = await take(org, 6, { whole: true });
  expect(lease.granted).toBe(6);
  await usage.tenants.run(org, (tx) =>
    tx.query(
      "update leases set period_start = period_start - interval '1 day', period_end = period_end - interval '1 day' where org_id = $1",
      [org],
    ),
  );
  expect(await check(org, 5)).toMatchObject({ allowed: false, remaining: 4 });
  expect((await take(org, 4, { whole: true })).granted).toBe(4);
  expect((await take(org, 1)).granted).toBe(0);
});

test('a hold reserves prepaid units, and is counted at the instant at which it was taken', async () => {
  const org = await newOrg(1);
  const id = await give(org, 10, { until: new Date(Date.now() + 1_500).toISOString() });
  const held = await check(org, 8, { hold: { key: name(), ttlSeconds: 3_600 } });
  expect(held).toMatchObject({ allowed: true, remaining: 3 });
  expect(await check(org, 4, { hold: { key: name() } })).toMatchObject({ allowed: false });
  await until(async () => (await check(org)).credits === 0);
  const end = (quantity: number) =>
    usage.call(new EndHold(usage.writer(), noBus), commitHold, { holdId: held.holdId, quantity }, org);
  await expect(end(12)).rejects.toMatchObject({ code: 'quota_exhausted' });
  expect(await end(9)).toMatchObject({ quantity: 9 });
  expect(await credits(org)).toEqual({ [id]: 2 });
  expect(await current(org)).toMatchObject({ used: 9, drawn: 8, remaining: 0 });
});

test('voided use gives its units back to the grant from which they came; a repetition gives nothing more', async () => {
  const org = await newOrg(10);
  const id = await give(org, 20);
  const send = (event: object) =>
    usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events: [event] }, org, 'service_key');
  const correct = (input: object) =>
    usage.call(
      new CorrectUsage(usage.writer(), noBus),
      correctUsage,
      { reason: 'A test run', source: 'shop', ...input },
      org,
      'service_key',
    );
  await send({ id: 'a', source: 'shop', meter: 'calls', quantity: 12 });
  await send({ id: 'b', source: 'shop', meter: 'calls', quantity: 5 });
  expect(await credits(org)).toEqual({ [id]: 13 });
  await correct({ id: 'a', action: 'amend', quantity: 9 });
  expect(await credits(org)).toEqual({ [id]: 16 });
  await correct({ id: 'b', action: 'void' });
  await correct({ id: 'b', action: 'void' });
  expect(await credits(org)).toEqual({ [id]: 20 });
  expect(await current(org)).toMatchObject({ used: 9, drawn: 0, remaining: 21 });
  await expectSums(org);
});

test('events that come twice, in several batches at once, draw once', async () => {
  const org = await newOrg(5);
  const id = await give(org, 40);
  const events = Array.from({ length: 30 }, (_, index) => ({
    ...{ id: `e${index}`, org, meter: 'calls', quantity: 1, at: new Date().toISOString(), source: 'test' },
  }));
  const writers = [usage.writer(), usage.writer(), usage.writer()];
  await Promise.all(writers.flatMap((writer) => [writer.writeBatch(events), writer.writeBatch([...events].reverse())]));
  expect(await current(org)).toMatchObject({ used: 30, drawn: 25, credits: 15 });
  expect(await credits(org)).toEqual({ [id]: 15 });
  await expectSums(org);
});

test('overage is what neither the plan nor prepaid units pay for', async () => {
  const org = await newOrg(10, 'overage');
  await give(org, 20);
  await report(org, 45);
  const [from, to] = [new Date(Date.now() - 3_600_000).toISOString(), new Date(Date.now() + 3_600_000).toISOString()];
  const { sums } = await usage.call(
    new SumUsage(usage.tenants),
    sumUsage,
    { spans: [{ meter: 'calls', from, to }] },
    org,
    'service',
  );
  expect(sums).toEqual([25]);
  const beyond = { limit: 10, per: 'day' as const };
  const spans = [{ meter: 'calls', from, to, beyond }];
  expect((await usage.call(new SumUsage(usage.tenants), sumUsage, { spans }, org, 'service')).sums).toEqual([15]);
});

test('thresholds are of the limit and what is prepaid together, once each, and again when more is bought', async () => {
  const org = await newOrg(50);
  await give(org, 50);
  await report(org, 45);
  expect(await announced(org)).toEqual([]);
  await report(org, 5);
  expect(await announced(org)).toEqual([[50, 50, 100]]);
  await report(org, 50);
  expect(await announced(org)).toEqual([
    [50, 50, 100],
    [100, 100, 100],
  ]);
  await give(org, 100);
  await report(org, 1);
  expect(await announced(org)).toHaveLength(2);
  await report(org, 60);
  expect((await announced(org)).slice(2)).toEqual([[80, 161, 200]]);
});

test('of a meter with digits behind the point prepaid units are drawn to the last of them, also when it is described later', async () => {
  const entitlements = snapshot({ calls: 0 });
  const grant = entitlements.features['calls'];
  if (grant) entitlements.features['tokens'] = { ...grant };
  const org = entitlements.orgId;
  await usage.storeSnapshot(entitlements);
  const id = await give(org, 2, { feature: 'tokens' });
  await usage.tenants.as({}, (tx) => saveMeters(tx, [described('tokens', { decimals: 2 })]));
  const ask = (quantity: number) => check(org, quantity, { feature: 'tokens' });
  expect(await ask(2)).toMatchObject({ allowed: true, remaining: 2, credits: 2 });
  const event = { id: 'a', meter: 'tokens', quantity: 0.75 };
  await usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events: [event] }, org);
  expect(await credits(org)).toEqual({ [id]: 1.25 });
  expect(await ask(1.25)).toMatchObject({ allowed: true, remaining: 1.25, used: 0.75 });
  expect(await ask(1.26)).toMatchObject({ allowed: false });
  await expectSums(org);
});

test('prepaid units wait for an organisation whose plan has not arrived, and for a plan that has the meter', async () => {
  const entitlements = snapshot({ calls: 1 });
  const org = entitlements.orgId;
  await give(org, 5);
  await usage.storeSnapshot(entitlements);
  await report(org, 4);
  expect(await current(org)).toMatchObject({ used: 4, drawn: 3, remaining: 2 });
  const unlimited = snapshot({ calls: null, orgId: org, version: 2 });
  await usage.storeSnapshot(unlimited);
  await report(org, 100);
  expect(await current(org)).toMatchObject({ drawn: 3, credits: 2, remaining: null });
});
