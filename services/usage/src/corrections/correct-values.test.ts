import { applyBackfill, previewBackfill, revertBackfill } from '@tidegate/contracts/usage/backfills';
import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import { listUsageEvents } from '@tidegate/contracts/usage/recorded';
import { ingestUsage } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { LONG } from '@tidegate/testing/long';
import fc from 'fast-check';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { AGGREGATES, Values, type Windows } from '../../test/values-model.ts';
import { Backfills } from '../backfills/backfills.ts';
import { RunBackfills } from '../backfills/run-backfills.ts';
import { IngestUsage } from '../ingestion/ingest-usage.ts';
import { ListEvents } from '../ingestion/list-events.ts';
import { expireValues } from '../ingestion/value.rows.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { CorrectUsage } from './correct-usage.ts';

type Aggregate = (typeof AGGREGATES)[number];
const DAY = 86_400_000;
const HOUR = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR) * HOUR;
/** One month begins in the middle of what is reported. */
const BORDER = NOW - 17 * DAY;
const iso = (ms: number) => new Date(ms).toISOString();
const noBus = undefined as never;
/** What billing was asked about. */
let asked: { at: string; quantity: number }[] = [];
const billing = {
  call: async (_: unknown, { changes }: { changes: typeof asked }) => {
    asked = changes;
    return { charges: [] };
  },
} as never;

let usage: Fixture;
let run: RunBackfills;
beforeAll(async () => {
  usage = await openUsage();
  const meters = AGGREGATES.flatMap((aggregate) => [
    described(aggregate, { aggregate }),
    described(`${aggregate}_by`, { aggregate, groupBy: ['region'] }),
  ]);
  await usage.tenants.as({}, (tx) => saveMeters(tx, meters));
  run = new RunBackfills(new Backfills(usage.tenants, usage.writer()), usage.tenants, billing, {
    USAGE_EVENT_DAYS: 400,
  } as never);
});
afterAll(() => usage.close());

async function newOrg(per: Windows = 'month', limit: number | null = null): Promise<string> {
  const orgId = newId();
  const grant = { kind: 'metered' as const, limit, per, enforcement: 'soft' as const, ceiling: null };
  const features = Object.fromEntries(AGGREGATES.flatMap((name) => [name, `${name}_by`]).map((name) => [name, grant]));
  return usage.arrive(entitlementsOf({ orgId, features, anchor: iso(BORDER) }));
}

const said = (meter: string, value: number) =>
  meter.startsWith('unique') ? { value: `v${value}` } : { quantity: value };
const event = (meter: string, id: string, at: number, value: number) => ({
  ...{ id, meter, time: iso(at) },
  ...said(meter, value),
});
const send = (org: string, ...events: object[]) =>
  usage.call(new IngestUsage(usage.writer(), noBus), ingestUsage, { events }, org, 'service_key');
const correct = (org: string, meter: string, id: string, value: number | undefined) => {
  const input = value === undefined ? { action: 'void' } : { action: 'amend', ...said(meter, value) };
  const given = { id, reason: 'Wrong', ...input };
  return usage.call(new CorrectUsage(usage.writer(), noBus), correctUsage, given, org, 'service_key');
};
const preview = (org: string, meter: string, input: object) =>
  usage.call(run, previewBackfill, { meter, mode: 'replace', reason: 'Lost logs', ...input }, org, 'service_key');
const apply = (org: string, backfillId: string) => usage.call(run, applyBackfill, { backfillId }, org, 'service_key');
const revert = (org: string, backfillId: string) =>
  usage.call(run, revertBackfill, { backfillId, reason: 'Wrong file' }, org, 'service_key');

