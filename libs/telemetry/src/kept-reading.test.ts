import { keptReading } from './kept-reading.ts';

test('figures of one answer are read once, and a failure is asked again', async () => {
  const answers = [() => Promise.reject(new Error('away')), async () => 1, async () => 2];
  let asked = 0;
  const read = keptReading(() => (answers[asked++] as () => Promise<number>)(), 60_000);
  await expect(Promise.all([read(), read()])).rejects.toThrow('away');
  expect(asked).toBe(1);
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
  expect(asked).toBe(2);
});

test('what is older than allowed is read again', async () => {
  let asked = 0;
  const read = keptReading(async () => ++asked, -1);
  expect([await read(), await read()]).toEqual([1, 2]);
});
