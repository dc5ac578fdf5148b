import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import { listUsageEvents } from '@tidegate/contracts/usage/recorded';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { currentUsage, ingestUsage, usageHistory } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { Log } from '@tidegate/telemetry/log';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import fc from 'fast-check';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
import { SumUsage } from '../balances/sum-usage.ts';
import { UsageHistory } from '../balances/usage-history.ts';
import { CorrectUsage } from '../corrections/correct-usage.ts';
import { IngestUsage } from '../ingestion/ingest-usage.ts';
import { ListEvents } from '../ingestion/list-events.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { WatchGauges } from './watch-gauges.loop.ts';

let usage: Fixture;
const noBus = undefined as never;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Ten whole days ago: everything below is over, so that nothing runs on while it is looked at. */
const T = Math.floor(Date.now() / DAY) * DAY - 10 * DAY;
const iso = (ms: number) => new Date(ms).toISOString();
beforeAll(async () => {
  usage = await openUsage();
  const meters = [
    described('gb_hours', { aggregate: 'time_weighted', decimals: 3, groupBy: ['region'] }),
    described('servers_hours', { aggregate: 'time_weighted' }),
  ];
  await usage.tenants.as({}, (tx) => saveMeters(tx, meters));
});
afterAll(() => usage.close());

function newOrg(anchor = iso(T - DAY), limit: number | null = null) {
  const grant = { kind: 'metered' as const, limit, per: 'month' as const, enforcement: 'soft' as const, ceiling: null };
  return usage.arrive(entitlementsOf({ orgId: newId(), features: { gb_hours: grant, servers_hours: grant }, anchor }));
}
const send = (org: string, ...events: object[]) =>
  usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events }, org, 'service_key');
const point = (series: string, at: number, quantity: unknown, more: object = {}) => ({
  ...{ id: newId(), meter: 'gb_hours', series, time: iso(at), quantity },
  ...more,
});
const history = (org: string, from: number, to: number, more: object = {}) =>
  usage.call(
    new UsageHistory(noBus),
    usageHistory,
    { meter: 'gb_hours', from: iso(from), to: iso(to), granularity: 'hour', ...more },
    org,
  );
const sums = async (org: string, from: number, to: number, beyond?: object) => {
  const span = { meter: 'gb_hours', from: iso(from), to: iso(to), ...(beyond ? { beyond } : {}) };
  const { sums: found } = await usage.call(new SumUsage(usage.tenants), sumUsage, { spans: [span] }, org, 'service');
  return found[0];
};
const listed = async (org: string, from: number, to: number, more: object = {}) =>
  (
    await usage.call(
      new ListEvents(),
      listUsageEvents,
      { meter: 'gb_hours', from: iso(from), to: iso(to), limit: 200, ...more },
      org,
    )
  ).items;
const current = async (org: string, input: object = {}) =>
  (await usage.call(new CurrentUsage(noBus), currentUsage, { meter: 'gb_hours', ...input }, org)).items[0];
const correct = (org: string, input: object) =>
  usage.call(new CorrectUsage(usage.writer(), noBus), correctUsage, { reason: 'x', ...input }, org, 'service_key');

test('a value holds until the next one of its series or its end, and series add up', async () => {
  const org = await newOrg();
  await send(
    org,
    point('a', T, 2),
    point('a', T + 3 * HOUR, 0.5),
    point('a', T + 5 * HOUR, 0),
    point('b', T + HOUR, '10', { until: iso(T + HOUR + HOUR / 2) }),
    point('c', T + HOUR, 4, { until: iso(T + 9 * HOUR) }),
    point('c', T + 2 * HOUR, 0),
  );
  expect(await sums(org, T, T + DAY)).toBe((6 + 1 + 5 + 4) * 1_000);
  const { items, total } = await history(org, T, T + 6 * HOUR);
  expect([items.map(({ quantity }) => quantity), total]).toEqual([[2, 2 + 5 + 4, 2, 0.5, 0.5, 0], 16]);
  expect(await sums(org, T + HOUR / 4, T + HOUR)).toBe(1_500);
  expect(await sums(org, T, T + DAY, { limit: 2, per: 'hour' })).toBe(9_000);
  expect(await sums(org, T, T + DAY, { limit: 10, per: 'day' })).toBe(6_000);
});

