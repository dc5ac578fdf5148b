import { remainingUnits, runsLow } from '@tidegate/contracts/usage/low';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { StoreCredits } from '../credits/store-credits.ts';
import { WatchCredits } from './watch-credits.ts';

let usage: Fixture;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

async function newOrg(calls: number | null): Promise<string> {
  const entitlements = snapshot({ calls });
  await usage.storeSnapshot(entitlements);
  return entitlements.orgId;
}
const watch = (orgId: string, threshold: number | null) =>
  usage.tenants.run(orgId, (tx) => {
    const data = { orgId, feature: 'calls', threshold };
    return new WatchCredits(usage.tenants).watch({ data, orgId, tx, emit: usage.outbox.emitter(tx) } as never);
  });
const give = (orgId: string, amount: number) =>
  usage.tenants.run(orgId, (tx) => {
    const [id, now] = [newId(), new Date().toISOString()];
    const credit = {
      ...{ id, feature: 'calls', name: 'More', amount, priority: 0, from: '2026-01-01T00:00:00.000Z', until: null },
      ...{ source: 'package', package: 'calls_1k', by: 'test', reason: '', givenAt: now },
    };
    const context = { data: { orgId, free: false, credit }, orgId, tx, emit: usage.outbox.emitter(tx) };
    return new StoreCredits().handle(context as never).then(() => id);
  });
let names = 0;
async function report(org: string, quantity: number, at = new Date()): Promise<void> {
  names += 1;
  const event = { id: `e${names}`, org, meter: 'calls', quantity, at: at.toISOString(), source: 'test' };
  await usage.writer().writeBatch([event]);
}
const reported = (org: string) =>
  usage.tenants.as({}, async (tx) => {
    const rows = await tx.query<{ body: string }>(
      'select body from outbox where subject = $1 and org_id = $2 order by id',
      [runsLow.subject, org],
    );
    return rows.map(({ body }) => JSON.parse(body).remaining as number);
  });
const remaining = (org: string) =>
  usage.call(new WatchCredits(usage.tenants), remainingUnits, { meter: 'calls' }, org, 'service');

test('it is reported once that no more is left than somebody wants, and again after there was more', async () => {
  const org = await newOrg(100);
  await watch(org, 20);
  await report(org, 79);
  expect(await reported(org)).toEqual([]);
  await report(org, 1);
  await report(org, 5);
  expect(await reported(org)).toEqual([20]);
  const id = await give(org, 50);
  expect(await remaining(org)).toEqual({ remaining: 65, known: [id] });
  await report(org, 60);
  expect(await reported(org)).toEqual([20, 5]);
  await watch(org, null);
  await give(org, 50);
  await report(org, 55);
  expect(await reported(org)).toEqual([20, 5]);
});

test('what is low already is reported when somebody begins to watch, and when a smaller plan begins', async () => {
  const org = await newOrg(100);
  await report(org, 90);
  await watch(org, 20);
  expect(await reported(org)).toEqual([10]);
  const other = await newOrg(100);
  await watch(other, 20);
  await usage.arrive(snapshot({ calls: 15, orgId: other, version: 2 }));
  expect(await reported(other)).toEqual([15]);
});

test('each window is reported by itself, and nothing of what is without limit', async () => {
  const org = await newOrg(100);
  await watch(org, 20);
  await report(org, 95);
  await usage.tenants.run(org, (tx) => tx.query("update credit_watches set low_in = low_in - interval '1 month'"));
  await report(org, 1);
  expect(await reported(org)).toEqual([5, 4]);
  const unlimited = await newOrg(null);
  await watch(unlimited, 20);
  await report(unlimited, 1_000);
  expect(await reported(unlimited)).toEqual([]);
  expect(await remaining(unlimited)).toEqual({ remaining: null, known: [] });
});
