import fc from 'fast-check';
import { counterDelta } from './counters.rules.ts';

test('after a crash all is new, whether or not it has outgrown what was', () => {
  expect(counterDelta([1, 2], [5, 9], true)).toEqual({ counters: [5, 9], partial: true });
  expect(counterDelta([1, 2], [0, 0], true)).toBeUndefined();
});

test('what did not change counts nothing', () => {
  expect(counterDelta([5, 5], [5, 5])).toBeUndefined();
});

test('what grew is the difference', () => {
  expect(counterDelta([5, 5], [7, 5])).toEqual({ counters: [2, 0], partial: false });
});

test('when anything fell, all began anew', () => {
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
