import { message, parseMessage } from './message.rules.ts';

const BOTS = '{count, plural, =0 {no bots} one {# bot of {name}} other {# bots of {name}}}.';

test.each([
  [0, 'en', 'no bots.'],
  [1, 'en', '1 bot of Ann.'],
  [1234, 'en', '1,234 bots of Ann.'],
  [1234, 'de', '1.234 bots of Ann.'],
])('%i in %s is "%s"', (count, locale, text) => {
  expect(message(BOTS, { count, name: 'Ann' }, locale)).toBe(text);
});

test('what has no values is as it was written, and a value is never read as a message', () => {
  expect(message('100 % # done', {}, 'en')).toBe('100 % # done');
  expect(message('{a} and {b}', { a: '{b}', b: 2 }, 'en')).toBe('{b} and 2');
});

test.each(['{', '}', 'a {b', '{a, select, x {y}}', '{n, plural, one {a}}', '{n, plural, other {a}', '{n, plural}'])(
  '%s is no message',
  (text) => {
    expect(() => parseMessage(text)).toThrow();
  },
);
