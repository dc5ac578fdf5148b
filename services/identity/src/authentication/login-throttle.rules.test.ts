import { judge, networkOf, subjectsOf } from './login-throttle.rules.ts';

const counts = (account: number, pair: number, network: number, ageSeconds = 0) => ({
  account: { failures: account, ageSeconds },
  pair: { failures: pair, ageSeconds },
  network: { failures: network, ageSeconds },
});

test.each([
  ['five tries are free', counts(4, 4, 4), false, 0],
  ['the sixth waits', counts(5, 5, 5), false, 1],
  ['and each one doubles it', counts(8, 8, 8), false, 8],
  ['counted from the last', counts(8, 8, 8, 7.2), false, 1],
  ['until it is over', counts(8, 8, 8, 8), false, 0],
  ['at most a quarter of an hour', counts(500, 500, 49), false, 900],
  ['where the owner got in before a hundred are free', counts(99, 99, 99), true, 0],
  ['and no more than that', counts(100, 100, 100), true, 1],
  ['what others try makes nobody wait', counts(9_999, 0, 0), false, 0],
  ['but leaves an unknown network two tries', counts(50, 2, 2), false, 1],
  ['and a known one all of its own', counts(9_999, 99, 9_999), true, 0],
  ['who guesses for many accounts makes their network wait', counts(1, 1, 50), false, 1],
])('%s', (_what, counted, known, wait) => {
  expect(judge(counted, { known })).toEqual({ wait, despite: 0 });
});

test.each([
  ['an address that was not tried there has one try', counts(0, 0, 60), 900],
  ['and no more than one', counts(1, 1, 60), undefined],
  ['not while it is under attack', counts(50, 0, 60), undefined],
  ['and not past five hundred wrong ones', counts(0, 0, 500), undefined],
])('though a network waits, %s', (_what, counted, despite) => {
  expect(judge(counted)).toEqual(despite === undefined ? { wait: 900, despite: 0 } : { wait: 0, despite });
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

test('an account is the same however its address is written, and its address cannot be read', () => {
  expect(subjectsOf(' Ada@Example.com ', undefined)).toEqual(subjectsOf('ada@example.com', undefined));
  expect(Object.values(subjectsOf('ada@example.com', '203.0.113.7')).join()).not.toContain('ada');
});
