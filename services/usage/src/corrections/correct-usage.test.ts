import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import { listUsageEvents } from '@tidegate/contracts/usage/recorded';
import { currentUsage, ingestUsage, usageHistory } from '@tidegate/contracts/usage/usage';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
import { UsageHistory } from '../balances/usage-history.ts';
import { IngestUsage } from '../ingestion/ingest-usage.ts';
import { ListEvents } from '../ingestion/list-events.ts';
import { eventKey } from '../kernel/event-identity.ts';
import { CorrectUsage } from './correct-usage.ts';

let usage: Fixture;
const noBus = undefined as never;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

async function newOrg(calls: number | null = null): Promise<string> {
  const entitlements = snapshot({ calls });
  await usage.storeSnapshot(entitlements);
  return entitlements.orgId;
}
const send = (org: string, events: object[], kind: 'user' | 'service_key' = 'service_key') =>
  usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events }, org, kind);
const correct = (org: string, input: object, kind: 'user' | 'service_key' = 'service_key') =>
  usage.call(new CorrectUsage(usage.writer(), noBus), correctUsage, { reason: 'Test run', ...input }, org, kind);
async function used(org: string): Promise<number[]> {
  const { items } = await usage.call(new CurrentUsage(noBus), currentUsage, {}, org);
  const history = await usage.call(new UsageHistory(noBus), usageHistory, { meter: 'calls' }, org);
  return [items.find(({ meter }) => meter === 'calls')?.used ?? 0, history.total];
}
const listed = async (org: string) =>
  (await usage.call(new ListEvents(), listUsageEvents, { meter: 'calls' }, org)).items;
const reached = async (org: string) => {
  const rows = await usage.tenants.as({}, (tx) =>
    tx.query('select 1 from outbox where subject = $1 and org_id = $2', [quotaReached.subject, org]),
  );
  return rows.length;
};

test('voiding and amending change balance and history at the time of the event; repeating them changes nothing', async () => {
  const org = await newOrg();
  const time = new Date(Date.now() - 5 * 86_400_000).toISOString();
  await send(org, [
    { id: 'a', meter: 'calls', quantity: 7, time },
    { id: 'b', meter: 'calls', quantity: 5, time },
  ]);
  const amended = { id: 'a', meter: 'calls', quantity: 3, source: 'default', time };
  expect(await correct(org, { id: 'a', action: 'amend', quantity: 3 })).toEqual({ ...amended, changed: true });
  expect(await correct(org, { id: 'a', action: 'amend', quantity: 3 })).toEqual({ ...amended, changed: false });
  expect((await used(org))[1]).toBe(8);
  expect(await correct(org, { id: 'a', action: 'amend', quantity: 9 })).toMatchObject({ changed: true });
  expect((await used(org))[1]).toBe(14);
  const voided = await Promise.all([1, 2, 3].map(() => correct(org, { id: 'a', action: 'void' })));
  expect(voided.filter(({ changed }) => changed)).toHaveLength(1);
  expect(voided.every(({ quantity }) => quantity === 0)).toBe(true);
  expect((await used(org))[1]).toBe(5);
  const refused = correct(org, { id: 'a', action: 'amend', quantity: 1 });
  await expect(refused).rejects.toMatchObject({ code: 'usage_event_voided', status: 409 });
  // The event itself stays known: it is a duplicate, not news.
  expect(await send(org, [{ id: 'a', meter: 'calls', quantity: 7, time }])).toMatchObject({ duplicates: 1 });
  expect((await used(org))[1]).toBe(5);
});

test('the drill-down lists each correction with what it corrects, why and by whom, and adds up', async () => {
  const org = await newOrg();
  await send(org, [{ id: 'a', source: 'shop', meter: 'calls', quantity: 7 }]);
  await correct(org, { source: 'shop', id: 'a', action: 'amend', quantity: 4, reason: 'Counted the retries' });
  await correct(org, { source: 'shop', id: 'a', action: 'void', reason: 'A test order' });
  const items = await listed(org);
  expect(items.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(0);
  expect(items.filter(({ corrects }) => corrects === null)).toMatchObject([{ id: 'a', quantity: 7 }]);
  const of = { source: 'service:shop', id: 'a', by: 'service_key:k' };
  expect(
    items.filter(({ corrects }) => corrects).map(({ quantity, corrects }) => ({ ...corrects, was: quantity })),
  ).toEqual([
    { ...of, action: 'amend', quantity: 4, reason: 'Counted the retries', was: -3 },
    { ...of, action: 'void', quantity: 0, reason: 'A test order', was: -4 },
  ]);
});

test('a threshold that is no longer reached is announced again when it is, and one that an amendment reaches at once', async () => {
  const org = await newOrg(10);
  await send(org, [{ id: 'a', meter: 'calls', quantity: 9 }]);
  expect(await reached(org)).toBe(1);
  await correct(org, { id: 'a', action: 'amend', quantity: 1 });
  expect(await used(org)).toEqual([1, 1]);
  expect(await reached(org)).toBe(1);
  await correct(org, { id: 'a', action: 'amend', quantity: 9 });
  expect(await reached(org)).toBe(2);
});

test('only a service key corrects, only what was counted, only for 35 days, and customers cannot take its ids', async () => {
  const org = await newOrg();
  await send(org, [{ id: 'a', meter: 'calls', quantity: 100 }], 'user');
  expect(await send(org, [{ id: 'a', meter: 'calls', quantity: 2 }])).toMatchObject({ accepted: 1 });
  const asUser = correct(org, { id: 'a', action: 'void' }, 'user');
  await expect(asUser).rejects.toMatchObject({ code: 'forbidden' });
  await expect(correct(org, { id: 'x', action: 'void' })).rejects.toMatchObject({ code: 'not_found' });
  await expect(correct(await newOrg(), { id: 'a', action: 'void' })).rejects.toMatchObject({ code: 'not_found' });
  await expect(correct(org, { id: 'a', action: 'amend' })).rejects.toMatchObject({ code: 'validation_failed' });
  await correct(org, { id: 'a', action: 'void' });
  expect(await used(org)).toEqual([100, 100]);
  const late = new Date(Date.now() - 35 * 86_400_000 + 60_000).toISOString();
  await send(org, [{ id: 'late', meter: 'calls', time: late }]);
  expect(await correct(org, { id: 'late', action: 'amend', quantity: 2 })).toMatchObject({ changed: true });
  await usage.tenants.run(org, async (tx) => {
    const aged = "set at = at - interval '61 seconds' where org_id = $1";
    await tx.query(`update usage_events ${aged} and id = 'late'`, [org]);
    await tx.query(`update usage_identities ${aged} and key = $2`, [org, eventKey('service:default', 'late')]);
  });
  const old = correct(org, { id: 'late', action: 'void' });
  await expect(old).rejects.toMatchObject({ code: 'usage_event_too_old', status: 409 });
});
