import { describeKeys } from '@tidegate/contracts/identity/api-keys';
import { unavailable } from '@tidegate/contracts/kernel/problem';
import { correctUsage } from '@tidegate/contracts/usage/corrections';
import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { listUsageEvents } from '@tidegate/contracts/usage/recorded';
import { ingestUsage, usageHistory } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { UsageHistory } from '../balances/usage-history.ts';
import { CorrectUsage } from '../corrections/correct-usage.ts';
import { MAX_COMBINATIONS } from '../meters/dimensions.rules.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { IngestUsage } from './ingest-usage.ts';
import { ListEvents } from './list-events.ts';

let usage: Fixture;
const noBus = undefined as never;
const ANCHOR = '2026-01-01T00:00:00.000Z';
beforeAll(async () => {
  usage = await openUsage();
  const meters = [
    described('calls'),
    described('tokens', { groupBy: ['model'] }),
    described('seats', { aggregate: 'time_weighted' }),
  ];
  await usage.tenants.as({}, (tx) => saveMeters(tx, meters));
});
afterAll(() => usage.close());

const grant = {
  ...{ kind: 'metered' as const, limit: null, per: 'month' as const, enforcement: 'soft' as const, ceiling: null },
};
const features = { calls: grant, tokens: grant, seats: grant };
const snapshot = (orgId: string, more: object = {}) => entitlementsOf({ orgId, features, anchor: ANCHOR, ...more });
const newOrg = () => usage.arrive(snapshot(newId()));
const KEYS = ['usage:read', 'usage:write', 'keys:read'];
const [FIRST, SECOND] = ['aaaaaaaaaa', 'bbbbbbbbbb'];

/** Identity, which knows the first key; the second was revoked. */
const asked: string[][] = [];
const identity = {
  call: (operation: unknown, { keyIds }: { keyIds: string[] }) => {
    expect(operation).toBe(describeKeys);
    asked.push(keyIds);
    const items = [
      { id: FIRST, name: 'Shop', prefix: `tg_${FIRST}`, endedAt: null },
      { id: SECOND, name: 'Old', prefix: `tg_${SECOND}`, endedAt: ANCHOR },
    ];
    return Promise.resolve({ items: items.filter(({ id }) => keyIds.includes(id)) });
  },
};
const by = (org: string, input: object, bus: object = identity) =>
  usage.call(new UsageHistory(bus as never), usageHistory, { meter: 'calls', ...input }, org, 'user', { scopes: KEYS });
const send = (org: string, events: object[], keyId?: string) =>
  keyId
    ? usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events }, org, 'api_key', { keyId })
    : usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events }, org, 'service_key');
const list = (org: string, input: object, scopes = KEYS) =>
  usage.call(new ListEvents(), listUsageEvents, { meter: 'calls', ...input }, org, 'user', { scopes });
const sums = (groups: { key?: { id: string } | null; source?: string | null; others: boolean; total: number }[] = []) =>
  Object.fromEntries(
    groups.map(({ key, source, others, total }) => [others ? 'others' : (key?.id ?? source ?? 'none'), total]),
  );
let n = 0;
const call = (quantity: number, more: object = {}) => ({ id: `e${n++}`, meter: 'calls', quantity, ...more });
const streamed = (org: string, quantity: number, more: Partial<UsageEvent> = {}): UsageEvent => ({
  ...{ id: `s${n++}`, org, meter: 'calls', quantity, at: new Date().toISOString(), source: 'gateway' },
  ...more,
});

