import { HostGuard } from './host-guard.ts';

const guard = (settings: object, config: object = {}) =>
  new HostGuard(settings as never, { MONITOR_ALLOWED_NETWORKS: [], ...config } as never);
const codeOf = (one: HostGuard, host: string) =>
  one.check(host, 5432).then(
    ({ address, loopback }) => `${address}${loopback ? ' (loopback)' : ''}`,
    (error: { code: string }) => error.code,
  );

test.each([
  ['embedded, on one’s own machine', { embedded: true, production: false }, {}, '127.0.0.1 (loopback)'],
  ['embedded, in production', { embedded: true, production: true }, {}, 'host_not_allowed'],
  ['external servers', { embedded: false, production: false }, {}, 'host_not_allowed'],
  [
    'where the operator says so',
    { embedded: false, production: true },
    { MONITOR_ALLOW_LOOPBACK: true },
    '127.0.0.1 (loopback)',
  ],
  [
    'not even embedded, when the operator says so',
    { embedded: true, production: false },
    { MONITOR_ALLOW_LOOPBACK: false },
    'host_not_allowed',
  ],
])('loopback: %s', async (_where, settings, config, answer) => {
  expect(await codeOf(guard(settings, config), '127.0.0.1')).toBe(answer);
});

test('private networks are open where the operator opened them; metadata never', async () => {
  const open = guard({ embedded: true }, { MONITOR_ALLOWED_NETWORKS: ['10.1.0.0/16', '169.254.0.0/16'] });
  expect(await codeOf(open, '10.1.2.3')).toBe('10.1.2.3');
  expect(await codeOf(open, '10.2.2.3')).toBe('host_not_allowed');
  expect(await codeOf(open, '169.254.169.254')).toBe('host_not_allowed');
});

test.each(['2130706433', '0x7f000001', '127.0.0.1\0.example.com', '/var/run/postgresql', 'a@b', '::ffff:10.0.0.1'])(
  'refuses %j',
  async (host) => {
    expect(await codeOf(guard({ embedded: false }), host)).toBe('host_not_allowed');
  },
);
