import type { Caller } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { neighbours } from '../../test/neighbours.ts';
import { snapshot } from '../../test/snapshot.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { IngestUsage } from './ingest-usage.ts';

let usage: Fixture;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

async function newOrg(): Promise<string> {
  const entitlements = snapshot();
  await usage.storeSnapshot(entitlements);
  return entitlements.orgId;
}
async function send(caller: Partial<Caller>, ...events: unknown[]) {
  const [handler] = operationHandlers(new IngestUsage(usage.writer(), neighbours().bus));
  const who: Caller = { kind: 'service_key', keyId: 'k', scopes: ['usage:write'], ...caller };
  const request = { caller: who, input: { events }, deadline: Date.now() + 60_000 };
  return (await new OperationRunner(usage.tenants, usage.outbox).run(handler as never, request)) as {
    accepted: number;
    duplicates: number;
    rejected: { index: number; code: string; message: string }[];
  };
}
const stored = (orgId: string) =>
  usage.tenants.run(orgId, (tx) =>
    tx.query<{ id: string; source: string; quantity: string; at: Date }>(
      'select id, source, quantity, at from usage_events where org_id = $1 order by at, id',
      [orgId],
    ),
  );
const of = (event: object) => ({
  specversion: '1.0',
  id: newId(),
  source: 'https://shop.example/eu',
  type: 'calls',
  ...event,
});

test('a CloudEvent counts as it is: id, source, time with an offset, quantity, and one without data as one unit', async () => {
  const orgId = await newOrg();
  const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  const local = new Date(hour.getTime() + 3_600_000).toISOString().replace('.000Z', '+01:00');
  const event = of({ id: 'a', time: local, data: { quantity: 3, other: [1] }, dataschema: 'x', traceparent: '00-1' });
  const plain = { id: 'a', source: 'https://shop.example/eu', meter: 'calls', quantity: 3 };
  expect(await send({ orgId }, event, event, plain, of({ id: 'b' }))).toEqual({
    accepted: 2,
    duplicates: 2,
    rejected: [],
  });
  const [first, second] = await stored(orgId);
  expect(first).toMatchObject({ id: 'a', source: 'service:https://shop.example/eu', quantity: '3', at: hour });
  expect(second).toMatchObject({ id: 'b', quantity: '1' });
});

test('what a meter names as its value is counted', async () => {
  await usage.tenants.as({}, (tx) => saveMeters(tx, [described('mails', { value: 'data.sent.count' })]));
  const orgId = await newOrg();
  const good = of({ type: 'mails', data: { sent: { count: 4 }, quantity: 9 } });
  const answer = await send({ orgId }, good, of({ type: 'mails', data: { quantity: 9 } }));
  expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'malformed' }] });
  expect(answer.rejected[0]?.message).toContain('data.sent.count');
  expect(await stored(orgId)).toMatchObject([{ quantity: '4' }]);
});

test('each is judged on its own', async () => {
  const orgId = await newOrg();
  const { rejected, accepted } = await send(
    { orgId },
    of({}),
    of({ specversion: '0.3' }),
    of({ id: '' }),
    of({ source: undefined }),
    of({ type: 'bananas' }),
    of({ type: 'com.example.calls' }),
    of({ type: 'api_calls' }),
    of({ data: 'text' }),
    of({ data: { quantity: -1 } }),
    of({ data_base64: 'AAAA' }),
    of({ datacontenttype: 'text/xml', data: {} }),
    of({ time: 'yesterday' }),
    of({ time: '2020-01-01T00:00:00Z' }),
    of({ datacontenttype: 'application/vnd.x+json; charset=utf-8', data: { quantity: 2 } }),
  );
  expect(accepted).toBe(2);
  expect(rejected.map(({ index, code }) => `${index} ${code}`)).toEqual([
    ...['1 malformed', '2 malformed', '3 malformed', '4 unknown_meter', '5 malformed', '6 platform_meter'],
    ...['7 malformed', '8 malformed', '9 malformed', '10 malformed', '11 malformed', '12 too_old'],
  ]);
});

test('a service key names the organisation of each event; others cannot', async () => {
  const [one, two, unknown] = [await newOrg(), await newOrg(), newId()];
  const events = [one, two.toUpperCase(), unknown, 'customer-7'].map((subject) => of({ subject }));
  const answer = await send({}, ...events);
  expect(answer).toMatchObject({ accepted: 2, duplicates: 0 });
  expect(answer.rejected.map(({ index, code }) => [index, code])).toEqual([
    [2, 'unknown_organisation'],
    [3, 'malformed'],
  ]);
  expect(await send({ orgId: one }, of({ subject: two }))).toMatchObject({ rejected: [{ code: 'malformed' }] });
  expect(await send({ orgId: one }, of({ subject: 'customer-7' }))).toMatchObject({ accepted: 1 });
  expect(await send({ kind: 'api_key', orgId: one }, of({ subject: two }))).toMatchObject({ accepted: 1 });
  expect([(await stored(one)).length, (await stored(two)).length]).toEqual([3, 1]);
});

test('a value that is not a single one is refused by its path, and never counted as its text', async () => {
  const org = await newOrg();
  const { accepted, rejected } = await send(
    { orgId: org },
    of({ data: { quantity: { n: 1 } } }),
    of({ data: { quantity: [1] } }),
  );
  expect(accepted).toBe(0);
  expect(rejected).toMatchObject([
    { code: 'malformed', message: expect.stringContaining('data.quantity') },
    { code: 'malformed', message: expect.stringContaining('data.quantity') },
  ]);
});
