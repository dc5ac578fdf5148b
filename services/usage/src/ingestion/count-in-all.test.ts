import type { Caller } from '@tidegate/contracts/kernel/caller';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import { newId } from '@tidegate/database/ids';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { until } from '@tidegate/testing/until';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { neighbours } from '../../test/neighbours.ts';
import { snapshot } from '../../test/snapshot.ts';
import { saveTimeZone } from '../entitlements/entitlement-snapshot.rows.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { IngestUsage } from './ingest-usage.ts';
import { laneOf } from './lanes.rules.ts';

/* An operator's backend reports events of many organisations in one request. */

let usage: Fixture;
let handler: unknown;
const others = neighbours();
/** Requests that are being counted, or wait for it. */
let arrived = 0;
beforeAll(async () => {
  usage = await openUsage();
  await usage.tenants.as({}, (tx) => saveMeters(tx, [described('peak', { aggregate: 'max' })]));
  const writer = usage.writer();
  const { definitions } = writer;
  writer.definitions = () => definitions.call(writer).finally(() => setImmediate(() => (arrived += 1)));
  [handler] = operationHandlers(new IngestUsage(writer, others.bus));
});
afterAll(() => usage.close());

async function newOrg(given: Parameters<typeof snapshot>[0] & { features?: object } = {}): Promise<string> {
  const entitlements = { ...snapshot(given), ...(given.features ? { features: {} } : {}) };
  await usage.storeSnapshot(entitlements);
  return entitlements.orgId;
}
async function newOrgs(count: number): Promise<string[]> {
  const orgs: string[] = [];
  // A few at a time: on a busy machine the last of hundreds would wait too long for a connection.
  while (orgs.length < count) orgs.push(...(await Promise.all([newOrg(), newOrg(), newOrg(), newOrg()])));
  return orgs.slice(0, count);
}
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

test('an organisation that has just signed up counts at once; one that nobody knows is asked about once, and harms nobody', async () => {
  const known = await newOrg();
  const [fresh, wrong] = [snapshot(), newId()];
  others.signedUp.set(fresh.orgId, fresh);
  const event = of(fresh.orgId);
  const answer = await send(of(known), event, of(wrong));
  expect(answer).toMatchObject({ accepted: 2, rejected: [{ index: 2, code: 'unknown_organisation' }] });
  expect(await used(fresh.orgId)).toEqual([1, 1]);
  others.asked.length = 0;
  expect(await send(event, of(wrong))).toMatchObject({ accepted: 0, duplicates: 1, rejected: [{ index: 1 }] });
  expect(others.asked).toEqual([]);
});

test('one that was deleted between two questions is rejected alone; while identity is away all is sent again', async () => {
  const [known, gone] = [await newOrg(), snapshot()];
  others.signedUp.set(gone.orgId, { ...gone, gone: true } as never);
  expect(await send(of(known), of(gone.orgId))).toMatchObject({ accepted: 1, rejected: [{ index: 1 }] });
  others.away = true;
  await expect(send(of(known), of(newId()))).rejects.toMatchObject({ code: 'unavailable' });
  expect(await send(of(known))).toMatchObject({ accepted: 1 });
  others.away = false;
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

/** An organisation of one lane or the other. */
async function orgOf(lane: number): Promise<string> {
  for (;;) {
    const org = await newOrg();
    if (laneOf(org, 2) === lane) return org;
  }
}

/** Nobody can count for this organisation while `work` runs. */
const whileHeld = (org: string, work: () => Promise<void>) =>
  usage.asAdmin(async (client) => {
    await client.query('begin');
    const { rowCount } = await client.query('select 1 from usage.usage_balances where org_id = $1 for update', [org]);
    expect(rowCount).toBe(1);
    await work().finally(() => client.query('rollback'));
  });

/** The transactions that wait for a row. */
const waiting = () =>
  usage.asAdmin(async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rows.map(({ pid }) => pid);
  });

/** As a broken connection of one of them. */
async function breakWaiting(): Promise<void> {
  const pids = await until(async () => {
    const found = await waiting();
    return found.length > 0 && found;
  });
  await usage.asAdmin((client) =>
    client.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [pids]),
  );
}

