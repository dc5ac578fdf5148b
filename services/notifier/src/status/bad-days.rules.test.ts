import type { ComponentState } from '@tidegate/contracts/notifier/incidents';
import { badDays } from './bad-days.rules.ts';

const now = Date.parse('2026-11-29T12:00:00Z');
const at = (since: string, state: ComponentState) => ({ component: 'api' as const, state, since: new Date(since) });

test('what lasts over midnight counts on both days, and what goes on until now', () => {
  expect(
    badDays(
      [
        at('2026-11-01T00:00:00Z', 'operational'),
        at('2026-11-27T23:30:00Z', 'down'),
        at('2026-11-28T00:10:00Z', 'degraded'),
        at('2026-11-28T00:11:00Z', 'operational'),
        at('2026-11-29T11:59:00Z', 'down'),
      ],
      now,
    ),
  ).toEqual([
    { component: 'api', day: '2026-11-27', degradedSeconds: 0, downSeconds: 1_800 },
    { component: 'api', day: '2026-11-28', degradedSeconds: 60, downSeconds: 600 },
    { component: 'api', day: '2026-11-29', degradedSeconds: 0, downSeconds: 60 },
  ]);
});

test('what began before the 90 days counts from their first', () => {
  const days = badDays([at('2026-01-01T00:00:00Z', 'down')], now);
  expect(days).toHaveLength(90);
  expect(days[0]).toMatchObject({ day: '2026-09-01', downSeconds: 86_400 });
  expect(days.at(-1)).toMatchObject({ day: '2026-11-29', downSeconds: 43_200 });
});
