import { reminderAt } from './reminder.rules.ts';

const DAY = 86_400_000;
const DUE = 100 * DAY;
const DAYS = [-3, 0, 3, 6];
const issued = { dueAt: DUE, remindedAt: DUE - 14 * DAY };

test('each reminder is sent at its day, and after the last one there is none', () => {
  expect(reminderAt(DAYS, issued, issued.remindedAt)).toEqual({ day: undefined, nextAt: DUE - 3 * DAY });
  expect(reminderAt(DAYS, issued, DUE - 3 * DAY)).toEqual({ day: -3, nextAt: DUE });
  expect(reminderAt(DAYS, { ...issued, remindedAt: DUE - 3 * DAY }, DUE + DAY)).toEqual({
    day: 0,
    nextAt: DUE + 3 * DAY,
  });
  expect(reminderAt(DAYS, { ...issued, remindedAt: DUE + DAY }, DUE + 6 * DAY)).toEqual({ day: 6, nextAt: null });
});

test('after a stop only the last of those that were missed is sent; a clock that goes back sends none twice', () => {
  expect(reminderAt(DAYS, issued, DUE + 4 * DAY)).toEqual({ day: 3, nextAt: DUE + 6 * DAY });
  expect(reminderAt(DAYS, { ...issued, remindedAt: DUE + 4 * DAY }, DUE)).toEqual({
    day: undefined,
    nextAt: DUE + 6 * DAY,
  });
});

test('what is due sooner than a reminder before it is not reminded of at once', () => {
  expect(reminderAt(DAYS, { dueAt: DUE, remindedAt: DUE - DAY }, DUE - DAY)).toEqual({ day: undefined, nextAt: DUE });
});
