import { Rivals } from './rivals.ts';
import type { Wakes } from './wakes.ts';

/** What several replicas have in common: who says something is heard by all, himself included. */
function bus() {
  const listeners: (() => void)[] = [];
  const wakes = {
    connected: true,
    on: (_topic: string, listener: () => void) => void listeners.push(listener),
    wake: () => {
      for (const listener of listeners) listener();
    },
  };
  return { wakes, asWakes: wakes as unknown as Wakes };
}

test('alone is who has heard nobody for a while; one who comes is heard once, and who announces himself is no rival of his own', () => {
  const { asWakes } = bus();
  let now = 0;
  let renewed = 0;
  const mine = new Rivals(
    'things',
    asWakes,
    () => (renewed += 1),
    () => now,
  );
  const other = new Rivals(
    'things',
    asWakes,
    () => {},
    () => now,
  );
  expect(mine.alone).toBe(false);
  now += 80_000;
  mine.announce();
  expect([mine.alone, other.alone]).toEqual([true, false]);
  for (let times = 0; times < 3; times += 1) other.announce();
  expect([mine.alone, renewed]).toEqual([false, 1]);
  now += 80_000;
  expect(mine.alone).toBe(true);
});

test('while nobody can be heard nobody is alone', () => {
  const { wakes, asWakes } = bus();
  let now = 0;
  const mine = new Rivals(
    'things',
    asWakes,
    () => {},
    () => now,
  );
  now += 80_000;
  wakes.connected = false;
  expect(mine.alone).toBe(false);
});
