import { WatchedUsage } from './watched-usage.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('however much is counted, those who watch are notified once a second, and after the last', () => {
  const notified: [string, string[]][] = [];
  const bus = {
    live: (org: string, _topic: unknown, { meters }: { meters: string[] }) => notified.push([org, meters]),
  };
  const watched = new WatchedUsage(bus as never);
  for (let n = 0; n < 1_000; n += 1) watched.note([{ org: 'a', meter: 'calls' }]);
  watched.note([
    { org: 'a', meter: 'mails' },
    { org: 'b', meter: 'calls' },
  ]);
  expect(notified).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(notified).toEqual([
    ['a', ['calls', 'mails']],
    ['b', ['calls']],
  ]);
  watched.note([{ org: 'a', meter: 'calls' }]);
  vi.advanceTimersByTime(1_000);
  expect(notified.at(-1)).toEqual(['a', ['calls']]);
  watched.note([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('of thousands of organisations so many are notified a second, each in its turn, and none is left out', () => {
  const notified: string[] = [];
  const watched = new WatchedUsage({ live: (org: string) => notified.push(org) } as never);
  const orgs = Array.from({ length: 2_500 }, (_, at) => `org-${at}`);
  watched.note(orgs.map((org) => ({ org, meter: 'calls' })));
  vi.advanceTimersByTime(1_000);
  expect(notified).toEqual(orgs.slice(0, 1_000));
  watched.note([{ org: 'org-0', meter: 'calls' }]);
  vi.advanceTimersByTime(2_000);
  expect(notified).toEqual([...orgs, 'org-0']);
  expect(vi.getTimerCount()).toBe(0);
});
