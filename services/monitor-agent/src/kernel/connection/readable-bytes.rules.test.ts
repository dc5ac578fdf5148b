import { complete, field, fields, row } from '../../../test/backend.ts';
import { decoderFor, readableRow, readableText, unescaped } from './readable-bytes.rules.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test.each([
  ['UTF-8', 'gr\xc3\xb6\xc3\x9fer \xe2\x82\xac', 'SQL_ASCII', 'größer €'],
  ['Western in nobody knows what', 'caf\xe9', 'SQL_ASCII', 'café'],
  ['both in one', 'gr\xc3\xb6\xc3\x9fer caf\xe9 \xe2\x82', 'LATIN1', 'größer café â‚'],
  ['Cyrillic', '\xd0\xd2\xc9\xd7\xc5\xd4', 'KOI8R', 'привет'],
  ['Japanese', '\xc6\xfc\xcb\xdc', 'EUC_JP', '日本'],
])('%s is read as well as it can be', (_what, text, encoding, read) => {
  expect(readableText(bytes(text), decoderFor(encoding))).toBe(read);
});

test('what the server escaped becomes bytes again, and then letters', () => {
  expect(unescaped('select 1')).toBe('select 1');
  expect(unescaped(String.raw`caf\351 \\ \303\274 \000`)).toBe('café \\ ü \0');
});

test('a row is written anew where one of its texts is not UTF-8, and only there', () => {
  const decoder = decoderFor('LATIN1');
  const fine = row('größer', null, 'x'.repeat(300));
  expect(readableRow(fine, 0, fine.length, decoder)).toBeUndefined();
  const mixed = row('größer', null, 'cafe', '');
  mixed[mixed.indexOf('cafe') + 3] = 0xe9;
  const all = Buffer.concat([fields(field('a'), field('b')), mixed, complete()]);
  const at = fields(field('a'), field('b')).length;
  expect(readableRow(all, at, at + mixed.length, decoder)).toEqual(row('größer', null, 'café', ''));
});
