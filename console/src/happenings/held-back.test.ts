import { heldBack } from './held-back.rules.ts';

const at = (id: string, second: number, count = 1) => ({ id, at: `2026-11-30T08:00:0${second}.000Z`, count });
const [a, b, c] = [at('a', 1), at('b', 2), at('c', 3)];

test('before anything was read all of it is shown', () => {
  expect(heldBack([c, b, a], undefined, new Map())).toEqual({ shown: [c, b, a], fresh: 0 });
});

test('what is new is counted and moves nothing', () => {
  const seen = new Map([b, a].map((row) => [row.id, row]));
  expect(heldBack([c, b, a], b.at, seen)).toEqual({ shown: [b, a], fresh: 1 });
});

test('what happened again stays in its place as it was, until the new ones are shown', () => {
  const again = at('a', 5, 2);
  const seen = new Map([b, a].map((row) => [row.id, row]));
  expect(heldBack([again, c, b], b.at, seen)).toEqual({ shown: [b, a], fresh: 2 });
  expect(heldBack([again, c, b], again.at, seen)).toEqual({ shown: [again, c, b], fresh: 0 });
});
