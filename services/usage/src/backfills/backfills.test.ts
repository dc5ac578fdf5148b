import {
  applyBackfill,
  getBackfill,
  listBackfills,
  previewBackfill,
  revertBackfill,
} from '@tidegate/contracts/usage/backfills';
import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { listUsageEvents } from '@tidegate/contracts/usage/recorded';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { currentUsage, ingestUsage, usageHistory } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { CurrentUsage } from '../balances/current-usage.ts';
import { SumUsage } from '../balances/sum-usage.ts';
import { UsageHistory } from '../balances/usage-history.ts';
import { CorrectUsage } from '../corrections/correct-usage.ts';
import { IngestUsage } from '../ingestion/ingest-usage.ts';
import { ListEvents } from '../ingestion/list-events.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { Backfills } from './backfills.ts';
import { RunBackfills } from './run-backfills.ts';
import { ShowBackfills } from './show-backfills.ts';

let usage: Fixture;
let run: RunBackfills;
const noBus = undefined as never;
/** What billing was asked. */
let asked: { meter: string; changes: { at: string; quantity: number }[] }[] = [];
const charge = {
  product: 'main',
  currency: 'EUR',
  periodStart: '2026-10-01T00:00:00.000Z',
  periodEnd: '2026-11-01T00:00:00.000Z',
};
const bus = {
  call: async (_operation: unknown, input: (typeof asked)[number]) => {
    asked.push(input);
    return { charges: [{ ...charge, amountMinor: 7 }] };
  },
} as never;
const DAY = 86_400_000;
const T = Math.floor(Date.now() / DAY) * DAY - 20 * DAY;
const iso = (ms: number) => new Date(ms).toISOString();
beforeAll(async () => {
  usage = await openUsage();
  const meters = [
    described('gb', { decimals: 2, groupBy: ['region'] }),
    described('jobs', { aggregate: 'count' }),
    described('vm', { aggregate: 'time_weighted' }),
  ];
  await usage.tenants.as({}, (tx) => saveMeters(tx, meters));
  run = new RunBackfills(new Backfills(usage.tenants, usage.writer()), usage.tenants, bus, {
    USAGE_EVENT_DAYS: 400,
  } as never);
});
afterAll(() => usage.close());

const grant = {
  kind: 'metered' as const,
  limit: null,
  per: 'month' as const,
  enforcement: 'soft' as const,
  ceiling: null,
};
const newOrg = () =>
  usage.arrive(
    entitlementsOf({
      orgId: newId(),
      features: { gb: grant, jobs: grant, vm: grant, calls: grant },
      anchor: iso(T - 400 * DAY),
    }),
  );
const send = (org: string, ...events: object[]) =>
  usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events }, org, 'service_key');
const event = (id: string, at: number, quantity: unknown, region = 'eu') => ({
  id,
  time: iso(at),
  quantity,
  dimensions: { region },
});
const gb = (...given: Parameters<typeof event>) => ({ meter: 'gb', ...event(...given) });
const preview = (org: string, input: object, kind: 'user' | 'service_key' = 'service_key') =>
  usage.call(
    run,
    previewBackfill,
    { meter: 'gb', from: iso(T), to: iso(T + DAY), mode: 'replace', events: [], reason: 'Lost logs', ...input },
    org,
    kind,
  );
const apply = (org: string, backfillId: string) => usage.call(run, applyBackfill, { backfillId }, org, 'service_key');
const revert = (org: string, backfillId: string) =>
  usage.call(run, revertBackfill, { backfillId, reason: 'Wrong file' }, org, 'service_key');
async function figures(org: string) {
  const asked = { meter: 'gb', granularity: 'hour', from: iso(T - DAY), to: iso(T + 3 * DAY), groupBy: ['region'] };
  const history = await usage.call(new UsageHistory(noBus), usageHistory, asked, org);
  const span = { meter: 'gb', from: iso(T - 60 * DAY), to: iso(Date.now() + DAY) };
  const { sums } = await usage.call(new SumUsage(usage.tenants), sumUsage, { spans: [span] }, org, 'service');
  const months = await usage.call(new UsageHistory(noBus), usageHistory, { meter: 'gb', granularity: 'month' }, org);
  const groups = history.groups?.map(({ dimensions, items }) => [
    dimensions['region'],
    items.flatMap((one) => (one.quantity === 0 ? [] : [[one.start, one.quantity]])),
  ]);
  return {
    hours: history.items.map(({ quantity }) => quantity),
    total: history.total,
    sums,
    months: months.total,
    groups,
  };
}
const listed = async (org: string) => {
  const input = { meter: 'gb', from: iso(T), to: iso(T + 2 * DAY), limit: 200 };
  return (await usage.call(new ListEvents(), listUsageEvents, input, org)).items;
};

