import { decidePause } from './pause.rules.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-29T00:00:00Z');
const twice = { days: 30, perYear: 2 };

test('a plan that says nothing of pauses is not paused', () => {
  expect(decidePause(undefined, [], NOW)).toEqual({ reason: 'not_offered', availableAt: null });
});

test('a pause has its end, and so many of them begin in any 365 days, however short each was', () => {
  expect(decidePause(twice, [NOW - DAY], NOW)).toEqual({ endsAt: NOW + 30 * DAY });
  const begun = [NOW - 400 * DAY, NOW - 300 * DAY, NOW - DAY];
  expect(decidePause(twice, begun, NOW)).toEqual({ reason: 'used_up', availableAt: NOW + 65 * DAY });
  expect(decidePause(twice, begun, NOW + 65 * DAY)).toEqual({ endsAt: NOW + 95 * DAY });
});
