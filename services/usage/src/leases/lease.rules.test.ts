import fc from 'fast-check';
import { beyondLimit, slice } from './lease.rules.ts';

const part = { whole: false } as const;

test('far from the limit the whole request is granted; near it slices shrink to one', () => {
  expect(slice({ ...part, want: 100, left: 10_000 })).toBe(100);
  expect(slice({ ...part, want: 100, left: 1_000 })).toBe(50);
  expect(slice({ ...part, want: 100, left: 10 })).toBe(1);
});

test('an all-or-nothing request is granted whole or not at all', () => {
  expect(slice({ ...part, whole: true, want: 900, left: 1_000 })).toBe(900);
  expect(slice({ ...part, whole: true, want: 900, left: 899 })).toBe(0);
});

test('nothing is lent at or past a hard limit', () => {
  expect(slice({ ...part, want: 1, left: 0 })).toBe(0);
  expect(slice({ ...part, want: 1, left: -1 })).toBe(0);
});

test('soft and unlimited quotas never refuse', () => {
  expect(slice({ ...part, want: 7, left: null })).toBe(7);
});

test('any series of requests adds up to the limit exactly, never more', () => {
  fc.assert(
    fc.property(fc.nat(5_000), fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 }), (limit, wishes) => {
      let reserved = 0;
      for (let turn = 0; turn < 20_000; turn += 1) {
        const granted = slice({ ...part, want: wishes[turn % wishes.length] ?? 1, left: limit - reserved });
        if (granted === 0) break;
        reserved += granted;
        expect(reserved).toBeLessThanOrEqual(limit);
      }
      expect(reserved).toBe(limit);
    }),
    { numRuns: 50 },
  );
});

test('what lies beyond the limit is known of each loan, whatever was drawn or lent before', () => {
  const of = (granted: number, more: object) =>
    beyondLimit(granted, { ceiling: 100, used: 0, drawn: 0, reserved: 0, ...more });
  expect(of(60, {})).toBe(0);
  expect(of(60, { used: 70 })).toBe(30);
  expect(of(60, { used: 70, reserved: 40 })).toBe(60);
  expect(of(60, { used: 150, drawn: 70 })).toBe(40);
  expect(of(60, { ceiling: null, used: 500 })).toBe(0);
});
