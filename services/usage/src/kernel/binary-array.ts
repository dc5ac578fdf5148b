/*
 * Arrays as PostgreSQL reads them itself, one parameter a column: reading the text of a uuid, an instant or a number costs it
 * several times as much as copying its bytes. Only for large batches: an array literal (`array-literal.ts`) is easier to read.
 */
const HEADER = 20;
const TYPES = { int4: 23, int8: 20, text: 25, timestamptz: 1184, uuid: 2950 } as const;
/** 2000-01-01, from which PostgreSQL counts. */
const EPOCH_MS = 946_684_800_000;
const HIGH = 0x1_0000_0000;

/** The value of each hexadecimal digit, by its code. */
const DIGITS = new Uint8Array(128);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  DIGITS[digit.charCodeAt(0)] = value;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

/** Its header. One dimension, beginning at 1. */
function begin(bytes: number, count: number, type: keyof typeof TYPES, nulls = false): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + bytes);
  for (const [index, word] of [count === 0 ? 0 : 1, nulls ? 1 : 0, TYPES[type], count, 1].entries()) {
    buffer.writeInt32BE(word, index * 4);
  }
  return count === 0 ? buffer.subarray(0, 12) : buffer;
}

/** Checked uuids, with or without dashes; undefined is NULL. */
export function uuids<T>(items: readonly T[], value: (item: T) => string | undefined): Buffer {
  const buffer = begin(items.length * 20, items.length, 'uuid', true);
  let at = HEADER;
  let before: string | undefined;
  for (const item of items) {
    const text = value(item);
    at = int32(buffer, at, text === undefined ? -1 : 16);
    // Those of one organisation follow each other.
    if (text !== undefined) at = text === before ? copyWithin(buffer, at - 20, at) : uuid(buffer, at, text);
    before = text;
  }
  return items.length === 0 ? buffer : buffer.subarray(0, at);
}

/** An array of NULLs for so many others beside it: `unnest` fills up what is shorter. */
export const nulls = (type: keyof typeof TYPES): Buffer => begin(0, 0, type);

/** The first eight digits as a number. */
export function leadingBits(hexadecimal: string): number {
  let bits = 0;
  for (let index = 0; index < 8; index += 1) {
    bits = (bits << 4) | (DIGITS[hexadecimal.charCodeAt(index)] as number);
  }
  return bits >>> 0;
}

function copyWithin(buffer: Buffer, from: number, to: number): number {
  for (let index = 0; index < 16; index += 1) buffer[to + index] = buffer[from + index] as number;
  return to + 16;
}

function uuid(buffer: Buffer, start: number, text: string): number {
  let at = start;
  for (let index = 0; index < text.length; index += 2) {
    // A dash.
    if (text.charCodeAt(index) === 45) index += 1;
    const high = DIGITS[text.charCodeAt(index)] as number;
    buffer[at] = (high << 4) | (DIGITS[text.charCodeAt(index + 1)] as number);
    at += 1;
  }
  return at;
}

export function int4s<T>(items: readonly T[], value: (item: T) => number): Buffer {
  const buffer = begin(items.length * 8, items.length, 'int4');
  let at = HEADER;
  for (const item of items) at = int32(buffer, int32(buffer, at, 4), value(item));
  return buffer;
}

/** Whole numbers that JavaScript holds exactly. */
export const int8s = <T>(items: readonly T[], value: (item: T) => number): Buffer => wide(items, 'int8', value);

/** Milliseconds since 1970. */
export const instants = <T>(items: readonly T[], value: (item: T) => number): Buffer =>
  wide(items, 'timestamptz', (item) => (value(item) - EPOCH_MS) * 1_000);

function wide<T>(items: readonly T[], type: 'int8' | 'timestamptz', value: (item: T) => number): Buffer {
  const buffer = begin(items.length * 12, items.length, type);
  let at = HEADER;
  for (const item of items) {
    const number = value(item);
    const high = Math.floor(number / HIGH);
    at = int32(buffer, int32(buffer, int32(buffer, at, 8), high), number - high * HIGH);
  }
  return buffer;
}

/** Well-formed texts; null is NULL. */
export function texts<T>(items: readonly T[], value: (item: T) => string | null): Buffer {
  const all = new Array<string | null>(items.length);
  let length = 0;
  for (let index = 0; index < items.length; index += 1) {
    const text = value(items[index] as T);
    all[index] = text;
    length += text === null ? 4 : 4 + text.length;
  }
  return plainTexts(all, length) ?? anyTexts(all);
}

/** Nearly always each character is a byte, which costs no call into the engine; undefined where one is not. */
function plainTexts(all: readonly (string | null)[], length: number): Buffer | undefined {
  const buffer = begin(length, all.length, 'text', true);
  let at = HEADER;
  for (const text of all) {
    at = int32(buffer, at, text === null ? -1 : text.length);
    if (text === null) continue;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127) return undefined;
      buffer[at + index] = code;
    }
    at += text.length;
  }
  return buffer;
}

function anyTexts(all: readonly (string | null)[]): Buffer {
  const bytes = all.reduce((sum, text) => sum + 4 + (text === null ? 0 : Buffer.byteLength(text)), 0);
  const buffer = begin(bytes, all.length, 'text', true);
  let at = HEADER;
  for (const text of all) {
    const length = text === null ? -1 : buffer.write(text, at + 4, 'utf8');
    at = int32(buffer, at, length) + Math.max(0, length);
  }
  return buffer;
}

/** The lowest 32 bits; where the next value begins. */
function int32(buffer: Buffer, at: number, value: number): number {
  buffer[at] = value >>> 24;
  buffer[at + 1] = value >>> 16;
  buffer[at + 2] = value >>> 8;
  buffer[at + 3] = value;
  return at + 4;
}
