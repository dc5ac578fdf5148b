import type { Meter } from '@tidegate/contracts/usage/usage';
import { snapshot, standingOf } from '../../test/snapshot.ts';
import { type Balance, historyRange, meterUsage, monthsOf, NOTHING_USED } from './balance.rules.ts';
import { windowOf } from './window.rules.ts';

const meter: Meter = {
  ...{ meter: 'calls', name: 'Calls', unit: 'call', description: '' },
  ...{ aggregate: 'sum', decimals: 0, groupBy: [] },
};
const period = { start: '2026-10-31T10:00:00.000Z', end: '2026-11-30T10:00:00.000Z' };
const line = (calls: number | null, used: number, reserved = 0) =>
  lineOf(meter, { ...NOTHING_USED, used, reserved }, snapshot({ calls }));
function lineOf(of: Meter, balance: Balance, given: ReturnType<typeof snapshot>) {
  const standing = standingOf(given);
  return meterUsage(of, { ...NOTHING_USED, ...balance }, standing, windowOf(standing, of.meter, 'month'));
}

test('lent units reduce what remains, and do not count as used', () => {
  expect(line(100, 30, 20)).toMatchObject({ used: 30, reserved: 20, remaining: 50, percent: 30, resetsAt: period.end });
});

test('the percentage is rounded down, so that 100 means reached, and stays exact for huge numbers', () => {
  expect(line(1_000, 999).percent).toBe(99);
  expect(line(3, 3).percent).toBe(100);
  expect(line(9_007_199_254_740_991, 9_007_199_254_740_990).percent).toBe(99);
  expect(line(0, 0).percent).toBe(0);
  expect(line(0, 1).percent).toBe(100);
});

test('past the limit nothing remains; a balance below zero counts as nothing used', () => {
  expect(line(10, 12)).toMatchObject({ remaining: 0, percent: 120 });
  expect(line(10, -2)).toMatchObject({ remaining: 12, percent: 0 });
});

test('an unlimited meter has no percentage, and a meter outside the plan has no allowance', () => {
  expect(line(null, 5)).toMatchObject({ limit: null, remaining: null, percent: null, included: true });
  expect(lineOf({ ...meter, meter: 'faxes' }, NOTHING_USED, snapshot())).toMatchObject({
    included: false,
    limit: 0,
    remaining: 0,
  });
});

const now = Date.parse('2026-11-20T10:20:00Z');
const from = '2026-01-31T10:00:00.000Z';
const steps = [{ from, anchor: from, months: 1 as const }];
const range = (from: string | undefined, to: string | undefined, granularity: 'hour' | 'day') =>
  historyRange({ from, to, granularity }, steps, now);

test('an edge of a range is exact where a period begins, and nowhere else', () => {
  expect(range('2026-10-31T10:00:00.000Z', '2026-11-30T10:00:00.000Z', 'hour')).toMatchObject({
    from: '2026-10-31T10:00:00.000Z',
    cutFrom: true,
    cutTo: true,
  });
  expect(range('2026-10-31T09:59:59.999Z', undefined, 'hour')).toMatchObject({ cutFrom: false, cutTo: false });
  expect(range(undefined, undefined, 'day')).toEqual({
    from: undefined,
    to: '2026-11-20T10:20:00.000Z',
    steps: 30,
    cutFrom: false,
    cutTo: false,
  });
});

test('an empty or endless range is refused with the field', () => {
  expect(() => range('2026-11-21T00:00:00Z', '2026-11-20T00:00:00Z', 'hour')).toThrow(/from.*must lie before/);
  expect(() => range('2025-01-01T00:00:00Z', undefined, 'hour')).toThrow(/at most 744 hours/);
});

test('months are those that cover the range, the one at the end included', () => {
  const months = (from: string | undefined, to: string | undefined) =>
    monthsOf(steps, historyRange({ from, to, granularity: 'month' }, steps, now));
  expect(months('2026-08-31T10:00:00Z', '2026-10-31T10:00:00Z')).toEqual([
    '2026-08-31T10:00:00.000Z',
    '2026-09-30T10:00:00.000Z',
  ]);
  expect(months('2026-08-31T09:59:59Z', '2026-10-31T10:00:01Z')).toHaveLength(4);
  expect(months(undefined, undefined)).toHaveLength(12);
});