test('what a backfill writes, moves, takes out and brings back counts for the source whose events they are', async () => {
  const org = await newOrg();
  await send(org, { ...gb('main', T, 1), source: 'main' }, gb('a', T, 2), gb('b', T + 1_000, 4));
  const bySource = async () => {
    const asked = { meter: 'gb', from: iso(T - DAY), to: iso(T + 3 * DAY), by: 'source' };
    const { groups = [] } = await usage.call(new UsageHistory(noBus), usageHistory, asked, org);
    return Object.fromEntries(groups.flatMap(({ source, total }) => (total === 0 ? [] : [[source, total]])));
  };
  const before = { 'service:main': 1, 'service:default': 6 };
  expect(await bySource()).toEqual(before);
  const made = await preview(org, { events: [event('a', T + 3_600_000, 8), event('n', T + 2_000, 16)] });
  await apply(org, made.id);
  expect(await bySource()).toEqual({ 'service:main': 1, 'service:default': 24 });
  await revert(org, made.id);
  expect(await bySource()).toEqual(before);
});

test('a time is replaced: the preview says what changes and what it costs and counts nothing, applying counts it once, reverting restores exactly', async () => {
  const org = await newOrg();
  await send(org, gb('a', T, 1), gb('b', T + 1_000, 2, 'us'), gb('c', T + 2_000, 4), gb('out', T + DAY, 100), {
    ...gb('x', T, 50),
    source: 'other',
  });
  const before = await figures(org);
  asked = [];
  const made = await preview(org, {
    events: [
      event('a', T, 1),
      event('b', T + 1_000, '2.5', 'us'),
      event('n', T + 5_000, 8),
      event('c', T + 3_600_000, 4),
    ],
  });
  expect(made).toMatchObject({ state: 'previewed', source: 'default', by: 'service_key:k', reason: 'Lost logs' });
  expect(made.preview).toMatchObject({ added: 1, changed: 2, removed: 0, unchanged: 1, charges: [{ amountMinor: 7 }] });
  expect(made.preview.balances.map((one) => one.after - one.before)).toEqual([8.5]);
  expect(asked).toEqual([
    {
      meter: 'gb',
      changes: expect.arrayContaining([
        { at: iso(T + 1_000), quantity: 50 },
        { at: iso(T + 2_000), quantity: -400 },
        { at: iso(T + 5_000), quantity: 800 },
        { at: iso(T + 3_600_000), quantity: 400 },
      ]),
    },
  ]);
  expect(await figures(org)).toEqual(before);
  const [first, second] = await Promise.all([apply(org, made.id), apply(org, made.id)]);
  expect([first.state, second.state]).toEqual(['applied', 'applied']);
  const after = await figures(org);
  expect(after.total).toBe(before.total + 8.5);
  expect(await apply(org, made.id)).toMatchObject({ state: 'applied', appliedBy: 'service_key:k' });
  expect(await figures(org)).toEqual(after);
  const items = await listed(org);
  expect(items.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(2.5 + 1 + 8 + 4 + 50 + 100);
  expect(items.find(({ corrects }) => corrects?.id === 'b')?.corrects).toMatchObject({
    ...{ quantity: 2.5, reason: `Backfill ${made.id}: Lost logs`, by: 'service_key:k' },
  });
  // What was replaced is a duplicate when it comes again, and what is new as well.
  expect(await send(org, gb('c', T + 2_000, 4), gb('n', T + 5_000, 8))).toMatchObject({ accepted: 0, duplicates: 2 });
  expect(await revert(org, made.id)).toMatchObject({ state: 'reverted', revertedBy: 'service_key:k' });
  expect(await figures(org)).toEqual(before);
  await revert(org, made.id);
  expect(await figures(org)).toEqual(before);
  await expect(apply(org, made.id)).rejects.toMatchObject({ code: 'backfill_over', data: { state: 'reverted' } });
});

test('after it was taken back the same events can be backfilled again, and what replaced others is replaced in turn', async () => {
  const org = await newOrg();
  await send(org, gb('a', T, 1));
  const events = [event('a', T + 60_000, 3), event('n', T + 5_000, 8)];
  const first = await preview(org, { events });
  await apply(org, first.id);
  await revert(org, first.id);
  expect((await figures(org)).total).toBe(1);
  const again = await preview(org, { events });
  await apply(org, again.id);
  expect((await figures(org)).total).toBe(11);
  const third = await preview(org, { events: [event('a', T, 2)] });
  expect(third.preview).toMatchObject({ added: 0, changed: 1, removed: 1 });
  await apply(org, third.id);
  expect((await figures(org)).total).toBe(2);
  await revert(org, third.id);
  expect((await figures(org)).total).toBe(11);
});

test('to add counts only what is missing; nothing replaces a time by nothing; old times that no event reaches any more can be mended', async () => {
  const org = await newOrg();
  await send(org, gb('a', T, 1));
  const added = await preview(org, { mode: 'add', events: [event('a', T, 9), event('b', T, 2)] });
  expect(added.preview).toMatchObject({ added: 1, unchanged: 1 });
  await apply(org, added.id);
  expect((await figures(org)).total).toBe(3);
  const nothing = await preview(org, {});
  expect(nothing.preview).toMatchObject({ removed: 2 });
  await apply(org, nothing.id);
  expect((await figures(org)).total).toBe(0);
  const from = T - 200 * DAY;
  const old = await preview(org, { from: iso(from), to: iso(from + DAY), mode: 'add', events: [event('o', from, 5)] });
  await apply(org, old.id);
  const months = () => usage.call(new UsageHistory(noBus), usageHistory, { meter: 'gb', granularity: 'month' }, org);
  expect((await months()).total).toBe(5);
  await revert(org, old.id);
  expect((await months()).total).toBe(0);
  const jobs = { id: 'j', time: iso(T) };
  const counted = await preview(org, { meter: 'jobs', mode: 'add', events: [jobs] });
  await apply(org, counted.id);
  const { items } = await usage.call(new CurrentUsage(noBus), currentUsage, { meter: 'jobs' }, org);
  expect(items[0]?.decimals).toBe(0);
  const { items: list } = await usage.call(new ShowBackfills(), listBackfills, { limit: 2 }, org);
  expect(list.map(({ id }) => id)).toEqual([counted.id, old.id]);
  expect(await usage.call(new ShowBackfills(), getBackfill, { backfillId: old.id }, org)).toMatchObject({
    state: 'reverted',
  });
});

test('what is corrected or comes late meanwhile is neither lost nor counted twice', async () => {
  const org = await newOrg();
  await send(org, gb('a', T, 1), gb('b', T, 2));
  const made = await preview(org, { events: [event('a', T, 10)] });
  const correct = (id: string, quantity: number) =>
    usage.call(
      new CorrectUsage(usage.writer(), noBus),
      correctUsage,
      { id, action: 'amend', quantity, reason: 'x' },
      org,
      'service_key',
    );
  await correct('a', 5);
  await apply(org, made.id);
  await expect(correct('b', 3)).rejects.toMatchObject({ code: 'usage_event_voided' });
  await send(org, gb('late', T, 100));
  expect((await figures(org)).total).toBe(110);
  await correct('a', 12);
  await revert(org, made.id);
  expect((await figures(org)).total).toBe(5 + 2 + 100);
  await correct('b', 3);
  expect((await figures(org)).total).toBe(5 + 3 + 100);
});

test('a correction at the same time comes before or after a backfill, never between', async () => {
  const org = await newOrg();
  for (const round of [1, 2, 3, 4]) {
    const id = `r${round}`;
    await send(org, gb(id, T, 1));
    const made = await preview(org, { events: [event(id, T, 10)] });
    const correct = { id, action: 'amend', quantity: 5, reason: 'x' };
    await Promise.all([
      apply(org, made.id),
      usage.call(new CorrectUsage(usage.writer(), noBus), correctUsage, correct, org, 'service_key'),
    ]);
    const { total } = await figures(org);
    expect([5, 10]).toContain(total);
    expect((await listed(org)).reduce((sum, { quantity }) => sum + quantity, 0)).toBe(total);
  }
});

test('only a service key backfills, only its own organisation, and what cannot be counted refuses all of it', async () => {
  const org = await newOrg();
  await send(org, gb('elsewhere', T + 2 * DAY, 1));
  await expect(preview(org, {}, 'user')).rejects.toMatchObject({ code: 'forbidden' });
  const refused: [object, string][] = [
    [{ meter: 'nothing' }, 'unknown_meter'],
    [{ meter: 'vm' }, 'validation_failed'],
    [{ meter: 'api_calls' }, 'unknown_meter'],
    [{ to: iso(Date.now() + DAY) }, 'validation_failed'],
    [{ from: iso(T - 100 * DAY) }, 'validation_failed'],
    [{ from: iso(T - 500 * DAY), to: iso(T - 499 * DAY) }, 'validation_failed'],
    [{ events: [event('a', T + DAY, 1)] }, 'validation_failed'],
    [{ events: [event('a', T, 1), event('a', T, 2)] }, 'validation_failed'],
    [{ events: [event('a', T, 0.001)] }, 'validation_failed'],
    [{ events: [event('a', T, 0)] }, 'validation_failed'],
    [{ events: [{ ...event('a', T, 1), dimensions: { colour: 'red' } }] }, 'validation_failed'],
    [{ events: [event('elsewhere', T, 1)] }, 'validation_failed'],
  ];
  for (const [input, code] of refused) await expect(preview(org, input)).rejects.toMatchObject({ code });
  const made = await preview(org, { events: [event('a', T, 1)] });
  await expect(apply(await newOrg(), made.id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(revert(org, made.id)).rejects.toMatchObject({ code: 'backfill_over' });
});
