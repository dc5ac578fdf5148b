import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import { windowAt } from '@tidegate/contracts/billing/period';
import { correctUsage } from '@tidegate/contracts/usage/corrections';
import { listUsageEvents } from '@tidegate/contracts/usage/recorded';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { ingestUsage, setUsageSettings, usageHistory } from '@tidegate/contracts/usage/usage';
import { newId } from '@tidegate/database/ids';
import { ensureDays } from '@tidegate/database/partitions';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { LONG } from '@tidegate/testing/long';
import fc from 'fast-check';
import { described, type Fixture, openUsage } from '../../test/fixture.ts';
import { CorrectUsage } from '../corrections/correct-usage.ts';
import { beginCounting } from '../entitlements/entitlement-snapshot.rows.ts';
import { periodsByMeter } from '../entitlements/meter-periods.rules.ts';
import { UsageSettings } from '../entitlements/usage-settings.ts';
import { IngestUsage } from '../ingestion/ingest-usage.ts';
import { ListEvents } from '../ingestion/list-events.ts';
import { saveMeters } from '../meters/meter.rows.ts';
import { SumUsage } from './sum-usage.ts';
import { UsageHistory } from './usage-history.ts';

/* What customers are shown by hours and days, what their limit counts, and what they are charged for is one figure. */

let usage: Fixture;
const noBus = undefined as never;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const iso = (ms: number) => new Date(ms).toISOString();
const AGGREGATES = ['sum', 'count', 'unique', 'max', 'latest', 'time_weighted'] as const;
beforeAll(async () => {
  usage = await openUsage();
  const meters = AGGREGATES.map((aggregate) => {
    const whole = aggregate === 'count' || aggregate === 'unique';
    const given: Partial<MeterDefinition> = { aggregate, decimals: whole ? 0 : 3, groupBy: ['kind'] };
    return described(`m_${aggregate}`, given);
  });
  await usage.tenants.as({}, (tx) => saveMeters(tx, meters));
  // Every day of a year, as if it had been there.
  await usage.tenants.system('ingest', (tx) => ensureDays(tx, 'usage_events', { back: 330, ahead: 3 }));
});
afterAll(() => usage.close());

const grant = {
  kind: 'metered' as const,
  limit: null,
  per: 'month' as const,
  enforcement: 'soft' as const,
  ceiling: null,
};
const features = { calls: grant, ...Object.fromEntries(AGGREGATES.map((aggregate) => [`m_${aggregate}`, grant])) };

async function total(org: string, meter: string, granularity: 'hour' | 'day', from: number, to: number) {
  const asked = { meter, granularity, from: iso(from), to: iso(to) };
  const { items } = await usage.call(new UsageHistory(noBus), usageHistory, asked, org);
  return Math.round(items.reduce((sum, { quantity }) => sum + quantity * 1_000, 0)) / 1_000;
}
async function charged(org: string, meter: string, from: number, to: number) {
  const spans = [{ meter, from: iso(from), to: iso(to) }];
  const { sums, decimals } = await usage.call(new SumUsage(usage.tenants), sumUsage, { spans }, org, 'service');
  return (sums[0] ?? 0) / 10 ** (decimals[0] ?? 0);
}
async function listed(org: string, meter: string, from: number, to: number) {
  let sum = 0;
  let cursor: string | undefined;
  do {
    const asked = { meter, from: iso(from), to: iso(to), limit: 7, ...(cursor ? { cursor } : {}) };
    const page = await usage.call(new ListEvents(), listUsageEvents, asked, org);
    sum += page.items.reduce((more, { quantity }) => more + Math.round(quantity * 1_000), 0);
    cursor = page.nextCursor;
  } while (cursor);
  return sum / 1_000;
}

