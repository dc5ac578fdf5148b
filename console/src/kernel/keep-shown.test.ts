import { keepShown } from './keep-shown.rules.ts';

const asked = ['org-1', 'monitor-agent', 'serversWaits', { serverId: 's-1', from: '10:00', to: '11:00' }];

test.each([
  [
    'another hour of the same server',
    ['org-1', 'monitor-agent', 'serversWaits', { serverId: 's-1', from: '09:00', to: '10:00' }],
    true,
  ],
  [
    'the same hour of another server',
    ['org-1', 'monitor-agent', 'serversWaits', { serverId: 's-2', from: '10:00', to: '11:00' }],
    false,
  ],
  [
    'the same of another organisation',
    ['org-2', 'monitor-agent', 'serversWaits', { serverId: 's-1', from: '10:00', to: '11:00' }],
    false,
  ],
  ['another answer about it', ['org-1', 'monitor-agent', 'serversGet', { serverId: 's-1' }], false],
])('while it is asked for, %s stays on the screen: %j, %s', (_what, queryKey, stays) => {
  expect(keepShown(asked)('shown', { queryKey })).toBe(stays ? 'shown' : undefined);
});

test('nothing was shown before', () => {
  expect(keepShown(asked)(undefined, undefined)).toBeUndefined();
});
