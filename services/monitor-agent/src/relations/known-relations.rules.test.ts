import fc from 'fast-check';
import { KnownRelations } from './known-relations.rules.ts';
import { type Counted } from './readings.rules.ts';

const one = (oid: number, calls: number): Counted => ({ oid, definition: oid * 7 - 90, counters: [calls, oid] });
const snapshot = fc.record({
  items: fc.uniqueArray(fc.tuple(fc.nat(30), fc.nat(1_000_000)), { selector: ([oid]) => oid }),
  gone: fc.uniqueArray(fc.nat(30)),
});

test('after any snapshots it is known what the last one saw of each, and the snapshot before stays as it was', () => {
  fc.assert(
    fc.property(fc.array(snapshot, { maxLength: 20 }), (snapshots) => {
      let known = KnownRelations.of([]);
      const plain = new Map<number, number>();
      for (const { items, gone } of snapshots) {
        const before = known;
        const shown = new Map(plain);
        const stays = gone.filter((oid) => !items.some(([other]) => other === oid));
        known = known.with({ items: items.map(([oid, calls]) => one(oid, calls)), gone: stays });
        for (const [oid, calls] of shown) expect(before.countersOf(oid)).toEqual([calls, oid]);
        for (const oid of stays) plain.delete(oid);
        for (const [oid, calls] of items) plain.set(oid, calls);
        expect([...known.oids]).toEqual([...plain.keys()].sort((a, b) => a - b));
        expect([...known.definitions]).toEqual([...known.oids].map((oid) => one(oid, 0).definition));
        expect([...known.sums()]).toEqual([...known.oids].map((oid) => (plain.get(oid) ?? 0) + oid));
        for (const [oid, calls] of plain) expect(known.countersOf(oid)).toEqual([calls, oid]);
      }
      expect(known.countersOf(31)).toBeUndefined();
    }),
  );
});

test('a mark of the catalogue counts once two snapshots in a row saw it', () => {
  const nothing = { items: [], gone: [] };
  const first = KnownRelations.of([one(1, 1)], '5');
  expect(first.settledMark).toBeNull();
  const second = first.with({ ...nothing, mark: '5' });
  expect(second.settledMark).toBe('5');
  const moved = second.with({ items: [one(2, 1)], gone: [], mark: '6' });
  expect(moved.settledMark).toBeNull();
  expect(moved.with({ ...nothing, mark: '6' }).settledMark).toBe('6');
});
