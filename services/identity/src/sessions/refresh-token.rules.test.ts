import { randomBytes } from 'node:crypto';
import { isGenuine, makeRefreshToken, readRefreshToken } from './refresh-token.rules.ts';

const sessionId = '01a1fb80-a579-7a00-9e87-d64dcc1e70e3';
const key = randomBytes(32);

test('the same session and counter always give the same token, another counter or key another one', () => {
  const token = makeRefreshToken({ sessionId, counter: 7 }, key);
  expect(makeRefreshToken({ sessionId, counter: 7 }, key)).toBe(token);
  expect(makeRefreshToken({ sessionId, counter: 8 }, key)).not.toBe(token);
  expect(makeRefreshToken({ sessionId, counter: 7 }, randomBytes(32))).not.toBe(token);
});

test.each([0, 1, 4_294_967_295])('counter %i comes back', (counter) => {
  const token = makeRefreshToken({ sessionId, counter }, key);
  expect(readRefreshToken(token)).toEqual({ sessionId, counter });
  expect(isGenuine(token, key)).toBe(true);
  expect(isGenuine(token, randomBytes(32))).toBe(false);
});

test('any changed bit makes it foreign', () => {
  const bytes = Buffer.from(makeRefreshToken({ sessionId, counter: 1 }, key), 'base64url');
  for (let position = 0; position < bytes.length; position += 1) {
    const changed = Buffer.from(bytes);
    changed[position] = (changed[position] as number) ^ 0x80;
    const token = changed.toString('base64url');
    expect(readRefreshToken(token) !== undefined && isGenuine(token, key)).toBe(false);
  }
});

test.each(['', 'x', 'a'.repeat(49), 'a'.repeat(500)])('%j was never one of ours', (token) => {
  expect(readRefreshToken(token)).toBeUndefined();
});
