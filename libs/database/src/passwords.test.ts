import { Passwords } from './passwords.ts';

const refusal = Object.assign(new Error('password authentication failed'), { code: '28P01' });

test('a password that is refused is followed by the other, as long as a change may take', () => {
  let known = ['new', 'old'];
  const passwords = new Passwords(() => known);
  expect(passwords.next()).toBe('new');
  expect(passwords.refused(refusal, 1_000)).toBe(50);
  expect(passwords.next()).toBe('old');
  // Refused together with the first: no turn of its own.
  expect(passwords.refused(refusal, 1_001)).toBe(50);
  expect(passwords.next()).toBe('old');
  passwords.accepted();
  known = ['new'];
  expect(passwords.next()).toBe('new');
  expect(passwords.refused(refusal, 9_000)).toBe(50);
  expect(passwords.refused(refusal, 9_400)).toBeUndefined();
});

test('one that cannot change, and another error, are reported at once', () => {
  expect(new Passwords('only').refused(refusal)).toBeUndefined();
  expect(new Passwords('only').next()).toBe('only');
  expect(new Passwords(() => ['a', 'b']).refused(new Error('ECONNREFUSED'))).toBeUndefined();
});
