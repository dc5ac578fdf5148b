import { loginSubjects, networkOf, secondsToWait } from './login-throttle.rules.ts';

test.each([
  ['account:x', 4, 0, 0],
  ['account:x', 5, 0, 1],
  ['account:x', 8, 0, 8],
  ['account:x', 8, 7.2, 1],
  ['account:x', 8, 8, 0],
  ['account:x', 500, 0, 900],
  ['ip:x', 49, 0, 0],
  ['ip:x', 50, 0, 1],
])('%s with %i failures, the last %f s ago, waits %i s', (subject, failures, age, wait) => {
  expect(secondsToWait(subject, failures, age)).toBe(wait);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s is counted as %s', (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});

test('an account is the same however its address is written, and is not readable', () => {
  expect(loginSubjects(' Ada@Example.com ', undefined)).toEqual(loginSubjects('ada@example.com', undefined));
  expect(loginSubjects('ada@example.com', '203.0.113.7').join()).not.toContain('ada');
});
