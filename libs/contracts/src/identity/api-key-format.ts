/*
 * `tg_<id 10><secret 32><check 6>`, base62. The prefix lets secret scanners find a leaked key, the checksum lets
 * anybody refuse a mistyped one without a database, and the secret has 190 random bits, so that a fast hash protects
 * it. A service key of the installation has the same form and the prefix `tgs_`.
 */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FORMAT = /^(tgs?)_([0-9A-Za-z]{10})([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;

/** The public part of a well-formed key of either kind, else undefined. */
export function apiKeyId(key: string): string | undefined {
  const match = FORMAT.exec(key);
  return match && check(`${match[2]}${match[3]}`) === match[4] ? match[2] : undefined;
}

export const isServiceKey = (key: string): boolean => key.startsWith('tgs_');

/** `random(n)` gives n random bytes. */
export function makeApiKey(
  random: (bytes: number) => Uint8Array,
  prefix: 'tg' | 'tgs' = 'tg',
): { key: string; keyId: string } {
  const body = base62(random, 42);
  return { key: `${prefix}_${body}${check(body)}`, keyId: body.slice(0, 10) };
}

/** Unbiased: bytes from 248 on are drawn again. */
function base62(random: (bytes: number) => Uint8Array, length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of random(length)) if (byte < 248 && text.length < length) text += ALPHABET[byte % 62];
  }
  return text;
}

/** CRC-32 (IEEE 802.3) of the text as six base62 digits. */
function check(text: string): string {
  let crc = 0xffffffff;
  for (const character of text) {
    crc ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  let rest = (crc ^ 0xffffffff) >>> 0;
  let digits = '';
  for (let digit = 0; digit < 6; digit += 1) {
    digits = ALPHABET[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
