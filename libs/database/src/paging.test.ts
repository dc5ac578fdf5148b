import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { pageOf, readCursor, slicePage, writeCursor } from './paging.ts';

const refused = expect.objectContaining({
  code: 'validation_failed',
  data: { errors: [expect.objectContaining({ field: '/cursor', code: 'invalid_cursor' })] },
});

test('every item is listed once, in order, and the last page has no cursor, whatever the sizes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 12 }), (count, limit) => {
      const all = Array.from({ length: count }, (_, n) => ({ id: n + 1 }));
      const seen: number[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const [after] = readCursor(cursor, 'int') ?? [0];
        const rows = all.filter(({ id }) => id > after).slice(0, limit + 1);
        const page = pageOf(
          rows,
          limit,
          ({ id }) => id,
          ({ id }) => [id],
        );
        seen.push(...page.items);
        cursor = page.nextCursor;
        pages += 1;
      } while (cursor);
      expect(seen).toEqual(all.map(({ id }) => id));
      expect(pages).toBe(Math.max(1, Math.ceil(count / limit)));
    }),
    { numRuns: 100 },
  );
});

test('a list in memory pages by position, even exactly to its end', () => {
  const first = slicePage(['a', 'b', 'c', 'd'], { limit: 2 });
  expect(first.items).toEqual(['a', 'b']);
  expect(slicePage(['a', 'b', 'c', 'd'], { limit: 2, cursor: first.nextCursor })).toEqual({ items: ['c', 'd'] });
  expect(slicePage([], { limit: 2, cursor: first.nextCursor })).toEqual({ items: [] });
});

test('keys survive encoding and decoding', () => {
  const id = randomUUID();
  const keys = ['Ünï "x"', id, 7, '2026-02-28T10:00:00.123456Z'] as const;
  expect(readCursor(writeCursor(...keys), 'text', 'uuid', 'int', 'time')).toEqual([...keys]);
  expect(readCursor(undefined, 'uuid')).toBeUndefined();
});

test.each([
  ['', 'int'],
  ['not base64!', 'int'],
  [writeCursor('x'), 'int'],
  [writeCursor(-1), 'int'],
  [writeCursor(2 ** 31), 'int'],
  [writeCursor(1.5), 'int'],
  [writeCursor(1, 2), 'int'],
  [writeCursor('a\0b'), 'text'],
  [writeCursor('7'), 'uuid'],
  [writeCursor('2026-02-28T10:00:00+01:00'), 'time'],
  [writeCursor('2026-99-28T10:00:00Z'), 'time'],
  [writeCursor('2026-02-30T10:00:00Z'), 'time'],
  [Buffer.from('{"length":1,"0":1}').toString('base64url'), 'int'],
] as const)('%s is no cursor of %s', (cursor, kind) => {
  expect(() => readCursor(cursor, kind)).toThrow(refused);
});
