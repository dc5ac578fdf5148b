import fc from 'fast-check';
import { sortedByIdentity } from './identity-order.ts';

const compare = (a: { org: string; key: string }, b: { org: string; key: string }): number => {
  if (a.org !== b.org) return a.org < b.org ? -1 : 1;
  return a.key < b.key ? -1 : a.key === b.key ? 0 : 1;
};

test('identities are in the order of their texts, however alike they begin, and repetitions stay in order', () => {
  const digits = (length: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
  const key = fc.oneof(
    digits(32),
    fc
      .tuple(fc.constantFrom('0'.repeat(31), 'f'.repeat(31), 'ffffffff'.padEnd(31, '0')), digits(1))
      .map((parts) => parts.join('')),
  );
  const org = fc.oneof(fc.uuid(), fc.constantFrom('a', 'b', 'aa'));
  fc.assert(
    fc.property(fc.array(fc.record({ org, key }), { maxLength: 60 }), (items) => {
      const numbered = items.map((item, at) => ({ ...item, at }));
      expect(sortedByIdentity(numbered)).toEqual([...numbered].sort(compare));
    }),
    { numRuns: 500 },
  );
});

test('thousands of one organisation, and thousands of organisations with one event each', () => {
  const key = (n: number) => ((n * 2_654_435_761) % 4_294_967_296).toString(16).padStart(8, '0').padEnd(32, '7');
  for (const orgs of [1, 5_000]) {
    const items = Array.from({ length: 5_000 }, (_, n) => ({ org: `org-${(n * 7_919) % orgs}`, key: key(n % 4_900) }));
    expect(sortedByIdentity(items)).toEqual([...items].sort(compare));
  }
});
