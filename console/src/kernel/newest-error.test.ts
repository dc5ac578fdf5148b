import { newestError } from './newest-error.rules.ts';

const never = { error: null, submittedAt: 0 };

test('of several writes the refusal of the newest is shown, and none once the newest is done', () => {
  const refused = { error: 'name taken', submittedAt: 1 };
  expect(newestError(never, never)).toBeNull();
  expect(newestError(refused, never)).toBe('name taken');
  expect(newestError(refused, { error: 'no such host', submittedAt: 2 })).toBe('no such host');
  expect(newestError({ error: null, submittedAt: 2 }, refused)).toBeNull();
});
