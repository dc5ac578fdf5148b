import { movePlans } from '@tidegate/contracts/billing/plans';
import { describeMove } from './describe-move.ts';

const moved = movePlans.output.parse({
  from: 'main.pro',
  to: 'main.pro',
  version: 3,
  at: 'period_end',
  subscriptions: 13,
  overLimit: [],
  lookedAt: 0,
  moves: [
    {
      fromVersion: 1,
      interval: 'month',
      subscriptions: 12,
      firstAt: '2026-12-01T10:00:00.000Z',
      lastAt: '2026-12-28T10:00:00.000Z',
      fields: [{ field: 'features/bots/limit', before: '25', after: '30' }],
    },
    {
      fromVersion: 2,
      interval: 'year',
      subscriptions: 1,
      firstAt: '2027-03-01T10:00:00.000Z',
      lastAt: '2027-03-01T10:00:00.000Z',
      fields: [{ field: 'prices/EUR/year', before: null, after: '29000' }],
    },
  ],
  stay: 4,
});

test('a move says what moves, when, what changes and what stays', () => {
  expect(describeMove(moved)).toBe(`13 subscriptions of main.pro move to version 3 of main.pro.
  12 subscriptions from version 1, paid by the month: each at the end of its month, from 2026-12-01T10:00:00.000Z to 2026-12-28T10:00:00.000Z
    features/bots/limit: 25 → 30
  1 subscription from version 2, paid by the year: on 2027-03-01T10:00:00.000Z
    prices/EUR/year: none → 29000
  4 subscriptions already on version 3 of main.pro: nothing changes.
  Usage of the running period, its start, and the interval that is paid stay as they are.
`);
});

test('when nothing moves, only that is said', () => {
  expect(describeMove({ ...moved, subscriptions: 0, moves: [], stay: 0 })).toBe(
    'No subscription of main.pro moves: all have version 3 of main.pro, or there are none.\n',
  );
});
