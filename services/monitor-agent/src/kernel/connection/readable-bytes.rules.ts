import { isAscii, isUtf8 } from 'node:buffer';
import { HEADER } from './message-framing.rules.ts';

/*
 * Texts of a server come as the bytes that it has, in no known encoding: those of a database in SQL_ASCII are whatever
 * its clients sent, names of roles and databases are in the encoding of whoever made them, and a session's text is in
 * that of its own database. The server would refuse a whole answer over one of them. So nothing is converted there
 * (client_encoding SQL_ASCII); here each stretch that is UTF-8 is read as UTF-8, which hardly anything else looks like,
 * and the rest in the encoding of the database, or as the Western European that most of it is.
 */
const WESTERN = 'windows-1252';

const LABELS: ReadonlyMap<string, string> = new Map([
  ['LATIN2', 'iso-8859-2'],
  ['LATIN3', 'iso-8859-3'],
  ['LATIN4', 'iso-8859-4'],
  ['LATIN5', 'windows-1254'],
  ['LATIN6', 'iso-8859-10'],
  ['LATIN7', 'iso-8859-13'],
  ['LATIN8', 'iso-8859-14'],
  ['LATIN9', 'iso-8859-15'],
  ['LATIN10', 'iso-8859-16'],
  ['ISO_8859_5', 'iso-8859-5'],
  ['ISO_8859_6', 'iso-8859-6'],
  ['ISO_8859_7', 'iso-8859-7'],
  ['ISO_8859_8', 'iso-8859-8'],
  ['KOI8R', 'koi8-r'],
  ['KOI8U', 'koi8-u'],
  ['WIN866', 'ibm866'],
  ['WIN874', 'windows-874'],
  ['EUC_JP', 'euc-jp'],
  ['EUC_JIS_2004', 'euc-jp'],
  ['EUC_KR', 'euc-kr'],
  ['EUC_CN', 'gbk'],
  ...[1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258].map((page) => [`WIN${page}`, `windows-${page}`] as const),
]);

/** The name of the decoder for a database's encoding, as PostgreSQL calls that. */
export const decoderFor = (encoding: string): string => LABELS.get(encoding) ?? WESTERN;

const UTF8_LETTER =
  '[\\xc2-\\xdf][\\x80-\\xbf]|\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}|\\xed[\\x80-\\x9f][\\x80-\\xbf]|' +
  '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}';
const STRETCHES = new RegExp(`((?:${UTF8_LETTER})+)|((?:(?!${UTF8_LETTER})[\\x80-\\xff])+)`, 'g');

export function readableText(bytes: Buffer, decoder = WESTERN): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const other = new TextDecoder(decoder);
  return bytes
    .toString('latin1')
    .replace(STRETCHES, (stretch: string, utf8: string | undefined) =>
      utf8 === undefined ? other.decode(Buffer.from(stretch, 'latin1')) : Buffer.from(utf8, 'latin1').toString('utf8'),
    );
}

/** What `encode(…, 'escape')` made of bytes. */
export function unescaped(text: string, decoder?: string): string {
  if (!text.includes('\\')) return text;
  const bytes = text.replace(/\\(?:([0-3][0-7]{2})|\\)/g, (_, octal: string | undefined) =>
    octal === undefined ? '\\' : String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return readableText(Buffer.from(bytes, 'latin1'), decoder);
}

/** A row, which was found to be whole, with its texts in UTF-8; undefined where they are. */
export function readableRow(bytes: Buffer, at: number, end: number, decoder: string): Buffer | undefined {
  const row = bytes.subarray(at, end);
  if (isAscii(row)) return undefined;
  const parts: Buffer[] = [];
  let changed = false;
  const fields = row.readInt16BE(HEADER);
  for (let index = 0, from = HEADER + 2; index < fields; index += 1) {
    const length = row.readInt32BE(from);
    const value = row.subarray(from + 4, from + 4 + Math.max(0, length));
    from += 4 + value.length;
    const isReadable = isUtf8(value);
    changed ||= !isReadable;
    const text = isReadable ? value : Buffer.from(readableText(value, decoder));
    parts.push(int32(length < 0 ? length : text.length), text);
  }
  if (!changed) return undefined;
  const body = Buffer.concat(parts);
  return Buffer.concat([row.subarray(0, 1), int32(body.length + 6), row.subarray(HEADER, HEADER + 2), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
