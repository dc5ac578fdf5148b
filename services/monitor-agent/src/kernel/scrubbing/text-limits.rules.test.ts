import { wereReset } from './text-limits.rules.ts';

test.each([
  ['room is made for new ones', 5_000, 4_750, false],
  ['room is made twice, and some have come', 100, 96, false],
  ['all were reset, few have come back', 5_000, 40, true],
  ['those with large texts were reset one by one', 146, 80, true],
  ['the first snapshot', 0, 12, false],
])('whether many statements were reset: %s', (_what, before, now, reset) => {
  expect(wereReset(before, now)).toBe(reset);
});
