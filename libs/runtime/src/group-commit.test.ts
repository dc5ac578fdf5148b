import { GroupCommit } from './group-commit.ts';

function openGroups(most = 100) {
  const groups: { key: string; requests: number[]; done: (error?: Error) => void }[] = [];
  const commit = new GroupCommit<number, number>(
    (key, requests) =>
      new Promise((resolve, reject) => {
        const done = (error?: Error) => (error ? reject(error) : resolve(requests.map((one) => one * 10)));
        groups.push({ key, requests, done });
      }),
    most,
  );
  return { groups, commit };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('who comes while a group is written is written together with all others that wait, in their order', async () => {
  const { groups, commit } = openGroups();
  const first = [commit.ask('a', 1), commit.ask('a', 2)];
  await settle();
  const second = [commit.ask('a', 3), commit.ask('a', 4), commit.ask('a', 5)];
  await settle();
  expect(groups.map(({ requests }) => requests)).toEqual([[1, 2]]);
  groups[0]?.done();
  expect(await Promise.all(first)).toEqual([10, 20]);
  await settle();
  expect(groups[1]?.requests).toEqual([3, 4, 5]);
  groups[1]?.done();
  expect(await Promise.all(second)).toEqual([30, 40, 50]);
});

test('one quota does not wait for another, and a group takes no more than it may', async () => {
  const { groups, commit } = openGroups(2);
  const all = [commit.ask('a', 1), commit.ask('a', 2), commit.ask('a', 3), commit.ask('b', 4)];
  await settle();
  expect(groups.map(({ key, requests }) => [key, requests])).toEqual([
    ['a', [1, 2]],
    ['b', [4]],
  ]);
  for (const { done } of groups) done();
  await settle();
  groups[2]?.done();
  expect(await Promise.all(all)).toEqual([10, 20, 30, 40]);
});

test('a group that fails fails for its callers only, and the next one is tried', async () => {
  const { groups, commit } = openGroups();
  const lost = commit.ask('a', 1);
  const caught = expect(lost).rejects.toThrow('no database');
  await settle();
  const kept = commit.ask('a', 2);
  groups[0]?.done(new Error('no database'));
  await caught;
  await settle();
  groups[1]?.done();
  expect(await kept).toBe(20);
});
