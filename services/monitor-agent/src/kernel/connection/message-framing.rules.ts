import { ConnectionFailed } from './connection-failure.rules.ts';

/*
 * What the body of a message of PostgreSQL's protocol must look like before the driver's parser sees it. The parser
 * believes every length, count and terminator, and reads on past the end of a message that lies: over the next one, out
 * of the buffer (an exception) or for ever (an error whose fields never end). Checked here is exactly what it goes by:
 * each of its loops ends at a terminator, a count or a length that was found to lie within the message.
 *
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export const HEADER = 5;

const code = (letter: string): number => letter.charCodeAt(0);

export const MESSAGE = {
  authentication: code('R'),
  parameterStatus: code('S'),
  keyData: code('K'),
  ready: code('Z'),
  error: code('E'),
  notice: code('N'),
  parsed: code('1'),
  bound: code('2'),
  noData: code('n'),
  fields: code('T'),
  row: code('D'),
  complete: code('C'),
} as const;

const KB = 1_024;

/** The least and the most that a message says of its length, with the four bytes that say it. What is not here is never asked for. */
const LENGTHS: ReadonlyMap<number, readonly [least: number, most: number]> = new Map([
  [MESSAGE.authentication, [8, 2 * KB]],
  [MESSAGE.parameterStatus, [6, 16 * KB]],
  [MESSAGE.keyData, [12, 12]],
  [MESSAGE.ready, [5, 5]],
  [MESSAGE.error, [5, 1_024 * KB]],
  [MESSAGE.notice, [5, 1_024 * KB]],
  [MESSAGE.parsed, [4, 4]],
  [MESSAGE.bound, [4, 4]],
  [MESSAGE.noData, [4, 4]],
  [MESSAGE.fields, [6, 64 * KB]],
  [MESSAGE.row, [6, 32 * 1_024 * KB]],
  [MESSAGE.complete, [6, 128]],
]);

const SQLSTATE = /^[0-9A-Z]{5}$/;
const MAX_FIELDS = 200;
/** Type, size, modifier and so on, behind the name of a field. */
const FIELD_BYTES = 18;
const MAX_MECHANISMS = 16;
const MAX_ERROR_FIELDS = 32;

export const malformed = () => new ConnectionFailed('answer_malformed');

/** Whether a message may be of this kind and this long; asked before the rest of it is waited for. */
export function checkHeader(type: number, length: number): void {
  const limits = LENGTHS.get(type);
  if (!limits || length < limits[0]) throw malformed();
  if (length > limits[1]) throw new ConnectionFailed('answer_too_large');
}

/** Where the text that begins at `from` ends, which is where its zero stands. */
function endOfText(bytes: Buffer, from: number, end: number): number {
  const zero = bytes.indexOf(0, from);
  if (zero < 0 || zero >= end) throw malformed();
  return zero;
}

/** `count` texts, one behind the other, and nothing else. */
export function checkTexts(bytes: Buffer, from: number, end: number, count: number): void {
  let at = from;
  for (let index = 0; index < count; index += 1) at = endOfText(bytes, at, end) + 1;
  if (at !== end) throw malformed();
}

/** Texts, each behind the letter that says what it is, and a zero in the end. The code of an error is a SQLSTATE. */
export function checkErrorFields(bytes: Buffer, from: number, end: number, needsCode = false): void {
  let at = from;
  let coded = !needsCode;
  for (let index = 0; index < MAX_ERROR_FIELDS; index += 1) {
    const letter = bytes[at];
    if (letter === 0 && at === end - 1 && coded) return;
    if (letter === undefined || letter === 0 || letter > 0x7f) throw malformed();
    const zero = endOfText(bytes, at + 1, end);
    if (letter === code('C')) {
      coded = SQLSTATE.test(bytes.toString('latin1', at + 1, zero));
      if (!coded) throw malformed();
    }
    at = zero + 1;
  }
  throw malformed();
}

/** Names of ways to log in, and an empty one in the end. */
export function checkMechanisms(bytes: Buffer, from: number, end: number): void {
  let at = from;
  for (let index = 0; index < MAX_MECHANISMS; index += 1) {
    const zero = endOfText(bytes, at, end);
    if (zero === at && zero === end - 1) return;
    if (zero === at) throw malformed();
    at = zero + 1;
  }
  throw malformed();
}

/** How many fields a description describes. All of them come as text: nothing else is ever asked for. */
export function countFields(bytes: Buffer, from: number, end: number): number {
  const count = bytes.readInt16BE(from);
  if (count < 0 || count > MAX_FIELDS) throw malformed();
  let at = from + 2;
  for (let index = 0; index < count; index += 1) {
    at = endOfText(bytes, at, end) + 1 + FIELD_BYTES;
    if (at > end || bytes.readInt16BE(at - 2) !== 0) throw malformed();
  }
  if (at !== end) throw malformed();
  return count;
}

/** As many values as were described, each as long as it says or null, and nothing behind them. */
export function checkRow(bytes: Buffer, from: number, end: number, fields: number): void {
  if (bytes.readInt16BE(from) !== fields) throw malformed();
  let at = from + 2;
  for (let index = 0; index < fields; index += 1) {
    if (at + 4 > end) throw malformed();
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length === -1) continue;
    if (length < 0 || length > end - at) throw malformed();
    at += length;
  }
  if (at !== end) throw malformed();
}
