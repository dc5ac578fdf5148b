import fc from 'fast-check';
import { piecesOf, ROLLUP_UNITS, type RolledUp, startOfNextMonth } from './rollup-pieces.rules.ts';

const at = (text: string) => new Date(`2026-${text}Z`);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LENGTH = { hour: HOUR, day: DAY };

test('a range is read as months, days, hours, and samples at its ends', () => {
  const rolled = {
    from: null,
    until: at('04-15T10:00'),
    months: [at('02-01T00:00'), at('03-01T00:00'), at('04-01T00:00')],
  };
  const { before, after, rollups } = piecesOf({ from: at('01-30T22:15'), to: at('04-15T10:30') }, rolled);
  expect([before.from, before.to]).toEqual([at('01-30T22:15'), at('01-30T23:00')]);
  expect([after.from, after.to]).toEqual([at('04-15T10:00'), at('04-15T10:30')]);
  expect(rollups).toEqual([
    { unit: 'hour', from: at('01-30T23:00'), to: at('01-31T00:00') },
    { unit: 'day', from: at('01-31T00:00'), to: at('02-01T00:00') },
    { unit: 'month', from: at('02-01T00:00'), to: at('04-15T00:00') },
    { unit: 'hour', from: at('04-15T00:00'), to: at('04-15T10:00') },
  ]);
});

test('what is not added up is read from samples', () => {
  const range = { from: at('01-30T22:15'), to: at('02-03T00:00') };
  const nothing = { from: range.to, to: range.to };
  expect(piecesOf(range, undefined)).toEqual({ before: range, after: nothing, rollups: [] });
  expect(piecesOf(range, { from: at('03-01T00:00'), until: at('03-02T00:00'), months: [] }).rollups).toEqual([]);
});

test('every instant is in one piece, and every piece is of what is added up', () => {
  const minutes = fc
    .integer({ min: 0, max: 120 * 24 * 60 })
    .map((n) => new Date(at('01-01T00:00').getTime() + n * MINUTE));
  const hours = minutes.map((date) => new Date(Math.floor(date.getTime() / HOUR) * HOUR));
  const months = fc.subarray([at('01-01T00:00'), at('02-01T00:00'), at('03-01T00:00'), at('04-01T00:00')]);
  fc.assert(
    fc.property(minutes, minutes, hours, hours, fc.boolean(), months, (one, other, first, last, ever, some) => {
      const [from, to] = [one, other].sort((a, b) => a.getTime() - b.getTime()) as [Date, Date];
      const [begin, until] = [first, last].sort((a, b) => a.getTime() - b.getTime()) as [Date, Date];
      const rolled: RolledUp = {
        from: ever ? null : begin,
        until,
        months: some.filter((month) => (ever || month >= begin) && month.getTime() + DAY <= until.getTime()),
      };
      const { before, after, rollups } = piecesOf({ from, to }, rolled);
      const all = [before, ...rollups, after];
      expect(all[0]?.from).toEqual(from);
      expect(all.at(-1)?.to).toEqual(to);
      for (const [index, piece] of all.entries()) if (index > 0) expect(piece.from).toEqual(all[index - 1]?.to);
      for (const { unit, from: start, to: stop } of rollups) {
        expect(ROLLUP_UNITS).toContain(unit);
        expect(start >= (rolled.from ?? start) && stop <= until).toBe(true);
        if (unit !== 'month') expect([start.getTime() % LENGTH[unit], stop.getTime() % LENGTH[unit]]).toEqual([0, 0]);
        // The last of them is so far: up to the last whole day.
        else
          expect([startOfNextMonth(stop.getTime() - 1), Math.floor(until.getTime() / DAY) * DAY]).toContain(
            stop.getTime(),
          );
      }
    }),
  );
});
