import { Progress } from './progress.rules.ts';

test('what is done never passes a batch that is still open, whatever the order in which they end', () => {
  const progress = new Progress(10);
  const [first, second, third] = [progress.begin(20), progress.begin(25), progress.begin(40)];
  third();
  expect(progress.sequence).toBe(10);
  first();
  expect(progress.sequence).toBe(20);
  second();
  expect(progress.sequence).toBe(40);
  progress.begin(50)();
  expect(progress.sequence).toBe(50);
});