test('usage is divided by key and by source, adds up to the total, and leads to its events', async () => {
  const org = await newOrg();
  const writer = usage.writer();
  await writer.writeBatch([
    streamed(org, 1),
    streamed(org, 2, { apiKey: FIRST }),
    streamed(org, 4, { apiKey: SECOND }),
  ]);
  await writer.writeBatch([streamed(org, 8, { apiKey: FIRST }), streamed(org, 16, { source: 'notifier' })]);
  await send(org, [call(32, { source: 'shop' })]);
  await send(org, [call(64, { source: 'shop' })], FIRST);
  for (const granularity of ['hour', 'day', 'month']) {
    const { groups, total } = await by(org, { by: 'key', granularity });
    expect([total, sums(groups)]).toEqual([127, { [FIRST]: 74, none: 49, [SECOND]: 4 }]);
    expect(sums((await by(org, { by: 'source', granularity })).groups)).toEqual({
      ...{ 'api:shop': 64, 'service:shop': 32, notifier: 16, gateway: 15 },
    });
  }
  const { groups = [] } = await by(org, { by: 'key' });
  expect(groups.map(({ key, dimensions }) => [key, dimensions])).toEqual([
    [{ id: FIRST, name: 'Shop', prefix: `tg_${FIRST}`, endedAt: null }, {}],
    [null, {}],
    [{ id: SECOND, name: 'Old', prefix: `tg_${SECOND}`, endedAt: ANCHOR }, {}],
  ]);
  const quantities = async (input: object) => (await list(org, input)).items.map(({ quantity }) => quantity).sort();
  expect(await quantities({ key: FIRST })).toEqual([2, 64, 8]);
  expect(await quantities({ source: 'gateway' })).toEqual([1, 2, 4, 8]);
  expect(await quantities({ source: 'gateway', key: FIRST })).toEqual([2, 8]);
  expect(await quantities({ source: 'notifier' })).toEqual([16]);
  expect(await quantities({ source: 'nobody' })).toEqual([]);
  const first = await list(org, { source: 'gateway', limit: 3 });
  const rest = await list(org, { source: 'gateway', limit: 3, cursor: first.nextCursor });
  expect([...first.items, ...rest.items].map(({ quantity }) => quantity).sort()).toEqual([1, 2, 4, 8]);
  expect(rest.nextCursor).toBeUndefined();
});

test('what an event says of its key is no part of what it is: sent again by another it counts once, where it did', async () => {
  const org = await newOrg();
  const event = call(3, { source: 'shop' });
  expect(await send(org, [event], FIRST)).toMatchObject({ accepted: 1 });
  expect(await send(org, [event], SECOND)).toMatchObject({ accepted: 0, duplicates: 1, rejected: [] });
  expect(sums((await by(org, { by: 'key' })).groups)).toEqual({ [FIRST]: 3 });
});

test('a correction goes where its event went', async () => {
  const org = await newOrg();
  const [mine, other] = [call(7, { source: 'shop' }), call(5, { source: 'second' })];
  await send(org, [call(1, { source: 'main' })]);
  await send(org, [mine], FIRST);
  await send(org, [other]);
  for (const { id } of [mine, other]) {
    const source = id === mine.id ? 'shop' : 'second';
    const wanted = { id, source, action: 'amend', quantity: 2, reason: 'x' };
    await usage.call(new CorrectUsage(usage.writer(), noBus), correctUsage, wanted, org, 'service_key');
  }
  expect(sums((await by(org, { by: 'key' })).groups)).toEqual({ none: 3, [FIRST]: 2 });
  expect(sums((await by(org, { by: 'source' })).groups)).toEqual({
    ...{ 'api:shop': 2, 'service:second': 2, 'service:main': 1 },
  });
  expect((await list(org, { source: 'service:second' })).items.map(({ quantity }) => quantity)).toEqual([-3, 5]);
});

test('keys are shown to those who may see keys; everybody who may see usage sees its sources', async () => {
  const org = await newOrg();
  await usage.writer().writeBatch([streamed(org, 1, { apiKey: FIRST })]);
  const viewer = { scopes: ['usage:read'] };
  const ask = (input: object) =>
    usage.call(new UsageHistory(identity as never), usageHistory, { meter: 'calls', ...input }, org, 'user', viewer);
  await expect(ask({ by: 'key' })).rejects.toMatchObject({ code: 'forbidden' });
  expect(sums((await ask({ by: 'source' })).groups)).toEqual({ gateway: 1 });
  await expect(list(org, { key: FIRST }, viewer.scopes)).rejects.toMatchObject({ code: 'forbidden' });
  expect((await list(org, {}, viewer.scopes)).items[0]).not.toHaveProperty('apiKey');
  expect((await list(org, {})).items[0]).toMatchObject({ apiKey: FIRST });
});

test('while identity is away keys are shown by their ids', async () => {
  const org = await newOrg();
  await usage.writer().writeBatch([streamed(org, 1, { apiKey: FIRST })]);
  const away = { call: () => Promise.reject(unavailable()) };
  expect((await by(org, { by: 'key' }, away)).groups).toMatchObject([
    { key: { id: FIRST, prefix: `tg_${FIRST}`, name: null }, total: 1 },
  ]);
});

