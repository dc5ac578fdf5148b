import { isUuid, madeAt, newId } from './ids.ts';

test('ids are version 7 uuids that sort by time', () => {
  const ids = [1, 2, 1_700_000_000_000, 1_800_000_000_000].map((time) => newId(time));
  expect(ids.every(isUuid)).toBe(true);
  expect(ids.every((id) => id[14] === '7' && '89ab'.includes(id[19] ?? ''))).toBe(true);
  expect([...ids].sort()).toEqual(ids);
  expect(madeAt(newId(1_700_000_000_123))).toBe(1_700_000_000_123);
});
