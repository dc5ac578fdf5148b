import { Feed, type Numbered } from './feed.ts';

function watched() {
  const sent: Numbered[] = [];
  const feed = new Feed((message) => sent.push(message));
  const take = (about: string, text: string, at: number) => feed.take({ topic: 'bots', about, text }, at);
  return { sent, feed, take, texts: () => sent.map(({ text }) => text) };
}
beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

test('of several messages about one thing the first is sent at once and the last soon, and others do not wait for it', () => {
  const { take, texts } = watched();
  take('a', 'a1', 0);
  take('a', 'a2', 10);
  take('a', 'a3', 20);
  take('b', 'b1', 30);
  expect(texts()).toEqual(['a1', 'b1']);
  vi.advanceTimersByTime(1_000);
  expect(texts()).toEqual(['a1', 'b1', 'a3']);
  take('a', 'a4', 2_000);
  expect(texts().at(-1)).toBe('a4');
});

test('whoever has a message gets those after it, each once and in order', () => {
  const { feed, take, sent } = watched();
  const before = feed.position;
  for (const n of [1, 2, 3, 4]) take(`t${n}`, String(n), n);
  expect(feed.after(before, 5)?.map(({ text }) => text)).toEqual(['1', '2', '3', '4']);
  expect(feed.after(sent[1]?.id as string, 5)?.map(({ text }) => text)).toEqual(['3', '4']);
  expect(feed.after(feed.position, 5)).toEqual([]);
});

test.each([
  ['of another gateway', () => '00000000-1'],
  ['of what was never sent', (feed: Feed) => feed.position.replace(/\d+$/, '99')],
  ['that is none', () => 'x'],
  ['that is too long', (feed: Feed) => `${feed.position}${'0'.repeat(20)}`],
])('a number %s leads to a fresh start', (_what, id) => {
  const { feed, take } = watched();
  take('a', '1', 0);
  expect(feed.after(id(feed), 1)).toBeUndefined();
});

test('what is older than a minute, beyond a thousand, or too much together is not promised', () => {
  const { feed, take, sent } = watched();
  take('old', '1', 0);
  take('new', '2', 50_000);
  const [first = '', second = ''] = [feed.position.replace(/\d+$/, '0'), sent[0]?.id];
  expect(feed.after(first, 59_000)).toHaveLength(2);
  expect(feed.after(first, 70_000)).toBeUndefined();
  expect(feed.after(second, 70_000)).toHaveLength(1);
  for (let n = 0; n < 1_000; n += 1) take(`n${n}`, '', 70_000);
  expect(feed.after(second, 70_000)).toBeUndefined();
  expect(feed.after(sent[1]?.id as string, 70_000)).toHaveLength(1_000);
  take('large', 'x'.repeat(300_000), 70_000);
  expect(feed.after(sent[1]?.id as string, 70_000)).toBeUndefined();
  expect(feed.after(feed.position, 70_000)).toEqual([]);
});

test('after a gap nobody goes on after what they have', () => {
  const { feed, take } = watched();
  take('a', '1', 0);
  const before = feed.position;
  feed.evictAll();
  expect(feed.after(before, 1)).toBeUndefined();
  const anew = feed.position;
  take('b', '2', 1);
  expect(feed.after(anew, 2)).toHaveLength(1);
});