test('what still holds runs on without any event, until now and no further, and into the next period', async () => {
  const anchor = T + 2 * DAY;
  const org = await newOrg(iso(anchor));
  await send(org, point('a', T, 3));
  const { used = 0, periodStart } = (await current(org)) ?? {};
  const hours = (Date.now() - anchor) / HOUR;
  expect(periodStart).toBe(iso(anchor));
  expect(used).toBeGreaterThan(3 * hours - 0.1);
  expect(used).toBeLessThanOrEqual(3 * hours);
  expect(await sums(org, T, anchor)).toBe(3 * 48 * 1_000);
  const future = await sums(org, Date.now() + HOUR, Date.now() + 2 * HOUR);
  expect(future).toBe(0);
});

test('events in any order, late ones, voided and amended ones end in the same areas', async () => {
  const org = await newOrg();
  const points = [
    point('a', T, 1),
    point('a', T + HOUR, 5),
    point('a', T + 2 * HOUR, 2),
    point('a', T + 4 * HOUR, 0),
  ] as const;
  for (const at of [2, 0, 3, 1]) await send(org, points[at] as object);
  expect(await sums(org, T, T + DAY)).toBe(10_000);
  expect(await send(org, points[1], { ...points[1], quantity: 6 })).toMatchObject({
    ...{ accepted: 0, duplicates: 1, rejected: [{ code: 'conflict' }] },
  });
  const { id } = points[1];
  expect(await correct(org, { id, action: 'amend', quantity: '5.5' })).toMatchObject({ quantity: 5.5, changed: true });
  expect(await sums(org, T, T + DAY)).toBe(10_500);
  expect(await correct(org, { id, action: 'void' })).toMatchObject({ quantity: 0, changed: true });
  expect(await sums(org, T, T + DAY)).toBe(6_000);
  expect(await correct(org, { id, action: 'void' })).toMatchObject({ changed: false });
  await expect(correct(org, { id, action: 'amend', quantity: 1 })).rejects.toMatchObject({
    code: 'usage_event_voided',
  });
  expect(await correct(org, { id: points[3].id, action: 'void' })).toMatchObject({ changed: true });
  expect(await sums(org, T, T + 6 * HOUR)).toBe(10_000);
});

test('what is not a whole step yet is counted with the next stretch of time, so nothing is lost by asking often', async () => {
  const org = await newOrg();
  const meter = 'servers_hours';
  await send(
    org,
    { id: 's', meter, series: 'x', quantity: 1, time: iso(T) },
    { id: 'e', meter, series: 'x', quantity: 0, time: iso(T + 90 * 60_000) },
  );
  await send(org, point('a', T, 0.001), point('a', T + 3 * HOUR, 0));
  const parts = await Promise.all(
    Array.from({ length: 60 }, (_, at) => sums(org, T + at * 180_000, T + (at + 1) * 180_000)),
  );
  expect(parts.reduce((sum, part) => (sum ?? 0) + (part ?? 0), 0)).toBe(3);
  const { total, items } = await history(org, T, T + 3 * HOUR, { meter });
  expect([total, items.map(({ quantity }) => quantity)]).toEqual([1, [1, 0, 0]]);
});

