import { LONG } from '@tidegate/testing/long';
import fc from 'fast-check';
import { History, type Step } from '../../test/statement-history.ts';
import { STATEMENT_COUNTERS } from '../series/statement-counters.rules.ts';
import {
  advance,
  needsAllRows,
  type StatementReading,
  type StatementScrape,
  type StatementState,
} from './statement-deltas.rules.ts';
import { statementKey } from './statement-key.rules.ts';

const keyOf = (name: string) => statementKey(1, 10, String(name.charCodeAt(0)), true);
const zeros = STATEMENT_COUNTERS.map(() => 0);

function reading(
  name: string,
  calls: number,
  totalMs: number,
  extremes: { min?: number; max?: number; since?: number } = {},
) {
  const counters = [...zeros];
  counters[0] = calls;
  counters[3] = Math.round(totalMs * 1_000);
  const { min = totalMs / calls, max = totalMs / calls, since = null } = extremes;
  return {
    key: keyOf(name),
    checksum: 0n,
    counters,
    minMs: min,
    maxMs: max,
    totalMs,
    since,
  } satisfies StatementReading;
}

function scrape(at: number, rows: StatementReading[], more: Partial<StatementScrape> = {}): StatementScrape {
  return {
    identity: 'a',
    statsReset: 1,
    evictions: 0,
    at,
    total: rows.length,
    full: true,
    rows,
    resetEpoch: null,
    ...more,
  };
}

function follow(...scrapes: StatementScrape[]) {
  let state: StatementState | undefined;
  const intervals = [];
  for (const snapshot of scrapes) {
    const step = advance(state, snapshot);
    state = step.state;
    intervals.push(step.interval);
  }
  return intervals;
}

test('the first snapshot is the baseline and counts nothing', () => {
  expect(follow(scrape(100, [reading('q', 10, 200)]))).toEqual([undefined]);
});

test('the difference of two snapshots, exact in microseconds', () => {
  const [, interval] = follow(
    scrape(100, [reading('q', 1, 0.0004)]),
    scrape(200, [reading('q', 4, 0.0026, { min: 0.0001 })]),
  );
  expect(interval).toMatchObject({ from: 100, to: 200, gap: false, lostUs: 0, evictions: 0 });
  expect(interval?.deltas).toHaveLength(1);
  expect(interval?.deltas[0]).toMatchObject({ key: keyOf('q'), partial: false });
  expect(interval?.deltas[0]?.counters.slice(0, 4)).toEqual([3, 0, 0, 3]);
});

test('a row reset alone counts what came after it: 25 calls and 28.7 ms, not 15 calls and -172.3 ms', () => {
  const [, interval] = follow(scrape(100, [reading('q', 10, 201)]), scrape(200, [reading('q', 25, 28.7)]));
  expect(interval?.deltas[0]).toMatchObject({ partial: true });
  expect(interval?.deltas[0]?.counters.slice(0, 4)).toEqual([25, 0, 0, 28_700]);
});

test('a reset row that outgrew its counters is betrayed by its extremes', () => {
  const before = reading('q', 10, 100, { min: 5, max: 50 });
  const longestFell = follow(scrape(1, [before]), scrape(2, [reading('q', 40, 300, { min: 5, max: 20 })]));
  const shortestRose = follow(scrape(1, [before]), scrape(2, [reading('q', 40, 900, { min: 6, max: 60 })]));
  expect(longestFell[1]?.deltas[0]?.counters[0]).toBe(40);
  expect(shortestRose[1]?.deltas[0]?.counters[0]).toBe(40);
});

test('from 17 on the beginning of its resetEpoch decides, even when every counter grew', () => {
  const before = reading('q', 10, 100, { min: 5, max: 50, since: 1 });
  const [, same] = follow(scrape(10, [before]), scrape(20, [reading('q', 40, 900, { min: 6, max: 60, since: 1 })]));
  const [, reborn] = follow(scrape(10, [before]), scrape(20, [reading('q', 40, 900, { min: 4, max: 60, since: 15 })]));
  expect(same?.deltas[0]).toMatchObject({ partial: false });
  expect(same?.deltas[0]?.counters[0]).toBe(30);
  expect(reborn?.deltas[0]).toMatchObject({ partial: true });
  expect(reborn?.deltas[0]?.counters[0]).toBe(40);
});

test('a row that was planned but never called is not reborn by its first call', () => {
  const planned = { ...reading('q', 1, 0), counters: zeros.map((_, i) => (i === 1 ? 3 : 0)), minMs: 0, maxMs: 0 };
  const called = {
    ...reading('q', 1, 7),
    counters: zeros.map((_, i) => (i === 0 ? 1 : i === 1 ? 4 : i === 3 ? 7_000 : 0)),
  };
  const [, interval] = follow(scrape(1, [planned]), scrape(2, [called]));
  expect(interval?.deltas[0]).toMatchObject({ partial: false });
  expect(interval?.deltas[0]?.counters.slice(0, 4)).toEqual([1, 1, 0, 7_000]);
});

