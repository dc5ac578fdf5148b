import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { apiKeyId, makeApiKey } from './api-key-format.ts';

test('a new key is well-formed and contains its id', () => {
  for (let n = 0; n < 200; n += 1) {
    const { key, keyId } = makeApiKey(randomBytes);
    expect(key).toMatch(/^tg_[0-9A-Za-z]{48}$/);
    expect(apiKeyId(key)).toBe(keyId);
  }
});

test('a mistyped key is refused without a query', () => {
  const { key } = makeApiKey(randomBytes);
  for (let at = 3; at < key.length; at += 1) {
    const other = key[at] === 'a' ? 'b' : 'a';
    expect(apiKeyId(`${key.slice(0, at)}${other}${key.slice(at + 1)}`)).toBeUndefined();
  }
  for (const wrong of ['', 'tg_', key.slice(0, -1), `${key}0`, ` ${key}`, key.replace('tg_', 'xx_')]) {
    expect(apiKeyId(wrong)).toBeUndefined();
  }
});

test('the check is CRC-32 in base62, so that others can compute it', () => {
  const body = '0'.repeat(42);
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let rest = crc32(body);
  let check = '';
  for (let n = 0; n < 6; n += 1) {
    check = `${digits[rest % 62]}${check}`;
    rest = Math.floor(rest / 62);
  }
  expect(apiKeyId(`tg_${body}${check}`)).toBe('0'.repeat(10));
});

test('every character is equally likely: a byte past the last whole round is drawn again', () => {
  const bytes = [255, 254, 248, 247, 0, 61, 62];
  const { key } = makeApiKey((count) =>
    Uint8Array.from({ length: count }, (_, n) => bytes[n % bytes.length] as number),
  );
  expect(key.slice(3, 13)).toBe('z0z0z0z0z0');
});
