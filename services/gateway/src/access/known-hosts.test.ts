import { KnownHosts } from './known-hosts.ts';

const hosts = new KnownHosts('https://Tidegate.example.com:8443/', ['api.example.org', '.apps.example.net']);

test.each([
  ['tidegate.example.com', true],
  ['TIDEGATE.example.com.:443', true],
  ['api.example.org:3000', true],
  ['a.b.apps.example.net', true],
  ['localhost:3000', true],
  ['tab.localhost:3000', true],
  ['127.0.0.1:3000', true],
  ['[::1]:3000', true],
  ['[fe80::1%25eth0]', true],
  ['10.1.2.3', true],
  ['gateway:3000', true],
  ['tidegate.default.svc.cluster.local:3000', true],
  ['tidegate.local', true],
  ['tidegate.localevil.example', false],
  [undefined, true],
  ['evil.example', false],
  ['evil.example:3000', false],
  ['example.com', false],
  ['tidegate.example.com.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['apps.example.net.evil.example', false],
  ['xapps.example.net', false],
  ['localhost.evil.example', false],
  ['evil.example/tidegate.example.com', false],
  ['tidegate.example.com@evil.example', false],
])('the host %s is one of ours: %s', (host, known) => {
  expect(hosts.has(host)).toBe(known);
});

test('with a star every host is one of ours', () => {
  expect(new KnownHosts('http://localhost:3000', ['*']).has('evil.example')).toBe(true);
});
