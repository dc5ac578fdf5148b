import { expect, test } from 'vitest';
import { endOf } from './fill.ts';

test('the data of a demo ends with the present minute unless another is named', () => {
  const before = Date.now();
  const end = endOf(undefined).getTime();
  expect(end % 60_000).toBe(0);
  expect(end).toBeGreaterThan(before - 60_000);
  expect(end).toBeLessThanOrEqual(Date.now());
  expect(endOf('2026-11-29T08:00:00Z').toISOString()).toBe('2026-11-29T08:00:00.000Z');
  expect(() => endOf('yesterday')).toThrow('--until is an instant');
});