/** What hours add up to in each window, and that balances and listed events do so as well. */
async function counted(org: string, meter: string, per: Windows): Promise<Record<string, number>> {
  const of = (at: Date) => (per === 'day' ? at.toISOString().slice(0, 10) : at.getTime() < BORDER ? 'before' : 'after');
  const rows = await usage.tenants.read(org, (tx) =>
    tx.query<{ hour: Date; quantity: string }>('select hour, quantity from usage_hours where meter = $1', [meter]),
  );
  const sums: Record<string, number> = {};
  for (const { hour, quantity } of rows) sums[of(hour)] = (sums[of(hour)] ?? 0) + Number(quantity);
  const balances = await usage.tenants.read(org, (tx) =>
    tx.query<{ start: Date; used: string }>(
      'select period_start as start, used from usage_balances where meter = $1 and used <> 0',
      [meter],
    ),
  );
  const total = (list: number[]) => list.reduce((sum, one) => sum + one, 0);
  expect(total(balances.map(({ used }) => Number(used)))).toBe(total(Object.values(sums)));
  if (per === 'month') {
    for (const { start, used } of balances) expect([of(start), sums[of(start)]]).toEqual([of(start), Number(used)]);
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0));
}

const slot = fc.integer({ min: 0, max: 21 });
const value = fc.nat(6);
const name = fc.nat(1);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), slot, name, value }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('amend' as const), slot, name, value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('void' as const), slot, name }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('backfill' as const),
      mode: fc.constantFrom('add' as const, 'replace' as const),
      from: slot,
      slots: fc.integer({ min: 1, max: 8 }),
      events: fc.uniqueArray(fc.record({ slot, name, value }), { selector: (one) => `${one.slot} ${one.name}` }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revert' as const), which: fc.nat(5) }) },
);
/** 36 hours apart, over both months; those of one slot a second apart. */
const at = (of: { slot: number; name: number }) => NOW - 33 * DAY + of.slot * 36 * HOUR + of.name * 1_000;
const idOf = (of: { slot: number; name: number }) => `e${of.slot}-${of.name}`;

test.each(AGGREGATES.flatMap((aggregate) => (['month', 'day'] as const).map((per) => [aggregate, per] as const)))(
  '%s by the %s: however events, corrections and backfills follow each other, a window is what a plain model makes of it',
  async (aggregate, per) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const org = await newOrg(per);
        const model = new Values(aggregate, (ms) =>
          per === 'day' ? iso(ms).slice(0, 10) : ms < BORDER ? 'before' : 'after',
        );
        const backfills: string[] = [];
        for (const one of steps) {
          if (one.do === 'send') {
            const id = idOf(one);
            await send(org, event(aggregate, id, at(one), one.value));
            model.send(id, at(one), one.value);
          } else if (one.do === 'amend' || one.do === 'void') {
            const id = idOf(one);
            const to = one.do === 'void' ? undefined : one.value;
            const answer = correct(org, aggregate, id, to);
            const expected = model.correct(id, to);
            if (typeof expected === 'string') await expect(answer).rejects.toMatchObject({ code: expected });
            else expect((await answer).changed).toBe(expected);
          } else if (one.do === 'backfill') {
            const [from, to] = [
              at({ slot: one.from, name: 0 }),
              Math.min(at({ slot: one.from + one.slots, name: 0 }), NOW),
            ];
            const wanted = one.events
              .filter((event) => at(event) >= from && at(event) < to)
              .map((event) => ({ id: idOf(event), at: at(event), value: model.keep(idOf(event), event.value) }));
            const events = wanted.map(({ id, at: ms, value: says }) => ({
              id,
              time: iso(ms),
              ...said(aggregate, says),
            }));
            const made = await preview(org, aggregate, { from: iso(from), to: iso(to), mode: one.mode, events });
            const before = await counted(org, aggregate, per);
            const applied = await apply(org, made.id);
            backfills.push(made.id);
            expect({ ...applied.preview, charges: [] }).toEqual(made.preview);
            const after = await counted(org, aggregate, per);
            const grown = (sums: Record<string, number>) => Object.values(sums).reduce((sum, more) => sum + more, 0);
            const shown = made.preview.balances.reduce((sum, balance) => sum + balance.after - balance.before, 0);
            expect(shown).toBe(grown(after) - grown(before));
            expect(asked.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(shown);
            model.backfill(made.id, { from, to, mode: one.mode, wanted });
          } else {
            const id = backfills[one.which % Math.max(1, backfills.length)];
            if (!id) continue;
            await revert(org, id);
            model.revert(id);
          }
          expect(await counted(org, aggregate, per)).toEqual(model.counts());
        }
      }),
      { numRuns: LONG ? 60 : 4 },
    );
  },
);

