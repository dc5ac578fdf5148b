import fc from 'fast-check';
import { decodeRows, PackedColumnsError, packColumns, unpackColumns } from './packed-columns.ts';

const plain = (columns: readonly ArrayLike<number>[]) => columns.map((column) => Array.from(column));
const round = (columns: number[][], base?: number) => plain(unpackColumns(packColumns(columns, base), columns.length));

/** Quiet stretches, ordinary counts, and the largest there can be. */
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.nat(5_000) },
  { weight: 2, arbitrary: fc.maxSafeNat() },
  { weight: 1, arbitrary: fc.constantFrom(Number.MAX_SAFE_INTEGER, 2 ** 52, 2 ** 52 + 1, 63, 64, 127, 128, 2 ** 32) },
);
const table = fc
  .tuple(fc.nat(60), fc.integer({ min: 1, max: 20 }))
  .chain(([rows, columns]) =>
    fc.array(fc.array(value, { minLength: rows, maxLength: rows }), { minLength: columns, maxLength: columns }),
  );

test('what was written is read, whichever column the others follow', () => {
  fc.assert(
    fc.property(table, fc.option(fc.nat(19), { nil: undefined }), (columns, base) => {
      expect(round(columns, base === undefined ? undefined : base % columns.length)).toEqual(columns);
    }),
    { numRuns: 500 },
  );
});

test('the first rows are read as when all are read', () => {
  fc.assert(
    fc.property(table, fc.nat(70), fc.nat(2), (columns, most, column) => {
      const rising = [columns[0] ?? [], columns[0] ?? [], ...columns].map((list) => list.map((_, row) => row));
      const all = [...rising.slice(0, 3), ...columns];
      const part = plain(unpackColumns(packColumns(all, 3), all.length, { column, most }));
      expect(part).toEqual(all.map((list) => list.slice(0, most + 1)));
    }),
  );
});

test('some columns, and some rows, are read as when all are', () => {
  fc.assert(
    fc.property(table, fc.nat(19), fc.array(fc.nat(19)), fc.array(fc.nat(70)), (columns, base, only, rows) => {
      const ids = (columns[0] ?? []).map((_, row) => row * 3);
      const all = [ids, ...columns];
      const blob = packColumns(all, base % all.length);
      const wanted = new Set(only);
      const decoded = plain(unpackColumns(blob, all.length, { only: wanted }));
      for (const column of wanted) if (all[column]) expect(decoded[column]).toEqual(all[column]);
      const found = decodeRows(blob, all.length, rows);
      expect([...found.keys()].sort()).toEqual([...new Set(rows)].sort());
      for (const [id, values] of found)
        expect(values && [...values]).toEqual(ids.includes(id) ? all.map((one) => one[id / 3]) : undefined);
    }),
  );
});

test('a minute with all figures, no minutes at all, and extremes side by side', () => {
  const most = Number.MAX_SAFE_INTEGER;
  expect(round([[], []])).toEqual([[], []]);
  expect(round([])).toEqual([]);
  expect(round([[most], [0]], 0)).toEqual([[most], [0]]);
  const wild = [
    [1, most, 0, most, 1],
    [most, 0, most, 1, most],
  ];
  expect(round(wild, 0)).toEqual(wild);
});

test('the cost of a call is learned: a column proportional to the calls takes next to nothing', () => {
  const calls = Array.from(
    { length: 1_440 },
    (_, minute) => 500 + Math.floor((Math.abs(Math.sin(minute * 12.9898)) * 43_758.5453) % 1_000),
  );
  const blocks = calls.map((count) => count * 8);
  const alone = packColumns([calls]).length;
  expect(packColumns([calls, blocks], 0).length - alone).toBeLessThan(50);
  expect(packColumns([calls, blocks]).length - alone).toBeGreaterThan(500);
});

test('another version, a changed byte and a truncated blob are refused, each by its name', () => {
  const blob = packColumns([[1, 2, 3]]);
  const other = Buffer.from(blob);
  other[0] = 2;
  expect(() => unpackColumns(other, 1)).toThrow('version 2; this program reads version 1');
  for (let at = 1; at < blob.length; at += 1) {
    const changed = Buffer.from(blob);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => unpackColumns(changed, 1)).toThrow('checksum');
  }
  for (let length = 0; length < blob.length; length += 1)
    expect(() => unpackColumns(blob.subarray(0, length), 1)).toThrow(PackedColumnsError);
  expect(() => unpackColumns(blob, 2)).toThrow('1 columns instead of 2');
});

test.each([-1, 0.5, Number.NaN, 2 ** 53])('%d is not a count and is never written', (wrong) => {
  expect(() => packColumns([[1, 2, wrong, 4]])).toThrow(RangeError);
  expect(() => packColumns([[wrong]])).toThrow(RangeError);
});

test('columns of different lengths are refused', () => {
  expect(() => packColumns([[1], [1, 2]])).toThrow('length');
});
