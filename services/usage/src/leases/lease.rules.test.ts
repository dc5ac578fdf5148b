import fc from 'fast-check';
import { slice } from './lease.rules.ts';

const hard = { used: 0, reserved: 0, whole: false } as const;

test('far from the limit the whole request is granted; near it slices shrink to one', () => {
  expect(slice({ ...hard, want: 100, ceiling: 10_000 })).toBe(100);
  expect(slice({ ...hard, want: 100, ceiling: 1_000 })).toBe(50);
  expect(slice({ ...hard, want: 100, ceiling: 1_000, used: 900, reserved: 90 })).toBe(1);
});

test('an all-or-nothing request is granted whole or not at all', () => {
  expect(slice({ ...hard, whole: true, want: 900, ceiling: 1_000 })).toBe(900);
  expect(slice({ ...hard, whole: true, want: 900, ceiling: 1_000, used: 90, reserved: 11 })).toBe(0);
});

test('nothing is lent at or past a hard limit', () => {
  expect(slice({ ...hard, want: 1, ceiling: 0 })).toBe(0);
  expect(slice({ ...hard, want: 1, ceiling: 10, used: 4, reserved: 6 })).toBe(0);
  expect(slice({ ...hard, want: 1, ceiling: 10, used: 20 })).toBe(0);
});

test('soft and unlimited quotas never refuse', () => {
  expect(slice({ ...hard, want: 7, ceiling: null, used: 50 })).toBe(7);
});

test('any series of requests adds up to the limit exactly, never more', () => {
  fc.assert(
    fc.property(fc.nat(5_000), fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 }), (limit, wishes) => {
      let reserved = 0;
      for (let turn = 0; turn < 20_000; turn += 1) {
        const granted = slice({ ...hard, want: wishes[turn % wishes.length] ?? 1, ceiling: limit, reserved });
        if (granted === 0) break;
        reserved += granted;
        expect(reserved).toBeLessThanOrEqual(limit);
      }
      expect(reserved).toBe(limit);
    }),
    { numRuns: 50 },
  );
});
