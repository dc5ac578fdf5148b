import { Overload } from './overload.rules.ts';

/** A second of requests, evenly; the service takes the first `takes` of each hundred that reach it. */
function second(overload: Overload, whose: string, begins: number, { sends, takes }: { sends: number; takes: number }) {
  let [reached, here] = [0, 0];
  for (let at = 0; at < sends; at += 1) {
    const now = begins + (at * 1_000) / sends;
    // Evenly from 0 to 1, without chance.
    if (overload.refuses(whose, now, (at * 0.618) % 1)) here += 1;
    else if (reached++ % 100 < takes) overload.took(whose, now);
    else overload.refused(whose, now);
  }
  return { reached, here };
}

test('of whoever is refused as much is sent as the service takes twice, and the rest is refused here', () => {
  const overload = new Overload();
  second(overload, 'eve', 0, { sends: 2_000, takes: 10 });
  second(overload, 'eve', 1_000, { sends: 2_000, takes: 10 });
  const { reached, here } = second(overload, 'eve', 2_000, { sends: 2_000, takes: 10 });
  expect(here).toBeGreaterThan(1_000);
  expect(reached).toBeGreaterThanOrEqual(20);
});

test('who is not refused by the service is not refused here, whatever others send', () => {
  const overload = new Overload();
  for (let at = 0; at < 5; at += 1) {
    second(overload, 'eve', at * 1_000, { sends: 2_000, takes: 10 });
    expect(second(overload, 'ann', at * 1_000, { sends: 500, takes: 100 }).here).toBe(0);
  }
});

test('of whoever sends little everything is sent, although it was refused', () => {
  const overload = new Overload();
  for (let at = 0; at < 5; at += 1) {
    expect(second(overload, 'ann', at * 1_000, { sends: 10, takes: 0 }).here).toBe(0);
  }
});

test('a second after the service refused somebody for the last time nothing is refused here', () => {
  const overload = new Overload();
  second(overload, 'eve', 0, { sends: 2_000, takes: 0 });
  expect(second(overload, 'eve', 1_900, { sends: 1, takes: 100 })).toBeDefined();
  expect(second(overload, 'eve', 2_000, { sends: 2_000, takes: 100 }).here).toBe(0);
});

test('while the service takes more again, more is sent at once', () => {
  const overload = new Overload();
  second(overload, 'eve', 0, { sends: 2_000, takes: 5 });
  const before = second(overload, 'eve', 1_000, { sends: 2_000, takes: 5 });
  second(overload, 'eve', 2_000, { sends: 2_000, takes: 90 });
  const after = second(overload, 'eve', 3_000, { sends: 2_000, takes: 90 });
  expect(after.reached).toBeGreaterThan(4 * before.reached);
  expect(after.here).toBeLessThan(200);
});

test('so many are known at the most', () => {
  const overload = new Overload();
  for (let at = 0; at < 20_000; at += 1) overload.refused(`org ${at}`, 0);
  const known = Array.from({ length: 20_000 }, (_, at) => {
    for (let times = 0; times < 30; times += 1) overload.refuses(`org ${at}`, 1, 1);
    return overload.refuses(`org ${at}`, 1, 0);
  });
  expect(known.filter(Boolean)).toHaveLength(10_000);
});
