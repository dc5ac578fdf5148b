import { routes } from '../routes.ts';
import { clientOf, monthly, payer, refusal, stripeWithClient } from '../test-stripe.ts';
import { description } from './description.ts';

const answer = async (origin: string, path: string, init: RequestInit & { key?: string } = {}) => {
  const { key = 'sk_test_tidegate', headers, ...rest } = init;
  const version = { 'stripe-version': description().version };
  return fetch(`${origin}${path}`, { ...rest, headers: { authorization: `Bearer ${key}`, ...version, ...headers } });
};

it('serves every operation of its description, and no other', () => {
  expect(Object.keys(routes).sort()).toEqual(Object.keys(description().operations).sort());
});

it('answers 401 without a good key, 404 for an unknown address and 400 for another version', async () => {
  const { double } = await stripeWithClient();
  expect((await fetch(`${double.origin}/v1/customers`)).status).toBe(401);
  expect((await answer(double.origin, '/v1/customers', { key: 'sk_test_other' })).status).toBe(401);
  expect((await answer(double.origin, '/v1/nothing')).status).toBe(404);
  const old = await answer(double.origin, '/v1/customers', { headers: { 'stripe-version': '2020-08-27' } });
  expect(old.status).toBe(400);
  const good = await answer(double.origin, '/v1/customers');
  expect([good.status, good.headers.get('stripe-version')]).toEqual([200, '2026-10-28.endive']);
  expect(good.headers.get('request-id')).toMatch(/^req_/);
});

it('reads forms with indexed lists, nested objects and emptied fields', async () => {
  const { stripe } = await stripeWithClient();
  const customer = await stripe.customers.create({
    metadata: { org: 'a&b=c', other: '1' },
    preferred_locales: ['fr', 'de'],
    address: { city: 'Zürich' },
  });
  expect(customer).toMatchObject({
    metadata: { org: 'a&b=c', other: '1' },
    preferred_locales: ['fr', 'de'],
    address: { city: 'Zürich' },
  });
  const changed = await stripe.customers.update(customer.id, { metadata: { other: '' }, address: '' });
  expect(changed).toMatchObject({ metadata: { org: 'a&b=c' }, address: null });
  expect(changed.metadata).not.toHaveProperty('other');
});

it.each([
  ['plans=1', 'parameter_unknown', 'plans'],
  ['invoice_settings[colour]=red', 'parameter_unknown', 'invoice_settings[colour]'],
  ['tax_exempt=perhaps', undefined, 'tax_exempt'],
  ['balance=1.5', 'parameter_invalid_integer', 'balance'],
  ['balance=many', 'parameter_invalid_integer', 'balance'],
  ['preferred_locales=fr', undefined, 'preferred_locales'],
])('refuses the parameter %s as Stripe does', async (body, code, param) => {
  const { double } = await stripeWithClient();
  const refused = await answer(double.origin, '/v1/customers', { method: 'POST', body });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({
    error: { type: 'invalid_request_error', param, ...(code ? { code } : {}) },
  });
});

it('refuses what the last versions took away', async () => {
  const { stripe } = await stripeWithClient();
  const gone = { payment_method_types: ['card'] } as object;
  const session = { mode: 'payment' as const, success_url: 'https://a.example', line_items: [], ...gone };
  expect(await refusal(stripe.checkout.sessions.create(session))).toMatchObject({
    code: 'parameter_unknown',
    param: 'payment_method_types',
  });
  const old = { coupon: 'x' } as never;
  expect(await refusal(stripe.promotionCodes.create(old))).toMatchObject({ status: 400 });
});

