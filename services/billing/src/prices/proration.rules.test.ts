import fc from 'fast-check';
import { changeLines, type RecurringItem, remaining } from './proration.rules.ts';

const at = (text: string) => Date.parse(text);
const april = { start: at('2026-04-01T00:00:00Z'), end: at('2026-05-01T00:00:00Z') };
const half = at('2026-04-16T00:00:00Z');
const plan = (amountMinor: number, quantity = 1): RecurringItem => ({
  key: 'plan',
  name: 'Plan',
  quantity,
  amountMinor,
});
const change = (before: RecurringItem[], after: RecurringItem[], when = half) =>
  changeLines({ before, after, from: april, to: april, at: when });
const amounts = (lines: ReturnType<typeof changeLines>) => lines.map(({ amountMinor }) => Number(amountMinor));

test('from 10 to 20 at half the period costs 5', () => {
  const lines = change([plan(1_000)], [plan(2_000)]);
  expect(amounts(lines)).toEqual([-500, 1_000]);
  expect(lines[1]?.period).toEqual({ start: half, end: april.end });
});

test('from three to seven seats is a credit for three and a charge for seven', () => {
  expect(amounts(change([plan(500, 3)], [plan(500, 7)]))).toEqual([-750, 1_750]);
});

test('what stays as it is costs nothing; what is added is paid for the rest of the period', () => {
  const addon = { key: 'explain', name: 'EXPLAIN', quantity: 1, amountMinor: 1_500 };
  expect(amounts(change([plan(1_000)], [plan(1_000), addon]))).toEqual([750]);
  expect(amounts(change([plan(1_000), addon], [plan(1_000)]))).toEqual([-750]);
});

test('from a year to a month: the unused year is credited, and a month that begins now is paid in full', () => {
  const year = { start: at('2026-01-31T10:00:00Z'), end: at('2027-01-31T10:00:00Z') };
  const now = at('2026-08-02T00:00:00Z');
  const month = { start: now, end: at('2026-09-02T00:00:00Z') };
  const lines = changeLines({ before: [plan(36_500)], after: [plan(5_000)], from: year, to: month, at: now });
  const days = (year.end - now) / 86_400_000;
  expect(amounts(lines)).toEqual([-Math.round(days * 100), 5_000]);
});

test('after the end nothing is left, before the start everything is', () => {
  expect(remaining(1_000n, april, april.end)).toBe(0n);
  expect(remaining(1_000n, april, april.end + 1)).toBe(0n);
  expect(remaining(1_000n, april, april.start - 1)).toBe(1_000n);
});

test('a change that is taken back in the same second costs nothing', () => {
  const item = fc.record({ amountMinor: fc.nat(1_000_000), quantity: fc.integer({ min: 1, max: 100 }) });
  const when = fc.integer({ min: april.start, max: april.end - 1 });
  fc.assert(
    fc.property(item, item, when, (one, other, moment) => {
      const [a, b] = [plan(one.amountMinor, one.quantity), plan(other.amountMinor, other.quantity)];
      const there = amounts(change([a], [b], moment));
      const back = amounts(change([b], [a], moment));
      expect([...there, ...back].reduce((sum, amount) => sum + amount, 0)).toBe(0);
    }),
  );
});