test('of events at one instant the one that came last is the newest, and the one before it when that is taken out', async () => {
  const org = await newOrg();
  const time = NOW - DAY;
  await send(org, event('latest', 'a', time, 5), event('latest', 'b', time, 3), event('latest', 'c', time, 0));
  expect(await counted(org, 'latest', 'month')).toEqual({});
  await correct(org, 'latest', 'c', undefined);
  expect(await counted(org, 'latest', 'month')).toEqual({ after: 3 });
  await correct(org, 'latest', 'a', 9);
  expect(await counted(org, 'latest', 'month')).toEqual({ after: 3 });
  await correct(org, 'latest', 'b', undefined);
  expect(await counted(org, 'latest', 'month')).toEqual({ after: 9 });
});

test('corrections at once follow each other, and events that arrive meanwhile are counted against what is left', async () => {
  const org = await newOrg();
  const time = NOW - DAY;
  await send(org, event('max', 'peak', time, 10_000), event('max', 'other', time, 40), event('max', 'low', time, 7));
  await Promise.all([
    correct(org, 'max', 'peak', undefined),
    correct(org, 'max', 'other', 50),
    correct(org, 'max', 'low', undefined),
    send(org, event('max', 'late', time - HOUR, 45)),
    send(org, event('max', 'later', time + HOUR, 20), event('max', 'peak', time, 10_000)),
  ]);
  expect(await counted(org, 'max', 'month')).toEqual({ after: 50 });
  const twice = await Promise.all([1, 2].map(() => correct(org, 'max', 'other', 30)));
  expect(twice.map(({ changed }) => changed).sort()).toEqual([false, true]);
  expect(await counted(org, 'max', 'month')).toEqual({ after: 45 });
  const { items } = await usage.call(new ListEvents(), listUsageEvents, { meter: 'max' }, org);
  expect(items.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(45);
  expect(items.flatMap(({ corrects }) => (corrects ? [`${corrects.id} ${corrects.quantity}`] : [])).sort()).toEqual([
    ...['low 0', 'other 30', 'other 50', 'peak 0'],
  ]);
});

test('each combination of dimensions has values of its own, and a backfill moves a unique value', async () => {
  const org = await newOrg();
  const time = NOW - 2 * DAY;
  const by = (id: string, of: object, region: string) => ({ id, time: iso(time), dimensions: { region }, ...of });
  await send(
    org,
    { meter: 'max_by', ...by('a', { quantity: 9 }, 'eu') },
    { meter: 'max_by', ...by('b', { quantity: 4 }, 'us') },
    { meter: 'max_by', ...by('c', { quantity: 6 }, 'eu') },
    { meter: 'unique_by', ...by('u', { value: 'ada' }, 'eu') },
    { meter: 'unique_by', ...by('w', { value: 'ada' }, 'us') },
  );
  await correct(org, 'max_by', 'a', undefined);
  expect(await counted(org, 'max_by', 'month')).toEqual({ after: 10 });
  const range = { from: iso(time - HOUR), to: iso(time + HOUR) };
  const events = [by('u', { value: 'eve' }, 'eu'), by('w', { value: 'ada' }, 'eu'), by('x', { value: 'ada' }, 'eu')];
  const made = await preview(org, 'unique_by', { ...range, events });
  expect(made.preview).toMatchObject({ added: 1, changed: 2, removed: 0 });
  expect(await counted(org, 'unique_by', 'month')).toEqual({ after: 2 });
  await apply(org, made.id);
  expect(await counted(org, 'unique_by', 'month')).toEqual({ after: 2 });
  const labels = await usage.tenants.read(org, (tx) =>
    tx.query<{ region: string; sum: string }>(
      `select labels[1] as region, sum(quantity) as sum from usage_label_hours where meter = 'unique_by' group by 1 order by 1`,
      [],
    ),
  );
  expect(labels.map(({ region, sum }) => [region, Number(sum)])).toEqual([
    ['eu', 2],
    ['us', 0],
  ]);
  await revert(org, made.id);
  expect(await counted(org, 'unique_by', 'month')).toEqual({ after: 2 });
});

test('a threshold that a wrong peak reached is announced again when a right one does', async () => {
  const org = await newOrg('month', 100);
  const reached = async () => {
    const rows = await usage.tenants.as({}, (tx) =>
      tx.query('select 1 from outbox where subject = $1 and org_id = $2', [quotaReached.subject, org]),
    );
    return rows.length;
  };
  await send(org, event('max', 'a', NOW - HOUR, 90));
  expect(await reached()).toBe(1);
  await correct(org, 'max', 'a', 10);
  await send(org, event('max', 'b', NOW - HOUR, 85));
  expect(await reached()).toBe(2);
});

test('what is asked for has to fit the meter, and what a version before counted holds until its window ends', async () => {
  const org = await newOrg();
  await send(
    org,
    event('unique', 'u', NOW - DAY, 1),
    event('max', 'm', NOW - DAY, 5),
    event('max', 'old', NOW - DAY, 60),
  );
  const ask = (id: string, input: object) =>
    usage.call(
      new CorrectUsage(usage.writer(), noBus),
      correctUsage,
      { id, reason: 'Wrong', action: 'amend', ...input },
      org,
      'service_key',
    );
  for (const [id, input] of [
    ['u', { quantity: 3 }],
    ['m', { value: 'x' }],
    ['m', { quantity: 3, value: 'x' }],
    ['m', { quantity: 0.5 }],
    ['m', {}],
  ] as const) {
    await expect(ask(id, input)).rejects.toMatchObject({ code: 'validation_failed' });
  }
  // As a version that stored no values left it, also one that counts at the same time.
  await usage.tenants.run(org, (tx) => tx.query('delete from usage_values where meter = $1 and value = 60', ['max']));
  await expect(ask('old', { quantity: 3 })).rejects.toMatchObject({ code: 'usage_event_too_old' });
  await ask('m', { quantity: 2 });
  expect(await counted(org, 'max', 'month')).toEqual({ after: 60 });
  await send(org, event('max', 'n', NOW - DAY, 70));
  await correct(org, 'max', 'n', undefined);
  expect(await counted(org, 'max', 'month')).toEqual({ after: 60 });
  const range = { from: iso(NOW - 2 * DAY), to: iso(NOW), events: [] };
  await expect(preview(org, 'max', range)).rejects.toMatchObject({ code: 'validation_failed' });
});

test('of values that nothing reaches any more those stay that decide a window', async () => {
  const org = await newOrg();
  const all: [Aggregate, number[]][] = [
    ['max', [5, 9, 2]],
    ['latest', [5, 9, 2]],
    ['unique', [5, 9, 5]],
  ];
  for (const [meter, values] of all) {
    await send(org, ...values.map((says, index) => event(meter, `${meter}${index}`, NOW - 5 * DAY + index, says)));
    await send(org, event(meter, `${meter} new`, NOW - HOUR, 1));
  }
  await correct(org, 'max', 'max1', undefined);
  await usage.tenants.system('ingest', (tx) => expireValues(tx, 3));
  const left = await usage.tenants.read(org, (tx) =>
    tx.query<{ meter: string; value: string }>('select meter, value from usage_values order by meter, at', []),
  );
  expect(left.map(({ meter, value: says }) => `${meter} ${says}`)).toEqual([
    ...['latest 2', 'latest 1', 'max 5', 'max 1', 'unique 1', 'unique 1', 'unique 1'],
  ]);
  await correct(org, 'latest', 'latest new', undefined);
  expect(await counted(org, 'latest', 'month')).toEqual({ after: 2 });
});
