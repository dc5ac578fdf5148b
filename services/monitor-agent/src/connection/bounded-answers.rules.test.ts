import { mustBeFew, nameOf, shortened } from './bounded-answers.rules.ts';

test('more rows than the question asked for are no answer to it', () => {
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
