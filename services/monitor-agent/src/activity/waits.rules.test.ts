import { type StatementWaitSum, statementWaits, totalSessions, waitShares } from './waits.rules.ts';

const sum = (queryId: string | null, waitEvent: string | null, sessionMs: number): StatementWaitSum => ({
  state: 'active',
  waitType: waitEvent === null ? null : 'IO',
  waitEvent,
  queryId,
  database: 'shop',
  sessionMs,
});
const SUMS = [sum('1', null, 30_000), sum('2', null, 10_000), sum('1', 'DataFileRead', 5_000), sum(null, null, 1_000)];

test('session time over the time that was looked at is the sessions there were on average', () => {
  expect(totalSessions(SUMS, 10_000)).toBe(4.6);
  expect(totalSessions(SUMS, 0)).toBe(0);
});

test('waits are summed up over statements, the largest first, no more than asked for', () => {
  expect(waitShares(SUMS, 10_000, 5)).toEqual([
    { state: 'active', waitType: null, waitEvent: null, sessions: 4.1 },
    { state: 'active', waitType: 'IO', waitEvent: 'DataFileRead', sessions: 0.5 },
  ]);
  expect(waitShares(SUMS, 10_000, 1)).toHaveLength(1);
});

test('statements have their own waits; the same id in another database is another statement', () => {
  const elsewhere = { ...sum('1', null, 2_000), database: 'other' };
  expect(statementWaits([...SUMS, elsewhere], 10_000, 3)).toMatchObject([
    { queryId: '1', database: 'shop', sessions: 3.5, waits: [{ sessions: 3 }, { waitEvent: 'DataFileRead' }] },
    { queryId: '2', sessions: 1 },
    { queryId: '1', database: 'other', sessions: 0.2 },
  ]);
});

test('what is equal is listed in one order, in whichever it came', () => {
  const sums = ['WALSync', 'DataFileRead', null, 'WALWrite'].flatMap((event) =>
    ['2', '1', null].map((queryId) => sum(queryId, event, 1_000)),
  );
  const shown = (some: readonly StatementWaitSum[]) => [waitShares(some, 10_000, 3), statementWaits(some, 10_000, 2)];
  expect(shown(sums.toReversed())).toEqual(shown(sums));
});
