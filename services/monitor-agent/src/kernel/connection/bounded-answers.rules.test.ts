import { resetEpochOf } from '../instance/instance.queries.ts';
import { mustBeFew, nameOf, numberOf, shortened } from './bounded-answers.rules.ts';

test('more rows than the query asked for are no answer to it', () => {
  expect(() => mustBeFew([1, 2], 2)).not.toThrow();
  expect(() => mustBeFew([1, 2, 3], 2)).toThrow('answer_too_large');
});

test('a name is as long as a name may be, whatever is sent; the text of a statement is left to who reads it', () => {
  const long = 'n'.repeat(1_000_000);
  expect(nameOf('orders')).toBe('orders');
  expect(nameOf(long)).toHaveLength(255);
  expect(shortened([long, 7, null])).toEqual(['n'.repeat(255), 7, null]);
  expect(shortened({ role: long, text: long, pid: 1 })).toEqual({ role: 'n'.repeat(255), text: long, pid: 1 });
});

test('what is stored as JSON is what was asked for', () => {
  expect([1, '1', null, undefined, Number.NaN, [1], 'x'.repeat(9)].map(numberOf)).toEqual([1, ...Array(6).fill(null)]);
  const resetEpoch = {
    ...{ identity: 'i'.repeat(9_999), at: 1, startedAt: 'x'.repeat(9_999), workersStartedAt: {}, openedAt: 2 },
    resets: { pg_stat_wal: 5, pg_stat_io: 'y'.repeat(9_999), ['z'.repeat(9_999)]: 6 },
  };
  expect(JSON.stringify(resetEpochOf(resetEpoch as never)).length).toBeLessThan(400);
  expect(resetEpochOf(resetEpoch as never).resets).toEqual({ pg_stat_wal: 5 });
});
