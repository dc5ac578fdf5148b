import { paymentsNotConfigured } from '@tidegate/contracts/billing/payments';
import { listPlans } from '@tidegate/contracts/billing/plans';
import { MAX_WEBHOOK_BYTES, receiveWebhook, webhookSignatureInvalid } from '@tidegate/contracts/billing/webhook';
import { problemError, unavailable } from '@tidegate/contracts/kernel/problem';
import { until } from '@tidegate/testing/until';
import { GatewayWorld } from '../../test/fixture.ts';
import { WEBHOOK_PATH } from './receive-webhook.ts';

let world: GatewayWorld;
beforeEach(async () => {
  world = await GatewayWorld.start({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '20' });
});
afterEach(() => world.stop());

const ASKED = receiveWebhook.subject;

/** As if Stripe had signed it now; billing judges whether it did. */
const signed = (digit = 'a', at = Date.now()) => `t=${Math.floor(at / 1_000)},v1=${digit.repeat(64)}`;

const post = (body: string | Buffer, headers: Record<string, string> = { 'stripe-signature': signed() }) =>
  fetch(world.url + WEBHOOK_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body,
  });

/** Keeps what billing is given. */
function receiving() {
  const received: { body: Buffer; signature: string }[] = [];
  world.neighbours.on(receiveWebhook, ({ body, signature }) => {
    received.push({ body: Buffer.from(body, 'base64'), signature });
    return { received: true as const };
  });
  return received;
}

test('billing gets the bytes that came, whatever they are, without a log-in', async () => {
  const received = receiving();
  const bodies = [
    Buffer.from('{ "id":"evt_1",\r\n  "id": "evt_1" }\n'),
    Buffer.from('\ufeff{"a":"\\u0000 é"}'),
    Buffer.from([0, 255, 254, 128]),
    Buffer.alloc(MAX_WEBHOOK_BYTES, '{"object": "event", "padding": [0, 1, 2, 3]}'),
  ];
  for (const body of bodies) {
    const answer = await post(body);
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 200, body: { received: true } });
  }
  expect(received.map(({ body }) => body.toString('hex'))).toEqual(bodies.map((body) => body.toString('hex')));
  expect(received.every(({ signature }) => /^t=\d+,v1=a{64}$/.test(signature))).toBe(true);
  // Other content types, a foreign page’s origin and an idempotency key change nothing.
  const other = {
    'content-type': 'text/plain',
    origin: 'https://elsewhere.example',
    'idempotency-key': 'k'.repeat(300),
  };
  expect((await post('x', { 'stripe-signature': signed(), ...other })).status).toBe(200);
  expect(received).toHaveLength(5);
});

test('what cannot be signed about now, or is too large, never reaches billing', async () => {
  const refused: Record<string, string>[] = [
    {},
    { 'stripe-signature': '' },
    { 'stripe-signature': 't=1,v1=x' },
    { 'stripe-signature': signed('a', Date.now() - 302_000) },
    { 'stripe-signature': signed('a', Date.now() + 62_000) },
  ];
  for (const headers of refused) {
    const answer = await post('{}', headers);
    expect({ status: answer.status, code: ((await answer.json()) as { code: string }).code }).toEqual({
      status: 400,
      code: 'webhook_signature_invalid',
    });
  }
  expect((await post(Buffer.alloc(MAX_WEBHOOK_BYTES + 1))).status).toBe(413);
  expect(world.neighbours.asked.get(ASKED) ?? 0).toBe(0);
  const elsewhere = await fetch(world.url + WEBHOOK_PATH, { headers: { 'stripe-signature': signed() } });
  expect(elsewhere.status).toBe(405);
});

test('an installation without Stripe is asked once in a while, however many webhooks come', async () => {
  world.neighbours.on(receiveWebhook, () => {
    throw problemError(paymentsNotConfigured);
  });
  expect((await post('{}')).status).toBe(409);
  const asked = world.neighbours.asked.get(ASKED);
  const answers = await Promise.all(Array.from({ length: 100 }, () => post(Buffer.alloc(MAX_WEBHOOK_BYTES))));
  expect(answers.every(({ status }) => status === 409)).toBe(true);
  expect(world.neighbours.asked.get(ASKED)).toBe(asked);
});

test('a flood of bodies that could be signed is judged a few at a time, and everybody else is answered', async () => {
  let [underWay, most] = [0, 0];
  const waiting: (() => void)[] = [];
  world.neighbours.on(receiveWebhook, async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise<void>((go) => waiting.push(go));
    underWay -= 1;
    throw problemError(webhookSignatureInvalid);
  });
  const statuses: number[] = [];
  const flood = Array.from({ length: 300 }, async () => {
    const { status } = await post(Buffer.alloc(MAX_WEBHOOK_BYTES), { 'stripe-signature': signed('b') });
    statuses.push(status);
  });
  // Those without a place are told to come back at once, while the others wait for billing.
  await until(async () => statuses.length >= 284);
  expect(new Set(statuses)).toEqual(new Set([429]));
  const rest = await world.as(world.accounts.newSession());
  for (let at = 0; at < 20; at += 1) expect((await rest.get(listPlans.http?.[1] as string)).status).toBe(200);
  while (statuses.length < 300) {
    for (const go of waiting.splice(0)) go();
    await until(async () => waiting.length > 0 || statuses.length === 300);
  }
  await Promise.all(flood);
  expect(most).toBe(16);
});

test('while billing is away Stripe is told to come back, and sends it again', async () => {
  world.neighbours.on(receiveWebhook, () => {
    throw unavailable({ retryAfterSeconds: 1 }, 'No replica is running.');
  });
  const answer = await post('{}');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).not.toBe(null);
});

test('signed events are taken from a network that sent many others that were not, one at a time', async () => {
  let [underWay, most] = [0, 0];
  world.neighbours.on(receiveWebhook, async ({ signature }) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((go) => setImmediate(go));
    underWay -= 1;
    if (!signature.includes('c'.repeat(64))) throw problemError(webhookSignatureInvalid);
    return { received: true as const };
  });
  for (let at = 0; at < 30; at += 1) expect((await post('{}', { 'stripe-signature': signed('b') })).status).toBe(400);
  expect((await post('{}', { 'stripe-signature': signed('c') })).status).toBe(200);
  const many = await Promise.all(Array.from({ length: 40 }, () => post('{}', { 'stripe-signature': signed('c') })));
  expect(new Set(many.map(({ status }) => status)).has(200)).toBe(true);
  expect(most).toBe(1);
  // They count as requests without valid credentials do: others of that network are refused.
  expect((await fetch(`${world.url}/api/v1/billing/plans`)).status).toBe(429);
});
