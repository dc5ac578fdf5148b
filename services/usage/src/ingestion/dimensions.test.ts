import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { listUsageEvents } from '@tidegate/contracts/usage/recorded';
import { currentUsage, ingestUsage, usageHistory } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
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
  const groupBy = ['model', 'region'];
  const meters = [
    described('tokens', { decimals: 2, groupBy, value: 'data.tokens' }),
    described('peak', { aggregate: 'max', groupBy: ['region'] }),
    described('users', { aggregate: 'unique', groupBy: ['region'], value: 'data.user' }),
    described('hits'),
  ];
  await usage.tenants.as({}, (tx) => saveMeters(tx, meters));
});
afterAll(() => usage.close());

const grant = {
  kind: 'metered' as const,
  limit: null,
  per: 'month' as const,
  enforcement: 'soft' as const,
  ceiling: null,
};
const features = { tokens: grant, peak: grant, users: grant, hits: grant };
const newOrg = () => usage.arrive(entitlementsOf({ orgId: newId(), features, anchor: ANCHOR }));
const send = (org: string, ...events: object[]) =>
  usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events }, org, 'service_key');
const history = (org: string, input: object) =>
  usage.call(new UsageHistory(noBus), usageHistory, { meter: 'tokens', ...input }, org);
const current = async (org: string, input: object) =>
  (await usage.call(new CurrentUsage(noBus), currentUsage, { meter: 'tokens', ...input }, org)).items[0];
const events = (org: string, input: object) =>
  usage.call(new ListEvents(), listUsageEvents, { meter: 'tokens', ...input }, org);
const shown = (groups: { dimensions: object; used?: number; total?: number }[] = []) =>
  Object.fromEntries(groups.map(({ dimensions, used, total }) => [Object.values(dimensions).join('/'), used ?? total]));
let n = 0;
const tokens = (model: unknown, region: unknown, quantity: unknown, more: object = {}) => ({
  ...{ id: `e${n++}`, meter: 'tokens', quantity, dimensions: { model, region } },
  ...more,
});

test('usage is divided by one dimension or several, filtered, and adds up to the balance and the hours', async () => {
  const org = await newOrg();
  const time = new Date(Date.now() - 3 * 3_600_000).toISOString();
  const cloud = {
    specversion: '1.0',
    id: 'c',
    source: 's',
    type: 'tokens',
    data: { tokens: 4, model: 'big', region: null },
  };
  await send(org, tokens('small', 'eu', 1.25), tokens('small', 'us', '2.5'), tokens('big', 'eu', 10, { time }), cloud);
  await send(org, { id: 'plain', meter: 'tokens', quantity: 0.5 });
  expect(shown((await current(org, { groupBy: ['model'] }))?.groups)).toEqual({ big: 14, small: 3.75, '': 0.5 });
  expect(shown((await current(org, { groupBy: ['region', 'model'] }))?.groups)).toEqual({
    ...{ 'eu/big': 10, '/big': 4, 'us/small': 2.5, 'eu/small': 1.25, '/': 0.5 },
  });
  expect(await current(org, { groupBy: ['model'] })).toMatchObject({ used: 18.25 });
  expect(shown((await current(org, { groupBy: ['model'], filter: ['region:eu'] }))?.groups)).toEqual({
    big: 10,
    small: 1.25,
  });
  const byHour = await history(org, { granularity: 'hour', groupBy: ['model'] });
  expect([byHour.total, shown(byHour.groups)]).toEqual([18.25, { big: 14, small: 3.75, '': 0.5 }]);
  const big = byHour.groups?.find(({ dimensions }) => dimensions['model'] === 'big')?.items;
  expect(big?.map(({ quantity, events: count }) => [quantity, count])).toEqual([
    [10, 1],
    [4, 1],
  ]);
  expect(await history(org, { granularity: 'hour', filter: ['model:big', 'region:eu'] })).toMatchObject({ total: 10 });
  expect(await history(org, { granularity: 'month', filter: ['model:big'] })).toMatchObject({ total: 14 });
  expect(
    (await events(org, { filter: ['model:small'] })).items.map(({ quantity, dimensions }) => [quantity, dimensions]),
  ).toEqual(
    expect.arrayContaining([
      [1.25, { model: 'small', region: 'eu' }],
      [2.5, { model: 'small', region: 'us' }],
    ]),
  );
  const first = await events(org, { filter: ['region:eu'], limit: 1 });
  const second = await events(org, { filter: ['region:eu'], limit: 1, cursor: first.nextCursor });
  expect([first, second].flatMap(({ items }) => items.map(({ quantity }) => quantity))).toEqual([1.25, 10]);
  expect(second.nextCursor).toBeUndefined();
  await expect(history(org, { groupBy: ['colour'] })).rejects.toMatchObject({ code: 'validation_failed' });
  await expect(history(org, { filter: ['colour:red'] })).rejects.toMatchObject({ code: 'validation_failed' });
  await expect(current(org, { meter: 'hits', groupBy: ['model'] })).rejects.toMatchObject({
    code: 'validation_failed',
  });
});

test('what an event says of its dimensions belongs to it: said otherwise it is a conflict, and a correction goes where it went', async () => {
  const org = await newOrg();
  const event = tokens('small', 'eu', 7);
  expect(await send(org, event, event, { ...event, dimensions: { model: 'big', region: 'eu' } })).toMatchObject({
    ...{ accepted: 1, duplicates: 1, rejected: [{ code: 'conflict' }] },
  });
  const correct = { id: event.id, action: 'amend', quantity: 3, reason: 'x' };
  await usage.call(new CorrectUsage(usage.writer(), noBus), correctUsage, correct, org, 'service_key');
  expect(shown((await current(org, { groupBy: ['model'] }))?.groups)).toEqual({ small: 3 });
});

