import type { Caller } from '@tidegate/contracts/kernel/caller';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import { newId } from '@tidegate/database/ids';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { snapshot } from '../../test/snapshot.ts';
import { saveTimeZone } from '../entitlements/entitlement-snapshot.rows.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { IngestUsage } from './ingest-usage.ts';

/* An operator's backend reports events of many organisations in one request. */

let usage: Fixture;
let handler: unknown;
beforeAll(async () => {
  usage = await openUsage();
  await usage.tenants.as({}, (tx) => saveMeters(tx, [described('peak', { aggregate: 'max' })]));
  [handler] = operationHandlers(new IngestUsage(usage.writer(), undefined as never));
});
afterAll(() => usage.close());

async function newOrg(given: Parameters<typeof snapshot>[0] & { features?: object } = {}): Promise<string> {
  const entitlements = { ...snapshot(given), ...(given.features ? { features: {} } : {}) };
  await usage.storeSnapshot(entitlements);
  return entitlements.orgId;
}
const newOrgs = (count: number) => Promise.all(Array.from({ length: count }, () => newOrg()));
async function send(...events: unknown[]) {
  const caller: Caller = { kind: 'service_key', keyId: 'k', scopes: ['usage:write'] };
  const request = { caller, input: { events }, deadline: Date.now() + 60_000 };
  return (await new OperationRunner(usage.tenants, usage.outbox).run(handler as never, request)) as {
    accepted: number;
    duplicates: number;
    rejected: { index: number; code: string }[];
  };
}
const of = (subject: string, event: object = {}) => ({
  ...{ specversion: '1.0', id: newId(), source: 'shop', type: 'calls', subject },
  ...event,
});
const used = (orgId: string) =>
  usage.tenants.run(orgId, async (tx) => {
    const sums = await tx.one<{ used: string; events: string }>(
      `select (select coalesce(sum(used), 0) from usage_balances where org_id = $1) as used,
              (select coalesce(sum(quantity), 0) from usage_hours where org_id = $1) as events`,
      [orgId],
    );
    return [Number(sums?.used), Number(sums?.events)];
  });

test('events of hundreds of organisations count in one request, each once, also when two requests repeat each other', async () => {
  const orgs = await newOrgs(250);
  const events = orgs.flatMap((org) => [of(org, { data: { quantity: 2 } }), of(org)]);
  const answers = await Promise.all([send(...events), send(...events.toReversed()), send(...events)]);
  expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(500);
  expect(answers.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(1_000);
  for (const org of orgs.slice(0, 20)) expect(await used(org)).toEqual([3, 3]);
});

test('each event is judged by the plan of its own organisation', async () => {
  const [full, without] = [await newOrg(), await newOrg({ features: {} })];
  const again = of(full, { id: 'x' });
  const answer = await send(
    ...[again, of(without), of(newId()), of(full, { type: 'bananas' }), of(full, { time: '2020-01-01T00:00:00Z' })],
    ...[again, of(full, { id: 'x', data: { quantity: 7 } }), of(full, { id: 'y' })],
  );
  expect(answer).toMatchObject({ accepted: 2, duplicates: 1 });
  expect(answer.rejected.map(({ index, code }) => `${index} ${code}`)).toEqual([
    ...['1 not_included', '2 unknown_organisation', '3 unknown_meter', '4 too_old', '6 conflict'],
  ]);
  expect([await used(full), await used(without)]).toEqual([
    [2, 2],
    [0, 0],
  ]);
});

test('a plan that has changed counts from the next request on', async () => {
  const [org, other] = await newOrgs(2);
  expect(await send(of(org ?? ''), of(other ?? ''))).toMatchObject({ accepted: 2 });
  await usage.storeSnapshot({ ...snapshot(), features: {}, orgId: org ?? '', version: 2 });
  expect(await send(of(org ?? ''), of(other ?? ''))).toMatchObject({ accepted: 1, rejected: [{ index: 0 }] });
  await usage.storeSnapshot({ ...snapshot(), orgId: org ?? '', version: 3 });
  expect(await send(of(org ?? ''), of(other ?? ''))).toMatchObject({ accepted: 2, rejected: [] });
});

test('an organisation that was deleted is unknown from the next request on, whatever is in memory', async () => {
  const [org = '', other = ''] = await newOrgs(2);
  expect(await send(of(org), of(other))).toMatchObject({ accepted: 2 });
  await usage.tenants.as({}, (tx) => tx.query('insert into deleted_organisations (org_id) values ($1)', [org]));
  const answer = await send(of(org), of(other));
  expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'unknown_organisation' }] });
});

test('a plan that changes while requests come is that of every request that begins after the change', async () => {
  const [org = '', ...others] = await newOrgs(30);
  let version = 1;
  for (let round = 0; round < 6; round += 1) {
    const included = round % 2 === 1;
    const busy = Array.from({ length: 4 }, () => send(of(org), ...others.map((one) => of(one))));
    version += 1;
    await usage.storeSnapshot({ ...snapshot(), ...(included ? {} : { features: {} }), orgId: org, version });
    const [after] = await Promise.all([send(of(org)), ...busy]);
    expect(after).toMatchObject({ accepted: included ? 1 : 0 });
  }
});

test('days of another zone begin where they do from the next event on, by request and by stream', async () => {
  const org = await newOrg();
  const writer = usage.writer();
  const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
  const streamed = (minute: string) => ({
    ...{ id: newId(), org, meter: 'calls', quantity: 1, source: 'test', at: `${day}T18:${minute}:00.000Z` },
  });
  const hours = () =>
    usage.tenants.run(org, async (tx) => {
      const rows = await tx.query<{ hour: Date; events: string }>('select hour, events from usage_hours order by 1');
      return rows.map(({ hour, events }) => `${hour.toISOString().slice(11, 16)} ${events}`);
    });
  await writer.writeBatch([streamed('45')]);
  await send(of(org, { time: `${day}T18:46:00Z` }));
  expect(await hours()).toEqual(['18:00 2']);
  await usage.tenants.run(org, (tx) => saveTimeZone(tx, org, 'Asia/Kolkata'));
  await writer.writeBatch([streamed('47')]);
  await send(of(org, { time: `${day}T18:48:00Z` }), of(org, { time: `${day}T18:10:00Z` }));
  expect(await hours()).toEqual(['18:00 3', '18:30 2']);
});

test('thresholds of every organisation are emitted once', async () => {
  const orgs = await Promise.all([newOrg({ calls: 10 }), newOrg({ calls: 100 })]);
  const events = orgs.map((org) => of(org, { data: { quantity: 10 } }));
  await Promise.all([send(...events), send(...events)]);
  const emitted = await usage.tenants.as({}, (tx) =>
    tx.query<{ org_id: string; body: string }>(
      'select org_id, body from outbox where subject = $1 and org_id = any($2::uuid[])',
      [quotaReached.subject, orgs],
    ),
  );
  expect(emitted.map(({ org_id, body }) => [org_id, JSON.parse(body).percent])).toEqual([[orgs[0], 100]]);
});

test('where events do more than add up, organisations are counted one by one, a hundred at the most', async () => {
  const orgs = await newOrgs(101);
  const peak = orgs.map((org) => of(org, { type: 'peak', data: { quantity: 3 } }));
  await expect(send(...peak)).rejects.toMatchObject({ code: 'validation_failed' });
  const [one, two] = orgs;
  const lease = of(one ?? '', { lease: newId() });
  expect(await send(lease, of(two ?? ''))).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'malformed' }] });
});
