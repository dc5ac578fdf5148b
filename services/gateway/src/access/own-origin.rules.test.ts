import { isOwnOrigin, needsPlainCookies } from './own-origin.rules.ts';

const PUBLIC = 'https://tidegate.example';

test.each([
  ['the public origin', { origin: PUBLIC, host: 'internal:3000' }, true],
  ['the name that the browser used', { origin: 'http://10.0.0.5:3000', host: '10.0.0.5:3000' }, true],
  ['the same, told by the browser', { origin: 'http://lan:1', host: 'lan:1', 'sec-fetch-site': 'same-origin' }, true],
  ['no browser', { host: 'tidegate.example' }, true],
  ['a typed address', { host: 'tidegate.example', 'sec-fetch-site': 'none' }, true],
  ['a foreign page', { origin: 'https://evil.example', host: 'tidegate.example' }, false],
  [
    'a neighbour',
    { origin: 'https://evil.tidegate.example', host: 'tidegate.example', 'sec-fetch-site': 'same-site' },
    false,
  ],
  ['another port', { origin: 'http://lan:2', host: 'lan:1' }, false],
  ['a form without an origin', { host: 'tidegate.example', 'sec-fetch-site': 'cross-site' }, false],
  ['an opaque origin', { origin: 'null', host: 'tidegate.example' }, false],
  ['no host', { origin: 'http://lan:1' }, false],
])('%s', (_what, headers, own) => {
  expect(isOwnOrigin(headers, PUBLIC)).toBe(own);
});

test.each([
  ['localhost:3000', 'http', 'http://localhost:3000', false],
  ['127.0.0.1:3000', 'http', 'http://localhost:3000', false],
  ['[::1]:3000', 'http', 'http://localhost:3000', false],
  ['192.168.1.5:3000', 'http', 'http://localhost:3000', true],
  ['box.lan', 'http', 'http://box.lan', true],
  ['box.lan', 'https', 'http://box.lan', false],
  ['box.lan', 'http', 'https://box.lan', false],
])('at %s over %s with %s: plain cookies %s', (host, protocol, publicUrl, plain) => {
  expect(needsPlainCookies({ host }, protocol, publicUrl)).toBe(plain);
});
