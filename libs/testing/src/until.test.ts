import { Hopeless, until } from './until.ts';

test('what throws is asked again, until it can no longer come true', async () => {
  let asked = 0;
  const answer = await until(
    () => {
      asked += 1;
      if (asked < 3) throw new Error('not yet');
      return asked;
    },
    { everyMs: 1 },
  );
  expect(answer).toBe(3);
  await expect(
    until(() => {
      throw new Hopeless('It ended.');
    }),
  ).rejects.toThrow('It ended.');
});
