import type { PeriodStep } from '@tidegate/contracts/billing/period';
import { windowAt } from '@tidegate/contracts/billing/period';
import fc from 'fast-check';
import { snapshot } from '../../test/snapshot.ts';
import { monthOf, periodsByMeter, recutsBetween, stepsOf } from './meter-periods.rules.ts';

const step = (from: string, anchor = from, months: 1 | 12 = 1): PeriodStep => ({ from, anchor, months });
const at = (text: string) => Date.parse(text);

test('a meter is counted in the periods of its product, one of no product in the shared ones, to the whole second', () => {
  const given = snapshot({ calls: 5, anchor: '2026-01-31T10:00:00.999Z' });
  const features = { ...given.features, calls: { ...given.features['calls'], product: 'bots' } as never };
  const bots = [step('2026-03-01T00:00:00.250Z'), step('2026-05-07T12:00:00.000Z', '2026-05-07T12:00:00.000Z', 12)];
  const periods = periodsByMeter({ ...given, features, periods: { ...given.periods, bots } });
  expect(periods).toEqual({
    meters: { calls: [step('2026-03-01T00:00:00.000Z'), bots[1]] },
    shared: [step('2026-01-31T10:00:00.000Z')],
  });
  expect(stepsOf(periods, 'mails')).toBe(periods.shared);
  expect(stepsOf(periods, 'unknown')).toBe(periods.shared);
});

test('a product without subscription, and one with the same steps, needs nothing of its own', () => {
  const given = snapshot({ calls: 5 });
  const features = { ...given.features, calls: { ...given.features['calls'], product: 'bots' } as never };
  expect(periodsByMeter({ ...given, features }).meters).toEqual({});
});

test('a change of the anchor moves only what happens after it', () => {
  const before = [step('2026-01-31T10:00:00.000Z')];
  const after = [...before, step('2026-02-10T00:00:00.000Z')];
  const range = { from: at('2026-01-31T10:00:00Z'), until: at('2026-03-05T00:00:00Z') };
  expect(recutsBetween(before, after, range)).toEqual([
    {
      from: at('2026-02-10T00:00:00Z'),
      until: at('2026-02-28T10:00:00Z'),
      before: at('2026-01-31T10:00:00Z'),
      after: at('2026-02-10T00:00:00Z'),
    },
    {
      from: at('2026-02-28T10:00:00Z'),
      until: range.until,
      before: at('2026-02-28T10:00:00Z'),
      after: at('2026-02-10T00:00:00Z'),
    },
  ]);
  expect(recutsBetween(before, before, range)).toEqual([]);
});

const instants = fc.integer({ min: at('2024-01-01T00:00:00Z') / 1_000, max: at('2026-12-31T00:00:00Z') / 1_000 });
const lists = fc
  .uniqueArray(fc.tuple(instants, instants, fc.constantFrom(1 as const, 12 as const)), {
    minLength: 1,
    maxLength: 4,
    selector: ([from]) => from,
  })
  .map((steps) =>
    steps
      .sort(([a], [b]) => a - b)
      .map(([from, anchor, months]) => {
        const text = (second: number) => new Date(second * 1_000).toISOString();
        return step(text(from), text(Math.min(from, anchor)), months);
      }),
  );

test('whatever the anchors, months follow each other without gap or overlap, and what is paid at a time consists of them', () => {
  fc.assert(
    fc.property(lists, instants, (steps, second) => {
      const instant = second * 1_000;
      const month = monthOf(steps, instant);
      expect(month.start <= instant && instant < month.end).toBe(true);
      expect(windowAt(steps, 'month', month.end).start).toBe(month.end);
      expect(windowAt(steps, 'month', month.start - 1).end).toBe(month.start);
      const period = windowAt(steps, 'period', instant);
      expect(period.start <= month.start && month.end <= period.end).toBe(true);
      expect(windowAt(steps, 'month', period.start).start).toBe(period.start);
    }),
    { numRuns: 1_900 },
  );
});

test('what two lists of steps count differently is named to the millisecond, whatever they are', () => {
  fc.assert(
    fc.property(lists, lists, instants, (before, after, second) => {
      const range = { from: at('2024-06-01T00:00:00Z'), until: at('2026-12-01T00:00:00Z') };
      const instant = Math.min(Math.max(second * 1_000, range.from), range.until - 1);
      const recut = recutsBetween(before, after, range).find((one) => one.from <= instant && instant < one.until);
      const [old, now] = [monthOf(before, instant).start, monthOf(after, instant).start];
      expect(recut && [recut.before, recut.after]).toEqual(old === now ? undefined : [old, now]);
    }),
    { numRuns: 500 },
  );
});
