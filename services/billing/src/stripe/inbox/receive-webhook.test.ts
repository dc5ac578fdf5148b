import { listStripeEvents, receiveWebhook, replayStripeEvent } from '@tidegate/contracts/billing/webhook';
import { Stripe } from 'stripe';
import {
  NEXT_SECRET,
  openStripeBilling,
  SECRET,
  type StripeBilling,
  stripeParts,
} from '../../../test/stripe-fixture.ts';

let billing: StripeBilling;
beforeEach(async () => {
  billing = await openStripeBilling();
});

let number = 0;
function event(more: object = {}, object: object = { id: 'sub_1', object: 'subscription', customer: 'cus_1' }) {
  const shared = { object: 'event', type: 'customer.subscription.updated', created: 1_795_000_000, livemode: false };
  return JSON.stringify({ id: `evt_${++number}`, ...shared, data: { object }, ...more });
}

test('an event of five deliveries at once is one row, and its customer is marked once', async () => {
  await billing.linked('cus_1');
  const payload = event({ id: 'evt_five' });
  const answers = await Promise.all(Array.from({ length: 5 }, () => billing.deliver(payload)));
  expect(answers).toEqual(Array.from({ length: 5 }, () => ({ received: true })));
  expect(await billing.events()).toMatchObject([{ id: 'evt_five', state: 'pending', customer_id: 'cus_1' }]);
  expect(await billing.dirty()).toEqual([{ customer_id: 'cus_1', marks: expect.any(Number) }]);
  expect(billing.wokenByStripe).toContain('sync-stripe-customers');
});

test('two processes that are sent the same events at once store each once', async () => {
  await billing.linked('cus_1');
  const other = await stripeParts(billing);
  const payloads = Array.from({ length: 60 }, () => event());
  await Promise.all(
    payloads.flatMap((payload, at) => [billing.deliver(payload), other.deliver(payloads[59 - at] as string)]),
  );
  expect(await billing.events()).toHaveLength(60);
  expect(await billing.dirty()).toEqual([{ customer_id: 'cus_1', marks: expect.any(Number) }]);
});

test('what is not signed by us, is old, or is from the future is refused and leaves no row', async () => {
  const payload = event();
  const now = Date.now();
  const refused = { code: 'webhook_signature_invalid', status: 400 };
  await expect(billing.deliver(payload, { secret: 'whsec_of_somebody_else' })).rejects.toMatchObject(refused);
  await expect(billing.deliver(payload, { at: now - 301_000 })).rejects.toMatchObject(refused);
  await expect(billing.deliver(payload, { at: now + 3_600_000 })).rejects.toMatchObject(refused);
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET });
  const changed = Buffer.from(payload.replace('cus_1', 'cus_2')).toString('base64');
  await expect(billing.ask(receiveWebhook, { body: changed, signature })).rejects.toMatchObject(refused);
  await expect(billing.deliver('{"id":"evt_1"}')).rejects.toMatchObject({ code: 'webhook_malformed', status: 400 });
  expect(await billing.events()).toEqual([]);
  expect(await billing.deliver(payload, { secret: NEXT_SECRET })).toEqual({ received: true });
});

test('events of the other mode, of another account and of what does not matter are stored as ignored', async () => {
  await billing.linked('cus_1');
  await billing.deliver(event({ id: 'evt_a', livemode: true }));
  await billing.deliver(event({ id: 'evt_b', account: 'acct_2' }));
  await billing.deliver(event({ id: 'evt_c', type: 'product.updated' }, { id: 'prod_1', object: 'product' }));
  expect(await billing.events()).toMatchObject([
    { id: 'evt_a', state: 'ignored', error: expect.stringContaining('live mode') },
    { id: 'evt_b', state: 'ignored', error: expect.stringContaining('another account') },
    { id: 'evt_c', state: 'ignored' },
  ]);
  expect(await billing.dirty()).toEqual([]);
});

test('an event of an unknown customer is kept apart for the operator, and handled once the customer is known', async () => {
  await billing.deliver(event({ id: 'evt_early' }, { id: 'cus_9', object: 'customer' }));
  const { items } = await billing.ask(listStripeEvents, { state: 'quarantined' });
  expect(items).toMatchObject([{ eventId: 'evt_early', customer: 'cus_9', organisationId: null }]);
  await expect(billing.ask(replayStripeEvent, { eventId: 'evt_early' })).rejects.toMatchObject({ code: 'conflict' });
  await expect(billing.ask(replayStripeEvent, { eventId: 'evt_none' })).rejects.toMatchObject({ code: 'not_found' });
  const org = await billing.linked('cus_9');
  expect(await billing.ask(replayStripeEvent, { eventId: 'evt_early' })).toEqual({});
  expect((await billing.ask(listStripeEvents, {})).items).toMatchObject([{ state: 'pending', organisationId: org }]);
  expect(await billing.dirty()).toMatchObject([{ customer_id: 'cus_9' }]);
});

test('a thin event and its snapshot are one event, whichever comes first', async () => {
  await billing.linked('cus_1');
  const thin = (id: string, of: string) =>
    JSON.stringify({
      id,
      object: 'v2.core.event',
      type: 'v1.customer.updated',
      created: '2026-11-28T20:00:00.000Z',
      livemode: false,
      snapshot_event: of,
      related_object: { id: 'cus_1', type: 'customer', url: '/v1/customers/cus_1' },
    });
  await billing.deliver(thin('evt_thin_1', 'evt_both_1'));
  await billing.deliver(event({ id: 'evt_both_1', type: 'customer.updated' }, { id: 'cus_1', object: 'customer' }));
  await billing.deliver(event({ id: 'evt_both_2', type: 'customer.updated' }, { id: 'cus_1', object: 'customer' }));
  await billing.deliver(thin('evt_thin_2', 'evt_both_2'));
  expect((await billing.events()).map(({ id }) => id)).toEqual(['evt_both_1', 'evt_both_2']);
});

test('the list of events pages, newest first', async () => {
  for (let at = 0; at < 5; at += 1) await billing.deliver(event({ id: `evt_p${at}` }));
  const seen: string[] = [];
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await billing.ask(listStripeEvents, { limit: 2, cursor });
    seen.push(...page.items.map(({ eventId }) => eventId));
    cursor = page.nextCursor;
    more = cursor !== undefined;
  }
  expect(seen).toEqual(['evt_p4', 'evt_p3', 'evt_p2', 'evt_p1', 'evt_p0']);
});

test('without Stripe nothing is taken, and it says that there are no payments', async () => {
  const without = await stripeParts(billing, { secretKey: undefined });
  const answer = { code: 'payments_not_configured', status: 409 };
  await expect(without.deliver(event())).rejects.toMatchObject(answer);
  const unsigned = await stripeParts(billing, { webhookSecrets: [] });
  await expect(unsigned.deliver(event())).rejects.toMatchObject(answer);
  expect(await billing.events()).toEqual([]);
});
