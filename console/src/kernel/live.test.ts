import { changeOf, isFollowed, isTouched } from './live-changes.ts';

const key = (operation: string, input: object = {}) => ['org', 'service', operation, input];

test.each([
  ['a list', key('serversList'), true],
  ['the same server', key('serversStatements', { serverId: 'a', from: 'x' }), true],
  ['another server', key('serversStatements', { serverId: 'b' }), false],
  ['another capability', key('botsList'), false],
])('a message about a server makes %s old: %s', (_what, asked, old) => {
  expect(isTouched(asked, changeOf('servers', { serverId: 'a', activity: null }))).toBe(old);
});

test('without the name of a thing everything of the topic is old, and after a gap everything', () => {
  expect(isTouched(key('usageCurrent'), changeOf('usage', { meters: ['calls'] }))).toBe(true);
  expect(isTouched(key('serversGet', { serverId: 'b' }), changeOf('servers', null))).toBe(true);
  expect(isTouched(key('membersList'), { topic: '*' })).toBe(true);
});

test('what also moves without a message is still asked for', () => {
  const moving = ['botsList', 'botsGet', 'botsSummarize', 'botsLevels', 'botsEquity', 'deliveriesList'];
  expect(moving.filter(isFollowed)).toEqual([]);
  const announced = ['serversList', 'botsActivity', 'tradesList', 'ledgerList'];
  expect(announced.filter(isFollowed)).toEqual(announced);
});