test('what cannot be divided so is refused by name', async () => {
  const org = await newOrg();
  for (const input of [
    { meter: 'tokens', by: 'key', groupBy: ['model'] },
    { meter: 'tokens', by: 'source', filter: ['model:x'] },
    { meter: 'seats', by: 'source' },
    { by: 'colour' },
  ]) {
    await expect(by(org, input)).rejects.toMatchObject({ code: 'validation_failed' });
  }
  for (const input of [
    { key: 'no key' },
    { meter: 'seats', source: 'x' },
    { meter: 'tokens', key: FIRST, filter: ['model:x'] },
  ]) {
    await expect(list(org, input)).rejects.toMatchObject({ code: 'validation_failed' });
  }
});

test('ten thousand keys fill no table: a day counts a thousand apart, and the sums still add up', async () => {
  const org = await newOrg();
  const keys = Array.from({ length: 10_000 }, (_, at) => `k${String(at).padStart(9, '0')}`);
  const events = keys.map((apiKey) => streamed(org, 1, { apiKey }));
  const [one, two] = [usage.writer(), usage.writer()];
  for (let at = 0; at < events.length; at += 2_000) {
    await (at % 4_000 === 0 ? one : two).writeBatch(events.slice(at, at + 2_000));
  }
  await one.writeBatch([streamed(org, 5, { apiKey: keys[0] }), streamed(org, 5, { apiKey: keys[9_999] })]);
  const { groups = [], total } = await by(org, { by: 'key' });
  expect(total).toBe(10_010);
  expect(groups.reduce((sum, group) => sum + group.total, 0)).toBe(10_010);
  expect(groups.length).toBeLessThanOrEqual(101);
  expect(sums(groups)).toMatchObject({ [keys[0] as string]: 6 });
  expect(asked.at(-1)?.length).toBeLessThanOrEqual(100);
  const stored = (table: string) =>
    usage.tenants.run(org, (tx) => tx.one<{ n: number }>(`select count(*)::int as n from ${table}`));
  expect(await stored('usage_origins')).toEqual({ n: MAX_COMBINATIONS });
  // What is not apart is a row of its own.
  expect((await stored('usage_origin_hours'))?.n).toBeLessThanOrEqual(2 * (MAX_COMBINATIONS + 1));
});

test('two processes that meet a meter first at once agree on its main source', async () => {
  const org = await newOrg();
  const writers = Array.from({ length: 4 }, () => usage.writer());
  await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      writers[at % 4]?.writeBatch([streamed(org, 1, { source: `service-${at % 3}` })]),
    ),
  );
  expect(sums((await by(org, { by: 'source' })).groups)).toEqual({ 'service-0': 14, 'service-1': 13, 'service-2': 13 });
});

test('what was counted before sources were is of none, and what comes then is', async () => {
  const org = await newOrg();
  const before = new Date(Date.now() - 86_400_000).toISOString();
  await usage.writer().writeBatch([streamed(org, 9, { at: before })]);
  // As a version left it that knew no sources.
  await usage.tenants.run(org, (tx) => tx.query('delete from usage_sources'));
  await usage.writer().writeBatch([streamed(org, 1)]);
  expect(sums((await by(org, { by: 'source', granularity: 'hour' })).groups)).toEqual({ none: 9, gateway: 1 });
  expect((await list(org, { source: 'gateway' })).items.map(({ quantity }) => quantity)).toEqual([1]);
});

test('a period that begins elsewhere moves what was counted by key as well', async () => {
  const org = newId();
  await usage.storeSnapshot(snapshot(org));
  const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 2 * 3_600_000);
  const at = (minute: number) => new Date(hour.getTime() + minute * 60_000).toISOString();
  await usage
    .writer()
    .writeBatch([
      streamed(org, 1, { at: at(10), apiKey: FIRST }),
      streamed(org, 2, { at: at(50), apiKey: FIRST }),
      streamed(org, 4, { at: at(50) }),
    ]);
  await usage.storeSnapshot({ ...snapshot(org, { anchor: at(30) }), version: 2 });
  const rows = await usage.tenants.run(org, (tx) =>
    tx.query(
      `select (select sum(quantity)::int from usage_hours where hour >= $1) as hours,
                     (select sum(quantity)::int from usage_origin_hours where hour >= $1) as apart`,
      [at(30)],
    ),
  );
  expect(rows).toEqual([{ hours: 6, apart: 2 }]);
  expect(sums((await by(org, { by: 'key' })).groups)).toEqual({ none: 4, [FIRST]: 3 });
});
