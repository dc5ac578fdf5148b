import '@tidegate/contracts/all';
import { operations } from '@tidegate/contracts/kernel/registry';
import { actionWord, changeText, whoWord, whyRefused } from './audit-words.ts';

test('every operation that the log records has a word', () => {
  const audited = operations().filter(({ audit }) => audit && 'thing' in audit);
  expect(audited.length).toBeGreaterThan(60);
  expect(audited.map(({ name }) => name).filter((name) => actionWord(name) === name)).toEqual([]);
  expect(actionWord('things.invented-later')).toBe('things.invented-later');
});

test('who it was is said also of a key, an account that is gone, and the support', () => {
  const nobody = { userId: null, name: null, keyId: null, keyName: null, sessionId: null, address: null };
  expect(whoWord({ ...nobody, kind: 'person', userId: 'u', name: 'Ada' })).toBe('Ada');
  expect(whoWord({ ...nobody, kind: 'person', userId: 'u' })).toBe('A deleted account');
  expect(whoWord({ ...nobody, kind: 'api_key', keyId: '4f0KZ2xq9B', keyName: 'CI' })).toBe('CI');
  expect(whoWord({ ...nobody, kind: 'support' })).toBe('Support');
});

test('a change says what was known before and hides what may not be shown', () => {
  expect(changeText({ field: 'name', from: 'Alpha', to: 'Beta' })).toBe('name: Alpha → Beta');
  expect(changeText({ field: 'limit', from: '3', to: null })).toBe('limit: 3 → –');
  expect(changeText({ field: 'name', to: 'Beta' })).toBe('name: Beta');
  expect(changeText({ field: 'password', hidden: true })).toBe('password: set, not shown');
});

test('a refused attempt says what was missing, to whom', () => {
  const actor = { kind: 'person' as const };
  const why = (entry: object) =>
    whyRefused({ refused: true, action: 'bots.create', actor, missingScope: null, ...entry } as never);
  expect(why({ missingScope: 'bots:write' })).toBe('Their role lacks the right bots:write');
  expect(why({ missingScope: 'bots:write', actor: { kind: 'api_key' } })).toBe('The key lacks the right bots:write');
  expect(why({ actor: { kind: 'api_key' } })).toBe('Not with a key');
  expect(why({ action: 'sessions.login' })).toBe('Wrong password');
  expect(why({ refused: false, missingScope: null })).toBeNull();
});