it('pages lists by cursors, newest first', async () => {
  const { stripe } = await stripeWithClient();
  const made = [];
  for (let i = 0; i < 5; i += 1) made.unshift((await stripe.customers.create({})).id);
  const first = await stripe.customers.list({ limit: 2 });
  expect(first).toMatchObject({ has_more: true, data: [{ id: made[0] }, { id: made[1] }] });
  const next = await stripe.customers.list({ limit: 2, starting_after: made[1] });
  expect(next.data.map(({ id }) => id)).toEqual(made.slice(2, 4));
  const back = await stripe.customers.list({ limit: 2, ending_before: made[4] });
  expect([back.data.map(({ id }) => id), back.has_more]).toEqual([made.slice(2, 4), true]);
  const all = await stripe.customers.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
  expect(all.map(({ id }) => id)).toEqual(made);
  expect(await refusal(stripe.customers.list({ limit: 101 }))).toMatchObject({ param: 'limit' });
  expect(await refusal(stripe.customers.list({ starting_after: 'cus_no' }))).toMatchObject({ status: 404 });
});

it('expands what a request names, also in lists, and refuses what cannot be', async () => {
  const { stripe } = await stripeWithClient();
  const customer = await payer(stripe);
  const price = await monthly(stripe, 1000);
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const { data } = await stripe.subscriptions.list({ expand: ['data.customer', 'data.latest_invoice.payments'] });
  expect(data[0]).toMatchObject({
    customer: { email: 'owner@example.com' },
    latest_invoice: { payments: { data: [{ status: 'paid', amount_paid: 1000 }] } },
  });
  const one = await stripe.subscriptions.retrieve(data[0]?.id ?? '', { expand: ['items.data.price.product'] });
  expect(one).toMatchObject({ items: { data: [{ price: { product: { name: 'Pro' } } }] } });
  expect(await refusal(stripe.customers.retrieve(customer.id, { expand: ['email'] }))).toMatchObject({
    param: 'expand',
  });
});

it('makes the same ids of the same seed', async () => {
  const ids = async (seed: number) => {
    const { stripe } = await stripeWithClient({ seed });
    return [(await stripe.customers.create({})).id, (await monthly(stripe, 5)).id];
  };
  expect(await ids(7)).toEqual(await ids(7));
  expect(await ids(7)).not.toEqual(await ids(8));
});

it('keeps accounts apart', async () => {
  const { double, stripe } = await stripeWithClient({
    keys: { sk_test_a: 'acct_a', sk_test_a2: 'acct_a', sk_test_b: 'acct_b' },
  });
  const customer = await stripe.customers.create({});
  expect((await clientOf(double, 'sk_test_a2').customers.retrieve(customer.id)).id).toBe(customer.id);
  expect(await refusal(clientOf(double, 'sk_test_b').customers.retrieve(customer.id))).toMatchObject({
    code: 'resource_missing',
  });
});

it('keeps to limits that only the documentation knows', async () => {
  const { stripe } = await stripeWithClient();
  const deep = { expand: ['data.items.data.price.product'] };
  expect(await refusal(stripe.subscriptions.list(deep))).toMatchObject({ param: 'expand' });
  const create = (metadata: Record<string, string>) => refusal(stripe.customers.create({ metadata }));
  expect(await create({ ['k'.repeat(41)]: '1' })).toMatchObject({ status: 400 });
  expect(await create({ key: 'v'.repeat(501) })).toMatchObject({ param: 'metadata[key]' });
  expect(await create(Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, '1'])))).toMatchObject({
    param: 'metadata',
  });
  expect(await refusal(stripe.prices.list({ lookup_keys: Array(11).fill('k') }))).toMatchObject({
    param: 'lookup_keys',
  });
});

it('shows ten of a list inside an object, and all of them by its own address', async () => {
  const { stripe } = await stripeWithClient();
  const customer = await payer(stripe);
  const draft = await stripe.invoices.create({ customer: customer.id });
  for (let i = 0; i < 12; i += 1)
    await stripe.invoiceItems.create({ customer: customer.id, invoice: draft.id, amount: i, currency: 'usd' });
  const { lines, total } = await stripe.invoices.retrieve(draft.id ?? '');
  expect([lines.data.length, lines.has_more, total]).toEqual([10, true, 66]);
  const all = await stripe.invoices.listLineItems(draft.id ?? '', { limit: 5 }).autoPagingToArray({ limit: 100 });
  expect(all.map(({ amount }) => amount)).toEqual([...Array(12).keys()]);
});
