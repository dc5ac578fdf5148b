import { Stripe } from 'stripe';
import { isSigned } from './signature.rules.ts';

const secret = 'whsec_of_a_test_endpoint';
const payload = '{\n  "id": "evt_1",\n  "object": "event"\n}';
const nowMs = 1_795_000_000_400;
const signed = (timestamp: number, by = secret, of = payload) =>
  Stripe.webhooks.generateTestHeaderString({ payload: of, secret: by, timestamp });
const now = Math.floor(nowMs / 1_000);
const judge = (header: string, body = payload, secrets = [secret]) =>
  isSigned(Buffer.from(body), header, secrets, nowMs);

test('what Stripe signs is taken, at most five minutes later', () => {
  expect(judge(signed(now))).toBe(true);
  expect(judge(signed(now - 300))).toBe(true);
  expect(judge(signed(now - 301))).toBe(false);
});

test('a signature from the future is refused, but for clocks that differ', () => {
  expect(judge(signed(now + 60))).toBe(true);
  expect(judge(signed(now + 61))).toBe(false);
  expect(judge(signed(now + 3_600))).toBe(false);
});

test('every byte is signed: one that differs, other white space and a byte order mark are another body', () => {
  expect(judge(signed(now), payload.replace('evt_1', 'evt_2'))).toBe(false);
  expect(judge(signed(now), JSON.stringify(JSON.parse(payload)))).toBe(false);
  expect(judge(signed(now), `\ufeff${payload}`)).toBe(false);
});

test('while the secret is changed either one is taken, and any of several signatures', () => {
  const next = 'whsec_the_next_one';
  expect(judge(signed(now, next))).toBe(false);
  expect(judge(signed(now, next), payload, [secret, next])).toBe(true);
  const [time, v1] = signed(now).split(',');
  expect(judge(`${time},v1=${'0'.repeat(64)},${v1}`)).toBe(true);
  expect(judge(`${time},${(v1 as string).replace('v1', 'v0')}`)).toBe(false);
});

test('of several times the last counts, as in Stripe’s libraries', () => {
  const [time, v1] = signed(now).split(',');
  expect(judge(`t=1,${time},${v1}`)).toBe(true);
  expect(judge(`${time},t=1,${v1}`)).toBe(false);
});

test.each([
  '',
  't=',
  'v1=',
  't=1',
  `t=${now}`,
  `t=${now},v1=`,
  `t=${now},v1=zz`,
  't=NaN,v1=1',
  '=,=',
  'x'.repeat(8_000),
])('the header %j proves nothing', (header) => expect(judge(header)).toBe(false));
