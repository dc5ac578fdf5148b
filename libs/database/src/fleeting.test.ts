import { Fleeting } from './fleeting.ts';

test('what is taken is gone, the oldest of the rest is known, and it may be taken from while it is read', () => {
  const waiting = new Fleeting<number, string>();
  for (const id of [1, 2, 3]) waiting.set(id, `call ${id}`);
  expect(waiting.take(1)).toBe('call 1');
  expect(waiting.take(1)).toBeUndefined();
  expect([waiting.has(1), waiting.get(1), waiting.get(2), waiting.oldest(), waiting.size]).toEqual([
    ...[false, undefined, 'call 2', 'call 2', 2],
  ]);
  const seen: [number, string][] = [];
  for (const [id, value] of waiting.entries()) {
    seen.push([id, value]);
    waiting.take(2);
    waiting.take(3);
  }
  expect(seen).toEqual([[2, 'call 2']]);
  expect([waiting.size, waiting.oldest()]).toEqual([0, undefined]);
});
