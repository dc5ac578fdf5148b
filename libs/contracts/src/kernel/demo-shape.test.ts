import { demoRange } from './demo.ts';
import { busyness, chance, DAY_MS, demoId, drift, HOUR_MS, load } from './demo-shape.ts';
import { Id } from './types.ts';

const MONDAY = Date.UTC(2026, 10, 23);
const hours = (day: number) => Array.from({ length: 24 }, (_, hour) => day + hour * HOUR_MS);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('chance is spread evenly, the same each time, and another for another name', () => {
  const values = Array.from({ length: 20_000 }, (_, at) => chance('a', at));
  for (const value of values) expect(value >= 0 && value < 1).toBe(true);
  expect(mean(values)).toBeCloseTo(0.5, 1);
  for (let tenth = 0; tenth < 10; tenth += 1)
    expect(values.filter((value) => Math.floor(value * 10) === tenth).length / values.length).toBeCloseTo(0.1, 1);
  expect(chance('a', MONDAY)).toBe(chance('a', MONDAY));
  expect(chance('b', MONDAY)).not.toBe(chance('a', MONDAY));
  expect(chance('a', MONDAY + 2 ** 32)).not.toBe(chance('a', MONDAY));
});

test('a drift changes little from one moment to the next, and much over its period', () => {
  const values = Array.from({ length: 600 }, (_, step) => drift('price', MONDAY + step * 60_000, HOUR_MS));
  for (const [place, value] of values.entries())
    expect(Math.abs(value - (values[place - 1] ?? value))).toBeLessThan(0.05);
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(0.4);
});

test('nights and weekends are quieter than working days', () => {
  const [monday, sunday] = [hours(MONDAY), hours(MONDAY - DAY_MS)];
  expect(busyness(MONDAY + 10 * HOUR_MS)).toBe(1);
  expect(busyness(MONDAY + 3 * HOUR_MS)).toBeLessThan(0.25);
  expect(mean(sunday.map(busyness))).toBeCloseTo(mean(monday.map(busyness)) * 0.45, 5);
  expect(mean(monday.map((at) => load('a server', at)))).toBeGreaterThan(
    mean(sunday.map((at) => load('a server', at))),
  );
});

test('an id is one of ours, the same each time, ordered by its moment and of one organisation', () => {
  const id = demoId('an organisation', 'trade', MONDAY);
  expect(Id.parse(id)).toBe(id);
  expect(demoId('an organisation', 'trade', MONDAY)).toBe(id);
  expect(demoId('an organisation', 'trade', MONDAY + 1) > id).toBe(true);
  expect(new Set([id, demoId('another', 'trade', MONDAY), demoId('an organisation', 'fill', MONDAY)]).size).toBe(3);
});

test('a demo ends at a moment of the last days, for which there is room', () => {
  const now = MONDAY;
  const at = (ms: number, days = 3) => demoRange({ until: new Date(ms).toISOString(), days }, now);
  expect(at(now - DAY_MS)).toEqual({ from: now - 4 * DAY_MS, until: now - DAY_MS, back: 5 });
  for (const wrong of [now + HOUR_MS, now - 40 * DAY_MS])
    expect(() => at(wrong)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
});
