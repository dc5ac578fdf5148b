import { LoadShedder } from './load-shedder.rules.ts';

const NOW = 1_000_000;
const begun = (shedder: LoadShedder, who: string | undefined, count: number, now = NOW): number =>
  Array.from({ length: count }).filter(() => shedder.begin(who, now)).length;
const end = (shedder: LoadShedder, who: string | undefined, count: number, began: number, now: number): void => {
  for (let i = 0; i < count; i += 1) shedder.end(who, began, now);
};
/** One whose requests have stood for a while, `count` of them by `who`. */
function flooded(who: string, count: number): LoadShedder {
  const shedder = new LoadShedder();
  begun(shedder, who, count, NOW - 600);
  begun(shedder, who, 1, NOW - 600);
  return shedder;
}

test('a burst is let in, a queue that stays is not, until half of it is gone', () => {
  const shedder = new LoadShedder();
  expect(begun(shedder, 'a', 200)).toBe(200);
  expect(begun(shedder, 'a', 50, NOW + 499)).toBe(50);
  expect(begun(shedder, 'a', 50, NOW + 500)).toBe(0);
  end(shedder, 'a', 190, NOW, NOW + 600);
  // The next burst.
  expect(begun(shedder, 'a', 400, NOW + 600)).toBe(400);
});

test('in a queue no more is let in than is answered', () => {
  const shedder = flooded('a', 199);
  expect(begun(shedder, 'a', 100)).toBe(0);
  end(shedder, 'a', 100, NOW - 600, NOW + 100);
  expect(begun(shedder, 'a', 100, NOW + 100)).toBe(0);
  end(shedder, 'a', 10, NOW - 600, NOW + 200);
  expect(begun(shedder, 'a', 100, NOW + 200)).toBe(20);
});

test('who answers more in a second has more in hand', () => {
  const shedder = new LoadShedder();
  begun(shedder, 'a', 700);
  end(shedder, 'a', 600, NOW, NOW + 900);
  expect(begun(shedder, 'a', 300, NOW + 1_000)).toBe(300);
  expect(begun(shedder, 'a', 300, NOW + 1_900)).toBe(300);
});

test('what waits for long is no queue', () => {
  const shedder = new LoadShedder();
  // Of many who have a backtest of theirs made, one each.
  for (let n = 0; n < 200; n += 1) shedder.begin(`org ${n}`, NOW);
  expect(shedder.begin('org 1', NOW + 700)).toBe(false);
  expect(shedder.begin('org 1', NOW + 3_000)).toBe(true);
  for (let n = 0; n < 200; n += 1) shedder.end(`org ${n}`, NOW, NOW + 20_000);
  expect(begun(shedder, 'org 1', 2_000, NOW + 20_000)).toBe(499);
});

test('what waits by its nature keeps nobody out from the beginning, and has a place all the same', () => {
  const shedder = new LoadShedder();
  for (let n = 0; n < 70; n += 1) for (const _ of [1, 2, 3]) shedder.begin(`org ${n}`, NOW, true);
  expect(begun(shedder, 'org 1', 20, NOW + 600)).toBe(20);
  expect(begun(shedder, 'org 1', 20, NOW + 1_200)).toBe(20);
  expect(Array.from({ length: 600 }).filter(() => shedder.begin('org 2', NOW + 1_200, true)).length).toBe(250);
});

test('one that floods keeps nobody else out', () => {
  const shedder = flooded('flood', 500);
  expect(begun(shedder, 'flood', 1)).toBe(0);
  expect(begun(shedder, 'quiet', 5)).toBe(5);
  expect(begun(shedder, 'other', 500)).toBe(Math.ceil(64 / 3));
  expect(begun(shedder, 'flood', 1)).toBe(0);
});

test('many that each ask once are all let in, up to the limit of customers', () => {
  const shedder = flooded('flood', 499);
  const all = Array.from({ length: 1_000 }, (_, n) => shedder.begin(`org ${n}`, NOW));
  expect(all.filter(Boolean).length).toBe(300);
});

test('neither a burst of one nor what it lets wait for long takes the places of others', () => {
  const shedder = new LoadShedder();
  expect(begun(shedder, 'burst', 2_000)).toBe(500);
  expect(begun(shedder, 'quiet', 5)).toBe(5);
  for (const later of [NOW + 100, NOW + 10_000]) expect(begun(shedder, 'burst', 1, later)).toBe(0);
  // When the second half is asked for, a third of the first is each one's.
  expect(begun(shedder, 'other', 500, NOW + 10_000)).toBe(Math.ceil(500 / 3));
});

test('what services ask of each other is refused only at the very limit, which customers do not reach', () => {
  const shedder = flooded('flood', 499);
  for (let n = 0; n < 1_000; n += 1) shedder.begin(`org ${n}`, NOW);
  expect(begun(shedder, undefined, 5_000)).toBe(200);
  shedder.end(undefined, NOW, NOW);
  expect(begun(shedder, 'quiet', 1)).toBe(0);
  expect(begun(shedder, undefined, 1)).toBe(1);
});

test('nothing is remembered of those who have nothing in hand', () => {
  const shedder = new LoadShedder();
  for (let i = 0; i < 10_000; i += 1) {
    expect(shedder.begin(`org ${i}`, NOW)).toBe(true);
    shedder.end(`org ${i}`, NOW, NOW);
  }
  expect(begun(shedder, 'last', 64, NOW + 5_000)).toBe(64);
  expect(begun(shedder, 'last', 1, NOW + 5_000)).toBe(1);
  // Alone it has all there is, and no share of it.
  expect(begun(shedder, 'last', 1, NOW + 5_600)).toBe(0);
});