test('hostile dimensions are refused by name and leave nothing behind', async () => {
  const org = await newOrg();
  const odd: [object, string][] = [
    [tokens('a'.repeat(101), 'eu', 1), 'dimensions/model: at most 100'],
    [tokens('a\u0000b', 'eu', 1), 'dimensions/model: a text without'],
    [tokens('\ud800', 'eu', 1), 'dimensions/model: a text without'],
    [tokens({ a: 1 }, 'eu', 1), 'dimensions/model: no single'],
    [tokens(['a'], 'eu', 1), 'dimensions/model: no single'],
    [tokens('a', 'eu', 1, { dimensions: { colour: 'red' } }), 'dimensions: this meter has model, region'],
    [tokens('a', 'eu', 1, { dimensions: { constructor: 'x' } }), 'dimensions: this meter has'],
    [{ id: 'h', meter: 'hits', dimensions: { model: 'a' } }, 'dimensions: this meter has none'],
    [tokens('a', 'eu', 1, { dimensions: 'x' }), 'dimensions'],
  ];
  const { rejected } = await send(org, ...odd.map(([event]) => event));
  expect(rejected).toHaveLength(odd.length);
  for (const [at, [, message]] of odd.entries()) expect(rejected[at]?.message).toContain(message);
  const quoted = ['"', '\\', '{', ',', 'NULL', "'; drop table usage_events; --", '💾', ' '];
  await send(org, ...quoted.map((model) => tokens(model, '', 1)));
  expect(
    (await current(org, { groupBy: ['model'] }))?.groups?.map(({ dimensions }) => dimensions['model']).sort(),
  ).toEqual([...quoted].sort());
});

test('values that never repeat fill no table: beyond the first thousand combinations of a day they are `other`, and nothing is lost', async () => {
  const org = await newOrg();
  const most = MAX_COMBINATIONS + 500;
  for (let from = 0; from < most; from += 500) {
    await send(org, ...Array.from({ length: 500 }, (_, at) => tokens(`m${from + at}`, 'eu', 1)));
  }
  await send(org, tokens('m3', 'eu', 1), tokens('m1400', 'eu', 1));
  const rows = await usage.tenants.run(org, (tx) =>
    tx.one<{ n: number; sum: string }>(
      'select count(distinct labels)::int as n, sum(quantity) as sum from usage_label_hours where org_id = $1',
      [org],
    ),
  );
  expect(rows).toEqual({ n: MAX_COMBINATIONS + 1, sum: `${(most + 2) * 100}` });
  const { used, groups = [] } = (await current(org, { groupBy: ['model'] })) ?? {};
  expect(used).toBe(most + 2);
  expect(groups).toHaveLength(101);
  expect(groups.reduce((sum, group) => sum + group.used, 0)).toBe(most + 2);
  expect(groups.find(({ others }) => others)).toMatchObject({ dimensions: { model: 'other' } });
  expect(await current(org, { groupBy: ['region'], filter: ['model:other'] })).toMatchObject({
    groups: [{ others: true, dimensions: { region: 'other' }, used: 501 }],
  });
  expect((await events(org, { filter: ['model:other'], limit: 200 })).items).toHaveLength(200);
});

test('largest and unique values are those of each combination, and the meter is their sum', async () => {
  const org = await newOrg();
  const peak = (region: string, quantity: number) => ({ id: newId(), meter: 'peak', quantity, dimensions: { region } });
  await send(org, peak('eu', 5), peak('us', 3), peak('eu', 4), peak('us', 7));
  expect(shown((await current(org, { meter: 'peak', groupBy: ['region'] }))?.groups)).toEqual({ us: 7, eu: 5 });
  const user = (region: string, value: string) => ({ id: newId(), meter: 'users', value, dimensions: { region } });
  await send(org, user('eu', 'ada'), user('us', 'ada'), user('eu', 'ada'), user('eu', 'bob'));
  const users = await current(org, { meter: 'users', groupBy: ['region'] });
  expect([users?.used, shown(users?.groups)]).toEqual([3, { eu: 2, us: 1 }]);
});

test('a period that is cut later takes its combinations along', async () => {
  const org = await newOrg();
  const hour = Math.floor((Date.now() - 5 * 3_600_000) / 3_600_000) * 3_600_000;
  const at = (ms: number) => ({ time: new Date(hour + ms).toISOString() });
  await send(
    org,
    tokens('a', 'eu', 1, at(60_000)),
    tokens('a', 'eu', 2, at(1_900_000)),
    tokens('b', 'eu', 4, at(1_900_000)),
  );
  const anchor = new Date(hour + 1_800_000).toISOString();
  const entitlements = entitlementsOf({ orgId: org, features, anchor: ANCHOR, version: 2 });
  const step = { from: anchor, anchor, months: 1 as const };
  const periods = { ...entitlements.periods, shared: [...(entitlements.periods['shared'] ?? []), step] };
  await usage.arrive({ ...entitlements, periods });
  expect(shown((await current(org, { groupBy: ['model'] }))?.groups)).toEqual({ b: 4, a: 2 });
  const before = await history(org, { granularity: 'hour', to: anchor, groupBy: ['model'] });
  expect([before.total, shown(before.groups)]).toEqual([1, { a: 1 }]);
});
