import { problemError } from '@tidegate/contracts/kernel/problem';
import { stripeParts } from '../../../test/stripe-fixture.ts';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';
import { findCustomer, saveCustomer } from '../customers/stripe-customer.rows.ts';

let world: StripeWorld;
beforeEach(async () => {
  world = await openStripeWorld();
});
const created = () => world.stripe.requests.filter(({ operation }) => operation === 'POST /v1/customers');
const settings = () => world.api.require(problemError);

test('a request that Stripe is too busy for is repeated with its key until it is answered, and has one effect', async () => {
  const org = await world.organisation();
  world.stripe.faults.next({ kind: 'rate_limit' }, { times: 4, on: 'POST /v1/customers' });
  world.stripe.faults.next({ kind: 'lock_timeout' }, { times: 1, on: 'POST /v1/customers' });
  const id = await world.customers.of(org, settings());
  expect((await world.dashboard.customers.list()).data.map((one) => one.id)).toEqual([id]);
  expect(created()).toHaveLength(6);
  expect(new Set(created().map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
});

test('an answer that was lost is no failure: the next attempt gets it, and nothing is made twice', async () => {
  const org = await world.organisation();
  world.stripe.faults.next({ kind: 'drop', when: 'after_effect' }, { times: 3, on: 'POST /v1/customers' });
  const id = await world.customers.of(org, settings());
  expect((await world.dashboard.customers.list()).data.map((one) => one.id)).toEqual([id]);
});

test('a process that died before it knew the answer is followed by one that sends the same key', async () => {
  const org = await world.organisation();
  world.api.patienceMs = 0;
  world.stripe.faults.next({ kind: 'drop', when: 'after_effect' }, { on: 'POST /v1/customers' });
  world.stripe.faults.next({ kind: 'drop', when: 'before_effect' }, { times: 5, on: 'POST /v1/customers' });
  await expect(world.customers.of(org, settings())).rejects.toMatchObject({ code: 'unavailable' });
  world.stripe.faults.clear();
  const next = await stripeParts(world, { apiBase: world.stripe.origin, secretKey: world.stripe.key });
  const id = await next.customers.of(org, settings());
  expect((await world.dashboard.customers.list()).data.map((one) => one.id)).toEqual([id]);
  expect(new Set(created().map(({ idempotencyKey }) => idempotencyKey))).toEqual(new Set([`cust:${org}:test`]));
});

test('twenty who pay for the first time at once are one customer', async () => {
  const org = await world.organisation();
  const ids = await Promise.all(Array.from({ length: 20 }, () => world.customers.of(org, settings())));
  expect(new Set(ids).size).toBe(1);
  expect((await world.dashboard.customers.list()).data).toHaveLength(1);
});

test('one customer that many store at once is stored once, whatever moment each of them comes at', async () => {
  for (let round = 0; round < 40; round += 1) {
    const org = await world.organisation();
    const stored = Array.from({ length: 8 }, () =>
      world.tenants.run(org, (tx) => saveCustomer(tx, org, false, `cus_${org}`)),
    );
    await Promise.all(stored);
    expect(await findCustomer(world.tenants.reader({ orgId: org }), org, false)).toMatchObject({
      customer_id: `cus_${org}`,
    });
  }
});

test('one endpoint is asked less than 25 times in any second', async () => {
  const began = Date.now();
  const at: number[] = [];
  await Promise.all(
    Array.from({ length: 40 }, () =>
      world.api.call('GET /v1/customers', async (stripe) => {
        at.push(Date.now() - began);
        return stripe.customers.list({ limit: 1 });
      }),
    ),
  );
  const most = Math.max(...at.map((from) => at.filter((one) => one >= from && one < from + 1_000).length));
  expect(most).toBeLessThan(30);
});

test('a key that Stripe does not accept is the operator’s trouble, and no customer’s', async () => {
  const wrong = await stripeParts(world, { apiBase: world.stripe.origin, secretKey: 'sk_test_of_nobody_here' });
  const org = await world.organisation();
  await expect(wrong.customers.of(org, settings())).rejects.toMatchObject({ code: 'unavailable', status: 503 });
});

test('no request is made while a transaction holds a connection', async () => {
  const asked = world.tenants.as({}, async (tx) => {
    await tx.query('select 1');
    return world.api.call('GET /v1/customers', (stripe) => stripe.customers.list());
  });
  await expect(asked).rejects.toThrow('holds a connection');
});
