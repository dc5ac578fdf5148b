import { KnownRelations } from '../relations/known-relations.rules.ts';
import { DATABASE_COUNTERS } from '../relations/readings.rules.ts';
import { busiestDatabases, nextVisit } from './busiest.rules.ts';

const database = (oid: number, counted: Partial<Record<(typeof DATABASE_COUNTERS)[number], number>>) => ({
  oid,
  definition: 0,
  name: `d${oid}`,
  connections: 0,
  transactionAge: 0,
  counters: DATABASE_COUNTERS.map((name) => counted[name] ?? 0),
});

test('the three in which most was done; what a visit of ours does is no work', () => {
  const before = KnownRelations.of([1, 2, 3, 4, 5, 6].map((oid) => database(oid, { commits: 10 })));
  const now = [
    database(1, { commits: 30 }),
    database(2, { commits: 500 }),
    database(3, { commits: 11, rows_inserted: 12_000 }),
    database(4, { commits: 11, rows_updated: 1 }),
    database(5, { commits: 90, rows_returned: 1_000_000 }),
    // Set back meanwhile.
    database(6, { commits: 3 }),
    database(7, { rows_inserted: 9_999_999 }),
  ];
  expect(busiestDatabases(now, before)).toEqual([3, 2, 5]);
  expect(busiestDatabases(now, undefined)).toEqual([]);
});

test('a busy database that is due is next, however many have waited longer; one that is not due waits its turn', () => {
  const one = (name: string, dueAt: number, busy = false) => ({ name, busy, query: { dueAt } });
  const next = (...all: ReturnType<typeof one>[]) => nextVisit(all, 100)?.name;
  expect(next(one('a', 10), one('b', 90, true), one('c', 5))).toBe('b');
  expect(next(one('a', 10), one('b', 110, true), one('c', 5))).toBe('c');
  expect(next(one('a', 95, true), one('b', 90, true))).toBe('b');
  expect(next()).toBeUndefined();
});
