import { MAX_ATTEMPTS, nextDelayMs, parseRetryAfter, smtpOutcome, webhookOutcome } from './retry.rules.ts';

const now = new Date('2026-11-20T10:00:00Z');
const HOUR = 3_600_000;

describe('waiting times', () => {
  it('grow from five seconds to six hours and end after ten attempts', () => {
    const waits = Array.from({ length: MAX_ATTEMPTS }, (_, index) => nextDelayMs(index + 1, 0));
    expect(waits.slice(0, 4)).toEqual([5_000, 30_000, 300_000, 1_800_000]);
    expect(waits.at(-2)).toBe(6 * HOUR);
    expect(waits.at(-1)).toBeUndefined();
    const known = waits.filter((wait) => wait !== undefined);
    expect(known).toEqual([...known].sort((a, b) => a - b));
  });

  it('have jitter of at most a fifth, which never shortens them', () => {
    expect([nextDelayMs(1, 0), nextDelayMs(1, 0.5), nextDelayMs(1, 1)]).toEqual([5_000, 5_500, 6_000]);
  });

  it('follow a longer Retry-After up to six hours and ignore a shorter one', () => {
    expect(nextDelayMs(1, 0, 60_000)).toBe(60_000);
    expect(nextDelayMs(1, 0, 1_000)).toBe(5_000);
    expect(nextDelayMs(1, 0, 900 * HOUR)).toBe(6 * HOUR);
  });
});

it.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Fri, 20 Nov 2026 10:01:00 GMT', 60_000],
  ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
  ['1e9', undefined],
  [undefined, undefined],
])('reads Retry-After %p', (value, expected) => {
  expect(parseRetryAfter(value, now)).toBe(expected);
});

it.each([
  [200, 'delivered'],
  [204, 'delivered'],
  [299, 'delivered'],
  [302, 'retry'],
  [400, 'retry'],
  [404, 'retry'],
  [410, 'gone'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
])('an answer %i of a webhook means %s', (status, kind) => {
  expect(webhookOutcome(status, undefined, now)).toMatchObject({ kind, status });
});

it.each([
  ['an unknown recipient', { code: 'EENVELOPE', responseCode: 550 }, 'failed', 'smtp_refused'],
  ['a full mailbox', { code: 'EENVELOPE', responseCode: 452 }, 'retry', 'smtp_refused'],
  ['a message refused for good', { code: 'EMESSAGE', responseCode: 554 }, 'failed', 'smtp_refused'],
  ['a refused login', { code: 'EAUTH', responseCode: 535 }, 'retry', 'smtp_refused'],
  ['a busy server', { code: 'EPROTOCOL', responseCode: 421 }, 'retry', 'smtp_refused'],
  ['a lost connection', { code: 'ECONNECTION' }, 'retry', 'smtp_unreachable'],
])('SMTP: %s', (_name, error, kind, reason) => {
  expect(smtpOutcome(error)).toMatchObject({ kind, error: reason });
});
