import { LoadShedder } from './load-shedder.rules.ts';

const NOW = 1_000_000;
const begun = (shedder: LoadShedder, who: string | undefined, count: number, now = NOW): number =>
  Array.from({ length: count }).filter(() => shedder.begin(who, now)).length;
const end = (shedder: LoadShedder, who: string | undefined, count: number, now = NOW): void => {
  for (let i = 0; i < count; i += 1) shedder.end(who, now);
};
/** One whose requests have stood for a while, `count` of them by `who`. */
function flooded(who: string, count: number): LoadShedder {
  const shedder = new LoadShedder();
  begun(shedder, who, count, NOW - 600);
  return shedder;
}

test('a burst is let in, a queue that stays is not, until half of it is gone', () => {
  const shedder = new LoadShedder();
  expect(begun(shedder, 'a', 200)).toBe(200);
  expect(begun(shedder, 'a', 50, NOW + 499)).toBe(50);
  expect(begun(shedder, 'a', 50, NOW + 500)).toBe(0);
  end(shedder, 'a', 190, NOW + 600);
  // The next burst.
  expect(begun(shedder, 'a', 500, NOW + 600)).toBe(500);
});

test('as much as it answers in a second is in hand, and in a queue no more is let in than is answered', () => {
  const shedder = flooded('a', 200);
  expect(begun(shedder, 'a', 100)).toBe(0);
  end(shedder, 'a', 100, NOW + 100);
  expect(begun(shedder, 'a', 100, NOW + 100)).toBe(0);
  end(shedder, 'a', 10, NOW + 200);
  expect(begun(shedder, 'a', 100, NOW + 200)).toBe(20);
  // Who answers nothing for a second is slow: then it is the least that may always be in hand.
  end(shedder, 'a', 20, NOW + 4_000);
  expect(begun(shedder, 'a', 100, NOW + 6_000)).toBe(0);
});

test('one that floods keeps nobody else out', () => {
  const shedder = flooded('flood', 500);
  expect(begun(shedder, 'flood', 1)).toBe(0);
  expect(begun(shedder, 'quiet', 5)).toBe(5);
  expect(begun(shedder, 'other', 500)).toBe(Math.ceil(64 / 3));
  expect(begun(shedder, 'flood', 1)).toBe(0);
});

test('many that each ask once are all let in, up to the very limit', () => {
  const shedder = flooded('flood', 500);
  const all = Array.from({ length: 1_000 }, (_, n) => shedder.begin(`org ${n}`, NOW));
  expect(all.filter(Boolean).length).toBe(500);
});

test('what services ask of each other is refused only at the very limit', () => {
  const shedder = flooded('flood', 500);
  expect(begun(shedder, undefined, 5_000)).toBe(500);
  expect(begun(shedder, 'quiet', 1)).toBe(0);
  end(shedder, undefined, 1);
  expect(begun(shedder, 'quiet', 1)).toBe(1);
});

test('nothing is remembered of those who have nothing in hand', () => {
  const shedder = new LoadShedder();
  for (let i = 0; i < 10_000; i += 1) {
    expect(shedder.begin(`org ${i}`, NOW)).toBe(true);
    shedder.end(`org ${i}`, NOW);
  }
  begun(shedder, 'last', 64, NOW + 5_000);
  expect(begun(shedder, 'last', 1, NOW + 5_000)).toBe(1);
  // Alone it has all there is, and no share of it.
  expect(begun(shedder, 'last', 1, NOW + 5_600)).toBe(0);
});
