import { stayLive } from './stay-live.ts';

/** Streams one after the other, `true` where one was live; answers what was done besides. */
async function follow(streams: boolean[], askAsPerson = () => Promise.resolve()): Promise<(string | number)[]> {
  const over = new AbortController();
  const steps: (string | number)[] = [];
  const left = [...streams];
  await stayLive(
    {
      follow: async () => {
        if (left.length === 0) over.abort();
        return left.shift() ?? false;
      },
      onEnd: () => steps.push('end'),
      askAsPerson: () => {
        steps.push('ask');
        return askAsPerson();
      },
      rest: async (ms) => void steps.push(ms),
    },
    over.signal,
  );
  return steps;
}

test('a stream that is refused is asked for more and more rarely, each time after something that renews the session', async () => {
  const steps = await follow(Array.from({ length: 8 }, () => false));
  expect(steps.filter((one) => typeof one === 'number')).toEqual([
    2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
  ]);
  expect(steps.slice(0, 6)).toEqual(['end', 'ask', 2_000, 'end', 'ask', 4_000]);
});

test('one that was live and is cut is taken up again soon, and nothing is asked for besides', async () => {
  expect(await follow([false, false, true, true, false])).toEqual([
    ...['end', 'ask', 2_000],
    ...['end', 'ask', 4_000],
    ...['end', 2_000],
    ...['end', 2_000],
    ...['end', 'ask', 2_000],
  ]);
});

test('also where the session is over and nobody logs in again', async () => {
  const refusedToo = () => Promise.reject(new Error('unauthenticated'));
  expect(await follow([false, false], refusedToo)).toEqual(['end', 'ask', 2_000, 'end', 'ask', 4_000]);
});
