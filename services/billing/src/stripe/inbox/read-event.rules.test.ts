import { readEvent } from './read-event.rules.ts';

const snapshot = (more: object, object: object = { id: 'sub_1', object: 'subscription', customer: 'cus_1' }) =>
  JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'customer.subscription.updated',
    created: 1_795_000_000,
    livemode: false,
    api_version: '2026-10-28.endive',
    data: { object },
    ...more,
  });
const thin = (more: object) =>
  JSON.stringify({
    id: 'evt_thin',
    object: 'v2.core.event',
    type: 'v1.customer.subscription.updated',
    created: '2026-11-28T20:00:00.000Z',
    livemode: false,
    related_object: { id: 'sub_1', type: 'subscription', url: '/v1/subscriptions/sub_1' },
    ...more,
  });
const read = (text: string) => readEvent(text, false);

test('a snapshot names the customer whose state has changed', () => {
  expect(read(snapshot({}))).toEqual({
    id: 'evt_1',
    type: 'customer.subscription.updated',
    created: new Date(1_795_000_000_000),
    livemode: false,
    apiVersion: '2026-10-28.endive',
    objectId: 'sub_1',
    customerId: 'cus_1',
    ignored: null,
  });
  const expanded = { id: 'in_1', object: 'invoice', customer: { id: 'cus_2', object: 'customer' } };
  expect(read(snapshot({ type: 'invoice.paid' }, expanded))?.customerId).toBe('cus_2');
  const customer = { id: 'cus_3', object: 'customer' };
  expect(read(snapshot({ type: 'customer.updated' }, customer))?.customerId).toBe('cus_3');
});

test('a dispute is asked for by its own id: of its charge it is not known', () => {
  const dispute = { id: 'du_1', object: 'dispute', charge: 'ch_1' };
  expect(read(snapshot({ type: 'charge.dispute.created' }, dispute))).toMatchObject({
    objectId: 'du_1',
    customerId: null,
    ignored: null,
  });
  const refund = { id: 're_1', object: 'refund', charge: 'ch_1' };
  expect(read(snapshot({ type: 'refund.created' }, refund))).toMatchObject({ objectId: 'ch_1', ignored: null });
});

test('a thin event is the same event as its snapshot', () => {
  expect(read(thin({ snapshot_event: 'evt_1' }))).toMatchObject({
    id: 'evt_1',
    objectId: 'sub_1',
    customerId: null,
    ignored: null,
  });
  expect(read(thin({}))).toMatchObject({ id: 'evt_thin' });
  const customer = { related_object: { id: 'cus_1', type: 'customer', url: '/v1/customers/cus_1' } };
  expect(read(thin({ type: 'v1.customer.updated', ...customer }))).toMatchObject({ customerId: 'cus_1' });
});

test('what does not concern this installation is ignored, and says why', () => {
  expect(read(snapshot({ livemode: true }))?.ignored).toContain('live mode');
  expect(readEvent(snapshot({}), true)?.ignored).toContain('test mode');
  expect(read(snapshot({ account: 'acct_2' }))?.ignored).toContain('another account');
  expect(read(snapshot({ type: 'product.created' }, { id: 'prod_1', object: 'product' }))?.ignored).toContain(
    'depends',
  );
  expect(read(snapshot({ type: 'charge.succeeded' }, { id: 'x' }))?.ignored).toContain('no customer');
});

test.each([
  '',
  'null',
  '[]',
  '{}',
  '{"object":"event"}',
  snapshot({ created: '1' }),
  snapshot({ id: '../x' }),
  snapshot({ id: 1 }),
  snapshot({ livemode: 'false' }),
  snapshot({ created: 1e300 }),
  thin({ created: 'yesterday' }),
  '{"object":"v2.core.event"}',
])('%s is no event', (text) => expect(read(text)).toBeUndefined());

test('an event without an object is no reason to fail', () => {
  expect(read(snapshot({ data: null }))?.ignored).toBe('it is about no customer');
  expect(read(snapshot({ data: { object: { customer: { id: { id: 'cus_1' } } } } }))?.customerId).toBe(null);
});
