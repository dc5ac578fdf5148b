import { decimalOf, millionths } from './quantity.rules.ts';
import { type Counting, chargedUpTo, keyOf, slotsOf, spansUpTo } from './usage-slots.rules.ts';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(`2026-11-${text}:00Z`);
const slots = (start: string, end: string, until = end) =>
  slotsOf({ start: at(start), end: at(end) }, at(until)).map((slot) =>
    [slot.stamp, slot.start, slot.end].map((one) => new Date(one).toISOString().slice(8, 16)).join(' '),
  );

test('an hour in which a period ends belongs to the next, whose first part begins within it', () => {
  expect(slots('01T10:00', '01T12:00')).toEqual(['01T10:00 01T10:00 01T11:00', '01T11:00 01T11:00 01T12:00']);
  expect(slots('01T10:20', '01T12:40')).toEqual(['01T10:20 01T10:20 01T11:00', '01T11:00 01T11:00 01T12:40']);
  expect(slots('01T10:20', '01T11:40')).toEqual(['01T10:20 01T10:20 01T11:40']);
  expect(slots('01T10:20', '01T10:50')).toEqual([]);
  expect(slots('01T10:20', '01T14:40', '01T12:59')).toEqual([
    '01T10:20 01T10:20 01T11:00',
    '01T11:00 01T11:00 01T12:00',
  ]);
});

test('whatever periods follow one another, no two parts are reported for one hour, and none twice', () => {
  let seed = 7;
  const random = (most: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % most;
  };
  for (let round = 0; round < 300; round += 1) {
    const seen = new Set<number>();
    let start = at('01T00:00') + random(7_200) * 1_000;
    for (let period = 0; period < 6; period += 1) {
      const end = start + (1 + random(30 * 3_600)) * 1_000;
      let reached = start;
      for (const slot of slotsOf({ start, end }, Number.MAX_SAFE_INTEGER)) {
        const hour = Math.floor(slot.stamp / HOUR);
        const fits = slot.start === reached && slot.stamp >= start && slot.stamp < end && !seen.has(hour);
        if (!fits) throw new Error(`${JSON.stringify({ start, end, slot })} does not fit.`);
        seen.add(hour);
        reached = slot.end;
      }
      if (reached !== start && reached !== end) throw new Error(`${start} to ${end} ends at ${reached}.`);
      start = end;
    }
  }
});

test('windows that begin within a period are charged from a limit of their own, and add up', () => {
  const steps = [{ from: '2026-01-10T00:00:00.000Z', anchor: '2026-01-10T00:00:00.000Z', months: 1 as const }];
  const period = { start: Date.parse('2026-11-20T00:00:00Z'), end: Date.parse('2026-12-20T00:00:00Z') };
  const counting: Counting = { feature: 'calls', per: 'month', included: 100, period, steps };
  // 90 before the period, then 30 in the window of November and 130 in that of December.
  const events = [
    [Date.parse('2026-11-12T00:00:00Z'), 90],
    [Date.parse('2026-11-21T00:00:00Z'), 30],
    [Date.parse('2026-12-11T00:00:00Z'), 130],
  ] as const;
  const charged = (one: Counting, until: number) => {
    const sums = spansUpTo(one, until).map((span) => {
      const inside = events.filter(([when]) => when >= Date.parse(span.from) && when < Date.parse(span.to));
      return [keyOf(span), inside.reduce((all, [, quantity]) => all + millionths(quantity), 0n)] as const;
    });
    return decimalOf(chargedUpTo(one, until, new Map(sums)));
  };
  expect(charged(counting, period.start)).toBe('0');
  expect(charged(counting, Date.parse('2026-12-01T00:00:00Z'))).toBe('20');
  expect(charged(counting, period.end)).toBe('50');
  expect(charged({ ...counting, per: 'ever' }, period.end)).toBe('150');
  expect(charged({ ...counting, included: null }, period.end)).toBe('0');
});

test('quantities are exact', () => {
  expect(decimalOf(millionths('0.1') * 3n)).toBe('0.3');
  expect(decimalOf(millionths(-12.25))).toBe('-12.25');
  expect(millionths('9007199254740993')).toBe(9_007_199_254_740_993_000_000n);
  for (const wrong of ['1e3', 'NaN', '1e-13', '', '0.0000001', Number.NaN]) expect(() => millionths(wrong)).toThrow();
});
