import fc from 'fast-check';
import type { StatementReading } from './statement-deltas.rules.ts';
import { StatementEntries } from './statement-entries.rules.ts';
import { statementKey } from './statement-key.rules.ts';

const key = fc
  .tuple(fc.nat(2), fc.nat(2), fc.bigInt({ min: -3n, max: 3n }), fc.boolean())
  .map(([database, role, query, toplevel]) =>
    // Query identifiers fill 64 bits; those that are alike in their lowest ones meet in the table.
    statementKey(4_294_967_295 - database, role, String(query * 1_073_741_824n * 2_147_483_648n), toplevel),
  );
const readings = fc.uniqueArray(
  fc.record({
    key,
    checksum: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    counters: fc.tuple(fc.nat(), fc.nat(1_000)),
    minMs: fc.double({ min: 0, noNaN: true }),
    maxMs: fc.double({ min: 0, noNaN: true }),
    totalMs: fc.double({ min: 0, noNaN: true }),
    since: fc.constant(1_790_000_000_123_456),
  }) satisfies fc.Arbitrary<StatementReading>,
  { selector: (reading) => reading.key },
);

test('it answers what was last seen of every statement, exactly, and copies leave the original alone', () => {
  fc.assert(
    fc.property(readings, fc.array(readings, { maxLength: 5 }), (first, snapshots) => {
      let entries = StatementEntries.of(first);
      const plain = new Map<string, StatementReading>(first.map((reading) => [reading.key, reading]));
      for (const [number, reading] of first.entries()) entries.setNumber(reading.key, number + 1);
      for (const snapshot of snapshots) {
        const [before, shown] = [entries, new Map(plain)];
        entries = entries.with(snapshot);
        for (const reading of snapshot) plain.set(reading.key, reading);
        expect(before.size).toBe(shown.size);
        for (const [one, reading] of shown) expect(before.get(one)).toEqual(reading);
      }
      expect([...entries.keys()].sort()).toEqual([...plain.keys()].sort());
      for (const [one, reading] of plain) expect(entries.get(one)).toEqual(reading);
      const again = StatementEntries.of([...plain.values()].reverse(), entries);
      for (const [number, { key: one }] of first.entries()) expect(again.numberOf(one)).toBe(number + 1);
    }),
  );
});

test('what is unknown is unknown; start times that are missing are set once they are reported', () => {
  const reading = {
    key: statementKey(1, 2, '-3', true),
    checksum: 5n,
    counters: [1],
    minMs: 1,
    maxMs: 1,
    totalMs: 1,
    since: null,
  };
  const entries = StatementEntries.of([reading]);
  expect(entries.get(reading.key)).toEqual(reading);
  expect(entries.has(statementKey(1, 2, '-3', false))).toBe(false);
  expect(entries.numberOf(reading.key)).toBeUndefined();
  const born = { ...reading, key: statementKey(1, 2, '4', true), since: 1_790_000_000_000_000 };
  const updated = entries.with([born]);
  expect([updated.get(reading.key), updated.get(born.key)]).toEqual([reading, born]);
});
