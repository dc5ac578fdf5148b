import fc from 'fast-check';
import { CompactCounters } from './compact-counters.rules.ts';

const WIDTH = 3;
const counter = fc.oneof(fc.nat(200), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
const change = fc.record({ row: fc.nat(20), values: fc.array(counter, { minLength: WIDTH, maxLength: WIDTH }) });

test('whatever is written in whatever order is read again; a copy keeps what was', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), fc.array(change), (before, after) => {
      const compact = new CompactCounters(WIDTH, 2);
      const plain = new Map<number, number[]>();
      for (const { row, values } of before) {
        compact.set(row, values);
        plain.set(row, values);
      }
      const copy = compact.copy();
      for (const { row, values } of after) compact.set(row, values);
      for (const [row, values] of plain) expect(copy.get(row)).toEqual(values);
      for (const { row, values } of after) plain.set(row, values);
      for (const [row, values] of plain) expect(compact.get(row)).toEqual(values);
    }),
  );
});

test('a row that was never written counts nothing', () => {
  expect(new CompactCounters(WIDTH, 1).get(7)).toEqual([0, 0, 0]);
});

test('the sum of a row is that of its counters', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 45 }), { minLength: WIDTH, maxLength: WIDTH }), (values) => {
      const compact = new CompactCounters(WIDTH, 2);
      compact.set(0, [1, 2, 3]);
      compact.set(1, values);
      expect(compact.sum(1)).toBe(values.reduce((sum, value) => sum + value, 0));
      expect(compact.sum(0)).toBe(6);
      expect(compact.sum(5)).toBe(0);
    }),
  );
});
