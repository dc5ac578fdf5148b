import { startStripe } from '../start-stripe.ts';
import { clientOf, payer, refusal, stripeWithClient } from '../test-stripe.ts';

const key = { idempotencyKey: 'cust:org-1' };

it('replays the stored answer for a day, also of a refusal', async () => {
  const { double, stripe } = await stripeWithClient();
  const first = await stripe.customers.create({ email: 'a@example.com' }, key);
  const again = await stripe.customers.create({ email: 'a@example.com' }, key);
  expect(again.id).toBe(first.id);
  expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
  expect(double.requests.map(({ replayed }) => replayed)).toEqual([false, true]);

  const unknown = { customer: 'cus_no', items: [{ price: 'price_no' }] };
  const refused = await refusal(stripe.subscriptions.create(unknown, { idempotencyKey: 'sub' }));
  expect(await refusal(stripe.subscriptions.create(unknown, { idempotencyKey: 'sub' }))).toEqual(refused);

  await double.advance({ hours: 24 });
  expect((await stripe.customers.create({ email: 'a@example.com' }, key)).id).not.toBe(first.id);
});

it('refuses a key that was used with other parameters', async () => {
  const { stripe } = await stripeWithClient();
  await stripe.customers.create({ email: 'a@example.com' }, key);
  const other = await refusal(stripe.customers.create({ email: 'b@example.com' }, key));
  expect(other).toMatchObject({ status: 400, type: 'StripeIdempotencyError' });
});

it('does not store what never began', async () => {
  const { stripe } = await stripeWithClient();
  expect(await refusal(stripe.customers.create({ balance: 0.5 }, key))).toMatchObject({
    code: 'parameter_invalid_integer',
  });
  expect((await stripe.customers.create({ balance: 5 }, key)).balance).toBe(5);
});

it('keeps keys per account: two keys of one account share them', async () => {
  const double = await startStripe({ keys: { sk_test_a: 'acct_a', sk_test_a2: 'acct_a', sk_test_b: 'acct_b' } });
  const [one, same, other] = ['sk_test_a', 'sk_test_a2', 'sk_test_b'].map((secret) => clientOf(double, secret));
  const first = await one?.customers.create({}, key);
  expect((await same?.customers.create({}, key))?.id).toBe(first?.id);
  expect((await other?.customers.create({}, key))?.id).not.toBe(first?.id);
});

it('answers 409 while the first request with a key is still running', async () => {
  const double = await startStripe();
  const stripe = clientOf(double, double.key, { maxNetworkRetries: 0 });
  let finish: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    finish = resolve;
  });
  double.faults.next({ kind: 'slow', until });
  const first = stripe.customers.create({}, key);
  while (double.requests.length === 0) await new Promise(setImmediate);
  expect(await refusal(stripe.customers.create({}, key))).toMatchObject({
    status: 409,
    code: 'idempotency_key_in_use',
  });
  finish();
  expect((await stripe.customers.create({}, key)).id).toBe((await first).id);
});

it('is retried by the client with the same key after 409, 500 and a lost answer, and makes one object', async () => {
  const { double, stripe } = await stripeWithClient();
  double.faults.next({ kind: 'lock_timeout' });
  double.faults.next({ kind: 'error' });
  const first = await stripe.customers.create({});
  double.faults.next({ kind: 'drop', when: 'after_effect' });
  const second = await stripe.customers.create({});
  const keys = double.requests.map(({ idempotencyKey }) => idempotencyKey);
  expect([new Set(keys.slice(0, 3)).size, new Set(keys.slice(3)).size, keys.length]).toEqual([1, 1, 5]);
  expect(keys[0]).toMatch(/^stripe-node-retry-/);
  const { data } = await stripe.customers.list();
  expect(data.map(({ id }) => id)).toEqual([second.id, first.id]);
});

it('is never retried by the client after 429', async () => {
  const { double, stripe } = await stripeWithClient();
  double.faults.next({ kind: 'rate_limit', retryAfterSeconds: 1 });
  expect(await refusal(stripe.customers.create({}, key))).toMatchObject({ status: 429, type: 'StripeRateLimitError' });
  expect(double.requests).toHaveLength(1);
  expect((await stripe.customers.create({}, key)).id).toMatch(/^cus_/);
});

it('is tried three times by the client when the connection is lost, with nothing done', async () => {
  const { double, stripe } = await stripeWithClient();
  double.faults.next({ kind: 'drop', when: 'before_effect' }, { times: 3, on: 'POST /v1/customers' });
  expect(await refusal(stripe.customers.create({}, key))).toMatchObject({ type: 'StripeConnectionError' });
  expect(double.requests.map(({ idempotencyKey, status }) => [idempotencyKey, status])).toEqual(
    Array(3).fill([key.idempotencyKey, null]),
  );
  expect((await stripe.customers.list()).data).toEqual([]);
});

it('refuses connections while it is down, and knows everything afterwards', async () => {
  const double = await startStripe();
  const stripe = clientOf(double, double.key, { maxNetworkRetries: 0 });
  const customer = await payer(stripe);
  await double.down();
  expect(await refusal(stripe.customers.retrieve(customer.id))).toMatchObject({ type: 'StripeConnectionError' });
  await double.up();
  expect((await stripe.customers.retrieve(customer.id)).id).toBe(customer.id);
});