test('use is divided by dimensions, and each value that held is listed with what it adds', async () => {
  const org = await newOrg();
  const of = (region: string) => ({ dimensions: { region } });
  await send(org, point('a', T - HOUR, 2, of('eu')), point('a', T + HOUR, 4, of('eu')), point('b', T, 1, of('us')));
  await send(org, point('a', T + 3 * HOUR, 0, of('eu')), point('b', T + 2 * HOUR, 0, of('us')));
  const { groups = [], total } = await history(org, T, T + 4 * HOUR, { groupBy: ['region'] });
  expect([total, groups.map((group) => [group.dimensions['region'], group.total])]).toEqual([
    12,
    [
      ['eu', 10],
      ['us', 2],
    ],
  ]);
  const items = await listed(org, T, T + 4 * HOUR);
  expect(items.map(({ series, value, quantity }) => [series, value, quantity])).toEqual([
    ...[
      ['a', 0, 0],
      ['b', 0, 0],
      ['a', 4, 8],
      ['b', 1, 2],
      ['a', 2, 2],
    ],
  ]);
  expect((await listed(org, T, T + 4 * HOUR, { filter: ['region:us'] })).map(({ quantity }) => quantity)).toEqual([
    0, 2,
  ]);
});

test('a threshold that is reached while nothing is sent is announced then, once, and after another limit anew', async () => {
  const anchor = iso(Math.floor(Date.now() / 1_000) * 1_000 - 10 * HOUR);
  const org = await newOrg(anchor, 100);
  const loop = new WatchGauges(usage.tenants, usage.outbox, new Log({ service: 'usage' }));
  const check = () => loop.turn({ signal: new AbortController().signal } as never);
  const said = async () =>
    (
      await usage.tenants.as({}, (tx) =>
        tx.query<{ body: string }>('select body from outbox where subject = $1 and org_id = $2 order by id', [
          quotaReached.subject,
          org,
        ]),
      )
    ).map(({ body }) => JSON.parse(body).percent);
  const due = async () =>
    (
      await usage.tenants.run(org, (tx) =>
        tx.one<{ due_at: Date }>('select due_at from gauge_watches where org_id = $1', [org]),
      )
    )?.due_at;
  const began = Date.now() - HOUR;
  await send(org, point('a', began, 40));
  expect(await said()).toEqual([]);
  const next = (await due())?.getTime() ?? 0;
  expect(Math.abs(next - (began + 1.25 * HOUR))).toBeLessThan(60_000);
  await check();
  expect(await said()).toEqual([]);
  // A quarter of an hour passes.
  const pass = 'update usage_gauges set at = at - interval $$20 minutes$$ where org_id = $1';
  await usage.tenants.run(org, async (tx) => {
    await tx.query(pass, [org]);
    await tx.query('update gauge_watches set due_at = now() where org_id = $1', [org]);
  });
  await Promise.all([check(), check()]);
  await check();
  expect(await said()).toEqual([50]);
  const grant = {
    kind: 'metered' as const,
    limit: 60,
    per: 'month' as const,
    enforcement: 'soft' as const,
    ceiling: null,
  };
  await usage.arrive(entitlementsOf({ orgId: org, features: { gb_hours: grant }, anchor, version: 2 }));
  await check();
  expect(await said()).toEqual([50, 80]);
  await send(org, point('a', Date.now(), 0));
  expect(await due()).toBeNull();
});

test('those of whom nothing is known make nobody wait, and are not looked at without end', async () => {
  const org = await newOrg(iso(Math.floor(Date.now() / 1_000) * 1_000 - 10 * HOUR), 100);
  await send(org, point('a', Date.now() - HOUR, 60));
  const early = (since: string) =>
    `insert into usage.gauge_watches (org_id, meter, due_at) select gen_random_uuid(), 'm', now() - interval '${since}' from generate_series(1, 200)`;
  await usage.asAdmin((database) => database.query(early('1 day')));
  await usage.tenants.run(org, (tx) => tx.query('update gauge_watches set due_at = now() where org_id = $1', [org]));
  const loop = new WatchGauges(usage.tenants, usage.outbox, new Log({ service: 'usage' }));
  const turn = () => loop.turn({ signal: new AbortController().signal } as never);
  expect(await turn()).toBe('again');
  expect(await turn()).toBeGreaterThan(0);
  const [watch] = await usage.tenants.run(org, (tx) =>
    tx.query<{ later: boolean }>('select due_at > now() as later from gauge_watches where org_id = $1', [org]),
  );
  expect(watch).toEqual({ later: true });
  await usage.asAdmin((database) => database.query("delete from usage.gauge_watches where meter = 'm'"));
});

