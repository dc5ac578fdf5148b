import { Holding } from './holding.ts';

const lent = (forMs: number) => ({ granted: 1_000, expiresAt: new Date(Date.now() + forMs).toISOString() });
const HOUR = 3_600_000;

test('a lease ends with its time by either clock: a machine that was suspended does not spend what others have by now', () => {
  const holding = new Holding('a', lent(30_000), undefined, 0);
  expect([holding.spend(1_000), holding.spend(26_900), holding.spend(27_001)]).toEqual([true, true, false]);
  const suspended = new Holding('b', lent(30_000), undefined, 0);
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + HOUR);
  expect(suspended.spend(1_000)).toBe(false);
});

test('a lease that came while the clock was an hour off serves those who waited for it, and ends soon', () => {
  const real = Date.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(real + HOUR);
  const holding = new Holding('a', { granted: 1_000, expiresAt: new Date(real + 30_000).toISOString() }, undefined, 0);
  expect(holding.spend(100)).toBe(true);
  clock.mockReturnValue(real);
  expect([holding.spend(200), holding.spend(300)]).toEqual([true, false]);
});