test('requests that come while another one is counted are counted together, each with its own answer', async () => {
  const org = await orgOf(0);
  await send(of(org));
  const again = of(org, { id: 'again' });
  let answers: Promise<unknown[]> = Promise.resolve([]);
  let before = 0;
  const transactions = () =>
    usage.asAdmin(async (client) => {
      const { rows } = await client.query<{ n: number }>(
        `select count(distinct xmin::text)::int as n from usage.usage_events where org_id = $1`,
        [org],
      );
      return rows[0]?.n ?? 0;
    });
  await whileHeld(org, async () => {
    before = await transactions();
    const first = send(of(org));
    await until(async () => (await waiting()).length === 1);
    const others: ReturnType<typeof send>[] = [];
    // In this order: of two that differ the first is counted.
    for (const events of [
      [again, of(org), of(newId())],
      [of(org, { time: '2020-01-01T00:00:00Z' }), again],
      [of(org, { type: 'bananas' }), of(org, { id: 'again', data: { quantity: 2 } })],
    ]) {
      const next = arrived + 1;
      others.push(send(...events));
      await until(() => arrived === next);
    }
    answers = Promise.all([first, ...others]);
    expect(await waiting()).toHaveLength(1);
  });
  const [first, one, two, three] = (await answers) as Awaited<ReturnType<typeof send>>[];
  const codes = (answer?: Awaited<ReturnType<typeof send>>) =>
    answer?.rejected.map(({ index, code }) => `${index} ${code}`);
  expect(first).toMatchObject({ accepted: 1, duplicates: 0, rejected: [] });
  expect([one?.accepted, one?.duplicates, codes(one)]).toEqual([2, 0, ['2 unknown_organisation']]);
  expect([two?.accepted, two?.duplicates, codes(two)]).toEqual([0, 1, ['0 too_old']]);
  expect([three?.accepted, three?.duplicates, codes(three)]).toEqual([0, 0, ['0 unknown_meter', '1 conflict']]);
  expect(await used(org)).toEqual([4, 4]);
  expect((await transactions()) - before).toBe(2);
});

test('a request whose sum no balance can hold is refused alone, with whomever it was counted', async () => {
  const [full, other] = [await orgOf(0), await orgOf(0)];
  await send(of(full), of(other));
  await usage.asAdmin((client) =>
    client.query('update usage.usage_balances set used = 9007199254740991 where org_id = $1', [full]),
  );
  let answers: Promise<PromiseSettledResult<unknown>[]> = Promise.resolve([]);
  await whileHeld(other, async () => {
    const first = send(of(other));
    await until(async () => (await waiting()).length === 1);
    const enough = arrived + 3;
    answers = Promise.allSettled([first, send(of(other)), send(of(full)), send(of(other))]);
    await until(() => arrived === enough);
  });
  const [first, before, bad, after] = await answers;
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'validation_failed' } });
  for (const good of [first, before, after]) expect(good).toMatchObject({ value: { accepted: 1 } });
  expect(await used(other)).toEqual([4, 4]);
});

test('when PostgreSQL goes away whoever waits is told, and what is sent again counts once', async () => {
  const org = await orgOf(1);
  await send(of(org));
  const events = Array.from({ length: 4 }, () => of(org));
  await whileHeld(org, async () => {
    const first = send(events[0]).catch((error: unknown) => error);
    await until(async () => (await waiting()).length === 1);
    const enough = arrived + 3;
    const others = events.slice(1).map((event) => send(event).catch((error: unknown) => error));
    await until(() => arrived === enough);
    await breakWaiting();
    for (const failure of await Promise.all([first, ...others])) expect(failure).toBeInstanceOf(Error);
  });
  const answers = await Promise.all(events.map((event) => send(event)));
  expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(4);
  expect(await used(org)).toEqual([5, 5]);
});

test('when a part of a request cannot be counted it is answered by an error, and sent again the rest counts once', async () => {
  const [one, two] = [await orgOf(0), await orgOf(1)];
  await send(of(one), of(two));
  const events = [of(one), of(two)];
  await whileHeld(two, async () => {
    const answer = send(...events).catch((error: unknown) => error);
    await breakWaiting();
    expect(await answer).toBeInstanceOf(Error);
  });
  expect(await send(...events)).toMatchObject({ accepted: 1, duplicates: 1, rejected: [] });
  expect([await used(one), await used(two)]).toEqual([
    [2, 2],
    [2, 2],
  ]);
});
