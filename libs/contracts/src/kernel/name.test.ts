import fc from 'fast-check';
import { cleanName, Name } from './name.ts';
import { Instant } from './types.ts';

test.each([
  ['  Acme \t Ltd\n', 'Acme Ltd'],
  ['Acme\u202e dtL', 'Acme dtL'],
  ['Ac\u200bme\u2066\ufeff\u00ad', 'Acme'],
  ['Cafe\u0301', 'Café'],
  ['a\u0000b\u001b[31mred', 'ab[31mred'],
  ['👩\u200d👩\u200d👧 home', '👩\u200d👩\u200d👧 home'],
  ['❤️ love', '❤️ love'],
  ['نامه\u200cای', 'نامه\u200cای'],
  ['ad\u200dmin', 'admin'],
  ['admin\u{e0061}\u{e0062}\ufe0f', 'admin'],
])('%j is stored as %j', (given, stored) => {
  expect(Name.parse(given)).toBe(stored);
});

test.each(['', '   ', '\u200b\u202e', '\u3164\u2800', '\u0000'])('%j is no name', (given) => {
  expect(Name.safeParse(given).success).toBe(false);
});

test('cleaning a clean name changes nothing, and leaves no invisible character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
      const name = cleanName(text);
      expect(cleanName(name)).toBe(name);
      expect(name).not.toMatch(/[\p{Cc}\p{Bidi_Control}]|^\s|\s$|\s\s/u);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['2026-02-28T10:00:00Z', '2026-02-28T10:00:00Z'],
  ['2026-02-28T10:00:00.123456Z', '2026-02-28T10:00:00.123456Z'],
  ['2026-02-28T10:00:00+01:00', '2026-02-28T09:00:00Z'],
  ['2026-02-28T23:30:00.123456-05:30', '2026-03-01T05:00:00.123456Z'],
])('the instant %s is %s', (given, utc) => {
  expect(Instant.parse(given)).toBe(utc);
});

test.each([
  '2026-02-28',
  '2026-02-30T10:00:00+01:00',
  '2026-02-28T10:00:00',
  '2026-02-28T10:00+01:00',
  `${'x'.repeat(19)}+01:00`,
  '0001-01-01T00:00:00+01:00',
  '0000-05-01T00:00:00Z',
  '9999-12-31T23:59:59-01:00',
])('%s is no instant', (given) => {
  expect(Instant.safeParse(given).success).toBe(false);
});
