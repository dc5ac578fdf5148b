import { trustedProxies } from './trust-proxy.ts';

test.each([
  [undefined, []],
  ['', []],
  ['127.0.0.1', ['127.0.0.1']],
  ['127.0.0.1, 10.0.0.0/8 ,::1,fd00::/8', ['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8']],
  ['loopback', ['loopback']],
])('TRUST_PROXY=%j names %j', (text, proxies) => {
  expect(trustedProxies(text)).toEqual({ proxies, problem: undefined });
});

test.each(['10.0.0.0/33', '10.0.0', 'proxy.example', 'true', '10.0.0.1/8/9', '10.0.0.1; 10.0.0.2'])(
  'TRUST_PROXY=%j is refused by name',
  (text) => {
    expect(trustedProxies(text)).toEqual({ proxies: [], problem: expect.stringContaining(`TRUST_PROXY`) });
    expect(trustedProxies(text).problem).toContain(`"${text}"`);
  },
);
