import { Progress } from './progress.rules.ts';

const at = (sequence: number) => ({ sequence, at: undefined });

test('the checkpoint never passes an open batch, whatever the order in which batches finish', () => {
  const progress = new Progress(at(10));
  const [first, second, third] = [progress.begin(at(20)), progress.begin(at(25)), progress.begin(at(40))];
  third();
  expect(progress.checkpoint.sequence).toBe(10);
  first();
  expect(progress.checkpoint.sequence).toBe(20);
  second();
  expect(progress.checkpoint.sequence).toBe(40);
  progress.begin(at(50))();
  expect(progress.checkpoint.sequence).toBe(50);
});
