import fc from 'fast-check';
import { counterDelta, type DatabaseState, databaseFate } from './counters.rules.ts';

test('after a crash all is new, whether or not it has outgrown what was', () => {
  expect(counterDelta([1, 2], [5, 9], 'lost')).toEqual({ counters: [5, 9], partial: true });
  expect(counterDelta([1, 2], [0, 0], 'lost')).toBeUndefined();
});

test('M5: where something was set back and nobody says what, the least that was done is told, and that it is the least', () => {
  expect(counterDelta([100, 1], [300, 3], 'doubtful')).toEqual({ counters: [200, 2], partial: true });
  expect(counterDelta([100, 1], [30, 3], 'doubtful')).toEqual({ counters: [30, 3], partial: true });
});

test('M5: a database whose transactions fell restarted as a whole, and so did its tables', () => {
  const state = (resetAt: number | undefined, transactions: number | null): DatabaseState => ({
    at: 1,
    resets: resetAt === undefined ? {} : { 5: resetAt },
    transactions,
  });
  expect(databaseFate(state(0, 100), state(0, 120), 5)).toBe('kept');
  expect(databaseFate(state(0, 100), state(7, 120), 5)).toBe('doubtful');
  expect(databaseFate(state(0, 100), state(7, 20), 5)).toBe('lost');
  // After a crash nothing is left of when it was set back.
  expect(databaseFate(state(7, 100), state(0, 120), 5)).toBe('lost');
  expect(databaseFate(state(undefined, 100), state(7, 120), 5)).toBe('kept');
  expect(databaseFate(state(6, null), state(7, null), 4)).toBe('kept');
});

test('what did not change counts nothing', () => {
  expect(counterDelta([5, 5], [5, 5])).toBeUndefined();
});

test('what grew is the difference', () => {
  expect(counterDelta([5, 5], [7, 5])).toEqual({ counters: [2, 0], partial: false });
});

test('when anything fell, all restarted', () => {
  expect(counterDelta([5, 5], [7, 1])).toEqual({ counters: [7, 1], partial: true });
});

test('is never negative', () => {
  const row = fc.array(fc.nat(), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(row, row, (before, now) => {
      for (const value of counterDelta(before, now)?.counters ?? []) expect(value).toBeGreaterThanOrEqual(0);
    }),
  );
});