const ZONES = [
  ...['UTC', 'Europe/Berlin', 'Europe/London', 'America/New_York', 'America/Los_Angeles', 'America/St_Johns'],
  ...['America/Havana', 'America/Santiago', 'America/Asuncion', 'America/Nuuk', 'Africa/Cairo', 'Asia/Beirut'],
  ...['Asia/Jerusalem', 'Asia/Kolkata', 'Asia/Kathmandu', 'Asia/Tokyo', 'Australia/Lord_Howe', 'Australia/Adelaide'],
  ...[
    'Australia/Sydney',
    'Pacific/Auckland',
    'Pacific/Chatham',
    'Pacific/Apia',
    'Pacific/Kiritimati',
    'Pacific/Marquesas',
  ],
  ...[
    'Atlantic/Azores',
    'Africa/Casablanca',
    'Europe/Chisinau',
    'America/Sao_Paulo',
    'Asia/Tehran',
    'Antarctica/Troll',
  ],
];
/** Days around which the clocks of one zone or another are changed. */
const CHANGES = [
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-04-26',
  '2026-09-06',
  '2026-09-27',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
];

test('each event is in one window of each kind, windows follow each other, and hours, days, balance, invoice and events are one figure', async () => {
  const anchor = fc.integer({ min: Date.UTC(2024, 0, 1) / 1_000, max: Date.UTC(2026, 0, 1) / 1_000 });
  const cut = fc.option(fc.integer({ min: -40 * 86_400, max: 40 * 86_400 }), { nil: undefined });
  const instants = fc.array(fc.tuple(fc.integer({ min: -2 * DAY, max: 2 * DAY }), fc.integer({ min: 1, max: 1_000 })), {
    minLength: 3,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(
      anchor,
      fc.constantFrom(...ZONES),
      fc.constantFrom(...CHANGES),
      cut,
      instants,
      async (from, timeZone, day, later, given) => {
        const middle = Date.parse(day);
        const first = { from: iso(from * 1_000), anchor: iso(from * 1_000), months: 1 as const };
        const entitlements = entitlementsOf({ orgId: newId(), features, anchor: first.anchor });
        const again = later === undefined ? [] : [iso(middle + later * 1_000)];
        const steps = [first, ...again.map((at) => ({ from: at, anchor: at, months: 1 as const }))];
        const periods = { ...entitlements.periods, shared: steps };
        const org = await usage.arrive({ ...entitlements, periods });
        await usage.call(new UsageSettings(noBus), setUsageSettings, { timeZone }, org);
        // The edges of the windows themselves, and finer digits than a millisecond before them.
        const month = windowAt(steps, 'month', middle);
        const edges = [month.start, month.end - 1, ...again.map((at) => Date.parse(at) - 1)].map(
          (at) => [at, 1] as const,
        );
        const events = [...edges, ...given.map(([at, quantity]) => [middle + at, quantity] as const)].map(
          ([at, quantity], n) => ({
            ...{ org, meter: 'calls', source: 'test', id: `e${n}`, quantity },
            at: iso(at).replace('Z', '999999Z'),
          }),
        );
        const of = {
          times: new Map([[org, { periods: periodsByMeter({ ...entitlements, periods }), zone: 'UTC' }]]),
          anyAge: true,
        };
        await usage.tenants.run(org, async (tx) => {
          const epoch = await beginCounting(tx);
          const counting = { tx, emit: usage.outbox.emitter(tx), now: Date.now(), epoch };
          return usage.writer().write(counting, events, of);
        });
        const wanted = new Map<number, number>();
        for (const { at, quantity } of events) {
          const { start, end } = windowAt(steps, 'month', Date.parse(at));
          expect(Date.parse(at) >= start && Date.parse(at) < end).toBe(true);
          expect(windowAt(steps, 'month', end).start).toBe(end);
          wanted.set(start, (wanted.get(start) ?? 0) + quantity);
        }
        for (const [start, quantity] of wanted) {
          const { end } = windowAt(steps, 'month', start);
          const balance = await usage.tenants.read(org, (tx) =>
            tx.one<{ used: string }>(
              "select used from usage_balances where org_id = $1 and meter = 'calls' and period_start = $2",
              [org, iso(start)],
            ),
          );
          const figures = await Promise.all([
            total(org, 'calls', 'hour', start, end),
            total(org, 'calls', 'day', start, end),
            charged(org, 'calls', start, end),
            listed(org, 'calls', start, end),
          ]);
          expect([Number(balance?.used), ...figures]).toEqual(Array(5).fill(quantity));
        }
        const days = await usage.tenants.read(org, (tx) =>
          tx.query<{ holds: boolean; follows: boolean }>(
            `select d.start <= t.at and t.at < d.stop as holds, n.start = d.stop as follows
             from entitlement_snapshots a, unnest($2::timestamptz[]) as t(at),
                  day_of(a.time_zone, a.zone_day, a.zone_until, t.at) as d,
                  day_of(a.time_zone, a.zone_day, a.zone_until, d.stop) as n where a.org_id = $1`,
            [org, events.map(({ at }) => `${at.slice(0, 23)}Z`)],
          ),
        );
        expect(days.every(({ holds, follows }) => holds && follows)).toBe(true);
      },
    ),
    LONG ? { numRuns: 1_900 } : { numRuns: 8, seed: 3 },
  );
});

test('the events that a line of an invoice names add up to what it was charged for, whatever its meter does with them', async () => {
  const event = fc.record({
    minutesAgo: fc.integer({ min: 10, max: 30 * 24 * 60 }),
    quantity: fc.integer({ min: 1, max: 9_000 }),
    kind: fc.constantFrom('a', 'b', ''),
    of: fc.constantFrom('x', 'y', 'z'),
    correct: fc.constantFrom('', '', '', 'void', 'amend'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...AGGREGATES),
      fc.array(event, { minLength: 5, maxLength: 25 }),
      fc.nat(86_399),
      async (aggregate, events, second) => {
        const meter = `m_${aggregate}`;
        const anchor = Math.floor((Date.now() - 12 * DAY) / 1_000) * 1_000 - second * 1_000;
        const org = await usage.arrive(entitlementsOf({ orgId: newId(), features, anchor: iso(anchor - 365 * DAY) }));
        const steps = [{ from: iso(anchor - 365 * DAY), anchor: iso(anchor - 365 * DAY), months: 1 as const }];
        const whole = aggregate === 'count' || aggregate === 'unique';
        const sent = events.map(({ minutesAgo, quantity, kind, of }, n) => ({
          ...{ id: `e${n}`, meter, time: iso(Date.now() - minutesAgo * 60_000), dimensions: { kind } },
          ...(aggregate === 'unique' ? { value: of } : { quantity: whole ? 1 : quantity / 1_000 }),
          ...(aggregate === 'time_weighted' ? { series: of } : {}),
        }));
        const answer = await usage.call(
          new IngestUsage(usage.writer(), noBus),
          ingestUsage,
          { events: sent },
          org,
          'service_key',
        );
        expect(answer).toMatchObject({ accepted: sent.length, rejected: [] });
        for (const [n, { correct }] of events.entries()) {
          const possible =
            ['sum', 'time_weighted'].includes(aggregate) || (aggregate === 'count' && correct === 'void');
          if (correct === '' || !possible) continue;
          const input = {
            id: `e${n}`,
            action: correct,
            reason: 'x',
            ...(correct === 'amend' ? { quantity: '0.777' } : {}),
          };
          await usage.call(new CorrectUsage(usage.writer(), noBus), correctUsage, input, org, 'service_key');
        }
        const now = Math.floor(Date.now() / HOUR) * HOUR;
        const current = windowAt(steps, 'month', now);
        const last = windowAt(steps, 'month', current.start - 1);
        for (const [from, to] of [
          [last.start, last.end],
          [current.start, Math.max(current.start + 1, now)],
        ] as const) {
          const bill = await charged(org, meter, from, to);
          expect(await listed(org, meter, from, to)).toBe(bill);
          if (to === last.end) expect(await total(org, meter, 'hour', from, to)).toBe(bill);
        }
      },
    ),
    LONG ? { numRuns: 300 } : { numRuns: 12, seed: 5 },
  );
});
