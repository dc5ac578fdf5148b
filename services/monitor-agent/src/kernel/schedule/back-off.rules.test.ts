import { nextDue, reconnectDelayMs, retryDelayMs } from './back-off.rules.ts';

test('connections are tried again after 5 s, 10 s, 20 s … and at least every 5 minutes', () => {
  const delays = [1, 2, 3, 6, 7, 50].map((failures) => reconnectDelayMs(failures, 'connection_refused', 0.5));
  expect(delays).toEqual([5_000, 10_000, 20_000, 160_000, 300_000, 300_000]);
});

test('servers that failed together are retried apart', () => {
  expect(reconnectDelayMs(1, 'connection_refused', 0)).toBe(4_000);
  expect(reconnectDelayMs(1, 'connection_refused', 1)).toBe(6_000);
});

test('a server without a free connection is paused for a minute', () => {
  expect(reconnectDelayMs(1, 'too_many_connections', 0.5)).toBe(60_000);
});

test('a forbidden query is asked once per hour, a slow one after 1, 2, 4 … minutes', () => {
  expect(retryDelayMs(1, '42501')).toBe(3_600_000);
  expect(retryDelayMs(1, '55000')).toBe(3_600_000);
  expect([1, 2, 3, 20].map((failures) => retryDelayMs(failures, '57014'))).toEqual([
    60_000, 120_000, 240_000, 3_600_000,
  ]);
  expect(retryDelayMs(1, '55P03')).toBe(60_000);
});

test('ticks that were missed are skipped', () => {
  expect(nextDue(1_000, 1_050, 100)).toBe(1_100);
  expect(nextDue(1_000, 5_000, 100)).toBe(5_100);
});
