import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PATTERNS, patternOf } from './fill-patterns.ts';

test('as many areas as a chart has differ without their colours, and the legend shows how', () => {
  const seven = Array.from({ length: 7 }, (_, index) => patternOf(index));
  expect(new Set(seven).size).toBe(7);
  const css = readFileSync(join(process.cwd(), 'console/src/kernel/time-chart.module.css'), 'utf8');
  expect(PATTERNS.filter((one) => one !== 'plain' && !css.includes(`[data-pattern="${one}"]`))).toEqual([]);
});
