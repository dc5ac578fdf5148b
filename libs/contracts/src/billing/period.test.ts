import fc from 'fast-check';
import { monthAt, windowAt, yearAt } from './period.ts';

const at = (text: string) => Date.parse(text);
const starts = (anchor: string, from: string, count: number): string[] => {
  const result: string[] = [];
  let { start, end } = monthAt(at(anchor), at(from));
  for (let index = 0; index < count; index += 1) {
    result.push(new Date(start).toISOString().slice(0, 16));
    ({ start, end } = monthAt(at(anchor), end));
  }
  return result;
};

test('an anchor on the 31st keeps its day over short months', () => {
  expect(starts('2026-01-31T10:30:00Z', '2026-01-31T10:30:00Z', 5)).toEqual([
    '2026-01-31T10:30',
    '2026-02-28T10:30',
    '2026-03-31T10:30',
    '2026-04-30T10:30',
    '2026-05-31T10:30',
  ]);
});

test('February 29 is used in leap years only', () => {
  expect(starts('2027-12-30T00:00:00Z', '2028-02-29T00:00:00Z', 2)).toEqual(['2028-02-29T00:00', '2028-03-30T00:00']);
  expect(starts('2024-02-29T00:00:00Z', '2025-02-28T00:00:00Z', 1)).toEqual(['2025-02-28T00:00']);
});

test('a year is twelve months from the anchor, before and after it', () => {
  const anchor = at('2024-02-29T06:00:00Z');
  const year = (when: string) => new Date(yearAt(anchor, at(when)).start).toISOString();
  expect(year('2024-12-31T00:00:00Z')).toBe('2024-02-29T06:00:00.000Z');
  expect(year('2025-02-28T06:00:00Z')).toBe('2025-02-28T06:00:00.000Z');
  expect(year('2028-02-29T05:59:59Z')).toBe('2027-02-28T06:00:00.000Z');
  expect(year('2024-02-29T05:59:59Z')).toBe('2023-02-28T06:00:00.000Z');
});

test('the boundary belongs to the period that begins there', () => {
  const anchor = at('2026-01-31T10:30:00Z');
  const boundary = at('2026-02-28T10:30:00Z');
  expect(monthAt(anchor, boundary).start).toBe(boundary);
  expect(monthAt(anchor, boundary - 1).end).toBe(boundary);
});

const instant = fc.integer({ min: at('1970-01-01T00:00:00Z'), max: at('2200-01-01T00:00:00Z') });

test('every instant lies in exactly one period, without gap or overlap', () => {
  fc.assert(
    fc.property(instant, instant, (anchor, when) => {
      const here = monthAt(anchor, when);
      expect(here.start).toBeLessThanOrEqual(when);
      expect(here.end).toBeGreaterThan(when);
      expect(monthAt(anchor, here.start)).toEqual(here);
      expect(monthAt(anchor, here.end - 1)).toEqual(here);
      expect(monthAt(anchor, here.end).start).toBe(here.end);
    }),
    { numRuns: 2_000 },
  );
});

test('a period is 28 to 31 days long and begins on the day of the anchor or on the last of its month', () => {
  fc.assert(
    fc.property(instant, instant, (anchor, when) => {
      const { start, end } = monthAt(anchor, when);
      const days = (end - start) / 86_400_000;
      expect(days).toBeGreaterThanOrEqual(28);
      expect(days).toBeLessThanOrEqual(31);
      const day = new Date(start).getUTCDate();
      const lastOfMonth = new Date(start + 86_400_000).getUTCDate() === 1;
      expect(day === new Date(anchor).getUTCDate() || lastOfMonth).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('anchors that change leave no gap and no overlap, and each period is counted from the anchor that was in force', () => {
  const step = fc.record({ from: instant, anchor: instant, months: fc.constantFrom(1 as const, 12 as const) });
  const iso = (ms: number) => new Date(ms).toISOString();
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), instant, (given, when) => {
      const steps = given
        .sort((a, b) => a.from - b.from)
        .map(({ from, anchor, months }) => ({ from: iso(from), anchor: iso(anchor), months }));
      for (const per of ['month', 'period'] as const) {
        const here = windowAt(steps, per, when);
        expect(here.start).toBeLessThanOrEqual(when);
        expect(here.end).toBeGreaterThan(when);
        expect(windowAt(steps, per, here.start)).toEqual(here);
        expect(windowAt(steps, per, here.end - 1)).toEqual(here);
        expect(windowAt(steps, per, here.end).start).toBe(here.end);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a year that is bought in the eleventh month begins when it is bought, and its months are counted from there', () => {
  const steps = [
    { from: '2026-01-31T10:00:00.000Z', anchor: '2026-01-31T10:00:00.000Z', months: 1 as const },
    { from: '2026-12-15T08:00:00.000Z', anchor: '2026-12-15T08:00:00.000Z', months: 12 as const },
  ];
  const text = (per: 'month' | 'period', when: string) => {
    const { start, end } = windowAt(steps, per, at(when));
    return [new Date(start).toISOString(), new Date(end).toISOString()];
  };
  expect(text('month', '2026-12-10T00:00:00Z')).toEqual(['2026-11-30T10:00:00.000Z', '2026-12-15T08:00:00.000Z']);
  expect(text('month', '2027-01-14T00:00:00Z')).toEqual(['2026-12-15T08:00:00.000Z', '2027-01-15T08:00:00.000Z']);
  expect(text('period', '2027-01-14T00:00:00Z')).toEqual(['2026-12-15T08:00:00.000Z', '2027-12-15T08:00:00.000Z']);
});
