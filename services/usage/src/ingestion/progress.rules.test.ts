import { Progress } from './progress.rules.ts';

const message = (seq: number) => ({ seq, time: new Date(1_700_000_000_000 + seq) });

test('the checkpoint never passes a message of an open batch, whatever the order in which batches finish', () => {
  const progress = new Progress({ sequence: 10, at: undefined });
  // Two batches take turns: 11 and 13 are of the first, 12 and 14 of the second.
  const first = progress.begin();
  progress.note(message(11));
  const second = progress.begin();
  for (const seq of [12, 13, 14]) progress.note(message(seq));
  expect(progress.checkpoint).toEqual({ sequence: 10, at: undefined });
  second();
  expect(progress.checkpoint.sequence).toBe(10);
  const third = progress.begin();
  progress.note(message(20));
  first();
  expect(progress.checkpoint).toEqual({ sequence: 14, at: 1_700_000_000_014 });
  third();
  expect(progress.checkpoint.sequence).toBe(20);
});

test('where only the later batch is done, its messages before the open one are behind the checkpoint', () => {
  const progress = new Progress({ sequence: 0, at: undefined });
  const first = progress.begin();
  progress.note(message(1));
  const second = progress.begin();
  progress.note(message(2));
  first();
  expect(progress.checkpoint.sequence).toBe(1);
  second();
  expect(progress.checkpoint.sequence).toBe(2);
});
