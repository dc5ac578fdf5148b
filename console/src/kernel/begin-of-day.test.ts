import { beginOfDay } from './begin-of-day.rules.ts';

test.each([
  ['2026-11-30', 'UTC', '2026-11-30T00:00:00.000Z'],
  ['2026-11-30', 'Europe/Berlin', '2026-11-29T23:00:00.000Z'],
  ['2026-11-30', 'America/New_York', '2026-11-30T05:00:00.000Z'],
  ['2026-11-30', 'Asia/Kolkata', '2026-11-29T18:30:00.000Z'],
  ['2026-11-30', 'Pacific/Kiritimati', '2026-11-29T10:00:00.000Z'],
  // Clocks change in the night.
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
  ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
  ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
  // At midnight itself: there is no 00:00, or there are two.
  ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
  ['2026-11-01', 'America/Havana', '2026-11-01T04:00:00.000Z'],
])('%s in %s begins at %s', (day, zone, instant) => {
  expect(beginOfDay(day, zone)).toBe(instant);
});

test('the end of a day is the begin of the next, over months and years', () => {
  expect(beginOfDay('2026-12-31', 'Europe/Berlin', 1)).toBe('2026-12-31T23:00:00.000Z');
  expect(beginOfDay('2028-02-28', 'UTC', 1)).toBe('2028-02-29T00:00:00.000Z');
});