test('an absurd value neither stops whoever reads it nor keeps anybody from being charged', async () => {
  const org = await newOrg(iso(T - 300 * DAY));
  await send(org, ...Array.from({ length: 20 }, (_, n) => point(`s${n}`, T - 20 * DAY, 1e9, { meter: 'gb_hours' })));
  await usage.tenants.run(org, (tx) => tx.query('update usage_gauges set value = 9e18 where org_id = $1', [org]));
  expect(await sums(org, T - 20 * DAY, T)).toBe(Number.MAX_SAFE_INTEGER);
  expect((await history(org, T - DAY, T)).items.length).toBe(24);
});

test('what cannot be understood is refused by name', async () => {
  const org = await newOrg();
  const odd = [
    point('a', T, -1),
    point('a', T, 0.0001),
    point('a', T, 1, { until: iso(T) }),
    point('a'.repeat(201), T, 1),
    point('a', T, 1, { lease: newId() }),
    point('a', Date.now() + DAY, 1),
    point('a', T - 40 * DAY, 1),
  ];
  const { rejected } = await send(org, ...odd);
  expect(rejected.map(({ code }) => code)).toEqual([...Array(5).fill('malformed'), 'in_the_future', 'too_old']);
  expect(await sums(org, T, T + DAY)).toBe(0);
});

test('whatever is sent, in whatever order and parts, use is the area below the values of a plain model', async () => {
  const event = fc.record({
    series: fc.constantFrom('a', 'b', 'c'),
    minute: fc.nat(6 * 60),
    value: fc.integer({ min: 0, max: 5_000 }),
    lasts: fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(event, { maxLength: 25, selector: ({ series, minute }) => `${series}${minute}` }),
      fc.integer(),
      async (events, seed) => {
        const org = await newOrg();
        const made = events.map(({ series, minute, value, lasts }) =>
          point(series, T + minute * 60_000, value / 1_000, lasts ? { until: iso(T + (minute + lasts) * 60_000) } : {}),
        );
        const shuffled = made
          .map((one, at) => ({ one, order: Math.imul(at + 1, seed | 1) }))
          .sort((a, b) => a.order - b.order);
        const cut = Math.floor(shuffled.length / 2);
        for (const part of [shuffled.slice(0, cut), shuffled.slice(cut)])
          if (part.length > 0) await send(org, ...part.map(({ one }) => one));
        /** Minute by minute. */
        const area = (until: number) => {
          let sum = 0;
          for (const series of ['a', 'b', 'c']) {
            const own = events.filter((one) => one.series === series).sort((a, b) => a.minute - b.minute);
            let whole = 0;
            for (let at = 0; at < until; at += 1) {
              const holds = own.filter(({ minute }) => minute <= at).at(-1);
              if (holds && (holds.lasts === undefined || at < holds.minute + holds.lasts)) whole += holds.value;
            }
            sum += Math.floor(whole / 60);
          }
          return sum;
        };
        const edges = [0, 30, 61, 200, 480];
        for (const [at, edge] of edges.slice(1).entries()) {
          const from = edges[at] as number;
          expect(await sums(org, T + from * 60_000, T + edge * 60_000)).toBe(area(edge) - area(from));
        }
        const items = await listed(org, T + 30 * 60_000, T + 480 * 60_000);
        const counted = Math.round(items.reduce((sum, { quantity }) => sum + quantity, 0) * 1_000);
        expect(counted).toBe(area(480) - area(30));
      },
    ),
    { numRuns: 12, seed: 7 },
  );
});
