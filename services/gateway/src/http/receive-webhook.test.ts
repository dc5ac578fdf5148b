import { gunzipSync } from 'node:zlib';
import { MAX_WEBHOOK_BYTES, receiveWebhook, webhookSignatureInvalid } from '@tidegate/contracts/billing/webhook';
import { problemError, unavailable } from '@tidegate/contracts/kernel/problem';
import { GatewayWorld } from '../../test/fixture.ts';
import { WEBHOOK_PATH } from './receive-webhook.ts';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '20' });
});
afterAll(() => world.stop());
beforeEach(() => world.neighbours.reset());

/** Keeps what billing is given. */
function receiving() {
  const received: { body: Buffer; signature: string }[] = [];
  world.neighbours.on(receiveWebhook, ({ body, compressed, signature }) => {
    const bytes = Buffer.from(body, 'base64');
    received.push({ body: compressed ? gunzipSync(bytes) : bytes, signature });
    return { received: true as const };
  });
  return received;
}

const post = (body: string | Buffer, headers: Record<string, string> = { 'stripe-signature': 't=1,v1=x' }) =>
  fetch(world.url + WEBHOOK_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body,
  });

test('billing gets the bytes that came, whatever they are, without a log-in', async () => {
  const received = receiving();
  const bodies = [
    Buffer.from('{ "id":"evt_1",\r\n  "id": "evt_1" }\n'),
    Buffer.from('\ufeff{"a":"\\u0000 é"}'),
    Buffer.from([0, 255, 254, 128]),
    Buffer.alloc(900_000, '{"object": "event", "padding": [0, 1, 2, 3]}'),
  ];
  for (const body of bodies) {
    const answer = await post(body);
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 200, body: { received: true } });
  }
  expect(received.map(({ body }) => body.toString('hex'))).toEqual(bodies.map((body) => body.toString('hex')));
  expect(received.every(({ signature }) => signature === 't=1,v1=x')).toBe(true);
});

test('other content types, a foreign page’s origin and an idempotency key change nothing', async () => {
  const received = receiving();
  const answer = await post('x', {
    'stripe-signature': 's',
    'content-type': 'text/plain',
    origin: 'https://elsewhere.example',
    'idempotency-key': 'k'.repeat(300),
  });
  expect(answer.status).toBe(200);
  expect(received).toHaveLength(1);
});

test('no signature is a wrong one, and more than a megabyte is refused', async () => {
  const received = receiving();
  const unsigned = await post('{}', {});
  expect({ status: unsigned.status, code: ((await unsigned.json()) as { code: string }).code }).toEqual({
    status: 400,
    code: 'webhook_signature_invalid',
  });
  expect((await post(Buffer.alloc(MAX_WEBHOOK_BYTES + 1))).status).toBe(413);
  expect(received).toEqual([]);
  const elsewhere = await fetch(world.url + WEBHOOK_PATH, { headers: { 'stripe-signature': 's' } });
  expect(elsewhere.status).toBe(405);
});

test('while billing is away Stripe is told to come back, and sends it again', async () => {
  world.neighbours.on(receiveWebhook, () => {
    throw unavailable({ retryAfterSeconds: 1 }, 'Not now.');
  });
  const answer = await post('{}');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).not.toBe(null);
});

test('signed events are taken from a network that sent many others that were not', async () => {
  world.neighbours.on(receiveWebhook, ({ signature }) => {
    if (signature !== 'right') throw problemError(webhookSignatureInvalid);
    return { received: true as const };
  });
  for (let at = 0; at < 30; at += 1) expect((await post('{}', { 'stripe-signature': 'wrong' })).status).toBe(400);
  expect((await post('{}', { 'stripe-signature': 'right' })).status).toBe(200);
  // They count as requests without valid credentials do: others of that network are refused.
  expect((await fetch(`${world.url}/api/v1/billing/plans`)).status).toBe(429);
});
