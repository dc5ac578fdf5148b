import { Rivals } from './rivals.ts';
import type { Wakes } from './wakes.ts';

/** The bus between replicas: what one sends all receive, itself included. */
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

test('a replica that hears nobody for a while is alone; a newcomer is reported once, and its own announcement is no rival', () => {
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

test('without the bus no replica is alone', () => {
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
