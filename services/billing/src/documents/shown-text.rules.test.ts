import { shownLines, shownText } from './shown-text.rules.ts';

/** As the font of invoices: Latin, Greek, Cyrillic, marks, the box. */
const has = (one: number) => (one >= 32 && one < 0x530) || one === 0x25a1 || (one >= 0x2010 && one < 0x2060);

test('what the font has stays, and what it does not have is one box, whatever it consists of', () => {
  expect(shownText('Ωμέγα Кириллица ąßñ', has)).toBe('Ωμέγα Кириллица ąßñ');
  expect(shownText('株式 Ltd 👨‍👩‍👧 🇩🇪', has)).toBe('□□ Ltd □ □');
  expect(shownText('a\u{10ffff}\ud800b', has)).toBe('a□□b');
});

test('what turns the direction, hides or breaks a line is left out', () => {
  expect(shownText('a\u202eb\u2066c\u200b\u00add\ufeff', has)).toBe('abcd');
  expect(shownText('  a\u0000\n\tb\u2028c\u00a0d ', has)).toBe('a b c d');
});

test('marks do not climb over other lines, and nothing is longer than it may be', () => {
  expect(shownText(`x${'\u0316'.repeat(50)}y`, has)).toBe('x\u0316\u0316y');
  expect(shownText('ab'.repeat(300), has)).toHaveLength(401);
  expect(shownText('abc', has, 2)).toBe('ab…');
});

test('lines of an address are kept, but not hundreds of them', () => {
  expect(shownLines('1 Harbour Street\r\n\n20457 Hamburg', has, 3)).toEqual(['1 Harbour Street', '20457 Hamburg']);
  expect(shownLines('a\nb\nc\nd', has, 3)).toEqual(['a', 'b', '…']);
});