test('after a reset of everything the interval begins at the reset and says what was lost', () => {
  const [, interval] = follow(
    scrape(100, [reading('q', 10, 50), reading('r', 1, 1)]),
    scrape(200, [reading('q', 90, 450)], { statsReset: 130, evictions: 2 }),
  );
  expect(interval).toMatchObject({ from: 130, to: 200, resetAt: 130, lostUs: 30, evictions: 2, gap: false });
  expect(interval?.deltas).toHaveLength(1);
  expect(interval?.deltas[0]?.counters[0]).toBe(90);
});

test('another instance behind the address is a gap, and so are statistics restored from before', () => {
  const before = scrape(100, [reading('q', 10, 50)], { statsReset: 90 });
  const [, other] = follow(before, scrape(200, [reading('q', 90, 450)], { identity: 'b', statsReset: 90 }));
  const [, restored] = follow(before, scrape(200, [reading('q', 90, 450)], { statsReset: 80 }));
  expect(other).toMatchObject({ gap: true, deltas: [] });
  expect(restored).toMatchObject({ gap: true, deltas: [] });
});

test('a row that was gone for a snapshot is new when it is back, however much it has grown', () => {
  const steps = follow(
    scrape(1, [reading('q', 2, 2, { min: 1, max: 1 })]),
    scrape(2, []),
    scrape(3, [reading('q', 9, 9, { min: 0.5, max: 2 })]),
  );
  // Nobody made room: it was reset, and what it counted until then is lost.
  expect(steps[1]?.deltas).toEqual([{ key: reading('q', 1, 1).key, counters: zeros, partial: true }]);
  expect(steps[2]?.deltas[0]?.counters[0]).toBe(9);
});

test('when PostgreSQL made room, a row never seen may have lived before; rows that went are told by the number alone', () => {
  const [, interval] = follow(scrape(1, [reading('q', 2, 2)]), scrape(2, [reading('r', 3, 3)], { evictions: 1 }));
  expect(interval?.deltas).toEqual([expect.objectContaining({ key: reading('r', 1, 1).key, partial: true })]);
  const [, calm] = follow(scrape(1, [reading('q', 2, 2)]), scrape(2, [reading('q', 2, 2), reading('r', 3, 3)]));
  expect(calm?.deltas).toEqual([expect.objectContaining({ key: reading('r', 1, 1).key, partial: false })]);
});

test('where room made is not told, a row never seen may have lived before as soon as another one is gone', () => {
  const untold = { statsReset: null, evictions: null };
  const partial = (...rows: StatementReading[]) => {
    const [, interval] = follow(scrape(1, [reading('q', 2, 2)], untold), scrape(2, rows, untold));
    return interval?.deltas.find(({ key }) => key === reading('r', 1, 1).key)?.partial;
  };
  expect(partial(reading('r', 3, 3))).toBe(true);
  expect(partial(reading('q', 2, 2), reading('r', 3, 3))).toBe(false);
});

test('changed rows alone are enough until a row vanishes, a reset or another instance', () => {
  const { state } = advance(undefined, scrape(1, [reading('q', 1, 1), reading('r', 1, 1)]));
  const part = (rows: StatementReading[], more: Partial<StatementScrape>) =>
    needsAllRows(state, scrape(2, rows, { full: false, ...more }));
  expect(part([reading('q', 2, 2)], { total: 2 })).toBe(false);
  expect(part([reading('new', 2, 2)], { total: 3 })).toBe(false);
  expect(part([reading('new', 2, 2)], { total: 2 })).toBe(true);
  expect(part([], { total: 1 })).toBe(true);
  expect(part([], { total: 2, statsReset: 2 })).toBe(true);
  expect(part([], { total: 2, identity: 'b' })).toBe(true);
  expect(() => advance(state, scrape(2, [], { full: false, total: 1 }))).toThrow(/all rows/);
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('call' as const), key: fc.nat(5), ms: fc.nat(20), rows: fc.nat(3) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('plan' as const), key: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resetOne' as const), key: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resetExtremes' as const), key: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('evict' as const), key: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resetAll' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('failOver' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('snapshot' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('collectorRestart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('snapshotLost' as const) }) },
);

test.each([
  ['PostgreSQL 17 and later', true],
  ['PostgreSQL 14 to 16', false],
])('over any history, reported = counted by the server − what the server itself lost (%s)', (_name, reportsBirth) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const history = new History(reportsBirth);
      for (const each of steps) history.apply(each);
      history.apply({ do: 'snapshot' });
      expect(history.reported()).toEqual(history.expected());
      for (const interval of history.intervals) {
        expect(interval.to).toBeGreaterThanOrEqual(interval.from);
        for (const delta of interval.deltas) expect(Math.min(...delta.counters)).toBeGreaterThanOrEqual(0);
      }
      expect(history.uncoveredUs()).toBe(0);
      expect(history.faults).toEqual([]);
    }),
    { numRuns: LONG ? 2_000 : 300 },
  );
});
