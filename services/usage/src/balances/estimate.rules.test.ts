import { estimate, WEEK_HOURS } from './estimate.rules.ts';

const at = (text: string) => Date.parse(text);
// Thirty days, of which ten are over.
const period = { start: at('2026-11-01T00:00:00Z'), end: at('2026-12-01T00:00:00Z') };
const now = at('2026-11-11T00:00:00Z');
const flat = (perHour: number) => new Array<number>(WEEK_HOURS).fill(perHour);

test('without a week to look back at, the rest goes on as the period so far', () => {
  expect(estimate({ period, now, used: 100, limit: 200, week: null })).toEqual({
    estimate: 300,
    method: 'straight_line',
    straightLine: 300,
    lastSevenDays: null,
    reachesLimitAt: at('2026-11-21T00:00:00Z'),
  });
});

test('with a week, the rest goes on as its hours were, weekends included', () => {
  // Used from Monday to Friday only, ten units an hour; 2026-11-11 is a Wednesday.
  const week = flat(0).map((_, hour) => {
    const day = new Date(now - (WEEK_HOURS - hour) * 3_600_000).getUTCDay();
    return day === 0 || day === 6 ? 0 : 10;
  });
  // From Wednesday the 11th to Monday the 30th: fourteen working days.
  const given = { period, now, used: 1_000, week };
  expect(estimate({ ...given, limit: 1_600 })).toMatchObject({
    estimate: 1_000 + 14 * 240,
    method: 'last_7_days',
    straightLine: 3_000,
    // 600 more units: two and a half working days.
    reachesLimitAt: at('2026-11-13T12:00:00Z'),
  });
  // The limit is reached when the weekend is over, not in it.
  expect(estimate({ ...given, limit: 1_000 + 3 * 240 + 10 }).reachesLimitAt).toBe(at('2026-11-16T01:00:00Z'));
});

test('within an hour only its rest counts, at both ends', () => {
  const short = { start: now, end: now + 90 * 60_000 };
  const half = { period: short, now: now + 30 * 60_000, used: 0, limit: null, week: flat(60) };
  expect(estimate(half)).toMatchObject({ estimate: 60, reachesLimitAt: null });
});

test('a limit that is reached is reached now, one beyond the end never, and a period that is over is its balance', () => {
  const given = { period, now, used: 100, week: flat(1) };
  expect(estimate({ ...given, limit: 90 }).reachesLimitAt).toBe(now);
  expect(estimate({ ...given, limit: 10_000 }).reachesLimitAt).toBeNull();
  expect(estimate({ ...given, now: period.end, limit: null }).estimate).toBe(100);
});

test('a period that has just begun says nothing of its end, unless there is a week to look back at', () => {
  const given = { period, now: period.start + 3_600_000, used: 10, limit: 15 };
  const nothing = { estimate: null, straightLine: null, lastSevenDays: null, reachesLimitAt: null };
  expect(estimate({ ...given, week: null })).toEqual({ ...nothing, method: 'too_early' });
  expect(estimate({ ...given, week: flat(1) })).toMatchObject({ estimate: 10 + 719, method: 'last_7_days' });
});
