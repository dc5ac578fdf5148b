import { getChannel, rotateSecret, updateChannel } from '@tidegate/contracts/notifier/channels';
import { getDelivery, testChannel } from '@tidegate/contracts/notifier/deliveries';
import { uncoveredTables } from '@tidegate/database/catalogue';
import { newId } from '@tidegate/database/ids';
import { type FakeSmtpServer, startSmtpServer } from '@tidegate/testing/fakes/smtp-server';
import { startWebhookReceiver, type WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from '../../test/fixture.ts';
import {
  botHalted,
  invoiceOverdue,
  orderDecided,
  orderPlaced,
  quotaFilled,
  serverLost,
  tradeDone,
} from '../../test/happenings.ts';
import { deliveries, deliveryWhen, hook, inbox, verify } from '../../test/receiver.ts';

let world: NotifierWorld;
let smtp: FakeSmtpServer;
let receiver: WebhookReceiver;
let org: string;
const operator = newId();

beforeAll(async () => {
  smtp = await startSmtpServer();
  world = await NotifierWorld.start();
  const settings = {
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    SMTP_SECURE: 'none',
    SMTP_FROM: 'a@tidegate.example',
    OPERATOR_ORGANISATION: operator,
  };
  await world.boot(settings);
  await world.boot(settings);
});
beforeEach(async () => {
  receiver = await startWebhookReceiver();
  smtp.messages.length = 0;
  org = newId();
});
afterEach(() => receiver.close());
afterAll(() => smtp.close());

const arrived = (count: number) => until(() => receiver.requests.length >= count && receiver.requests);
/** Servers that were already reported: each server of the test is unreachable once. */
const handled = async () => (await world.sql<{ n: number }>('select count(*)::int as n from inbox'))[0]?.n ?? 0;

it('tells a customer of invoices that are overdue and of what was decided about an order, and the operator of orders', async () => {
  await hook(world, org, receiver);
  await hook(world, operator, receiver);
  await orderPlaced(world, org);
  await orderDecided(world, org, true);
  await invoiceOverdue(world, org);
  const bodies = (await arrived(3)).map(({ body }) => JSON.parse(body));
  expect(bodies.map(({ type }) => type).sort()).toEqual(['invoice.due', 'plan.decided', 'plan.ordered']);
  const of = (type: string) => bodies.find((body) => body.type === type).data;
  expect(of('invoice.due')).toMatchObject({ number: '2026-000042', amount: '49.00', currency: 'EUR', daysOverdue: 3 });
  expect(of('plan.decided')).toMatchObject({ planName: 'Free', approved: true, reason: 'as agreed' });
  const plan = { product: 'bots', productName: 'bots', plan: 'free', planName: 'Free' };
  expect(of('plan.ordered')).toEqual({ organisationId: org, ...plan });
  expect((await deliveries(world, operator)).map(({ event }: { event: string }) => event)).toEqual(['plan.ordered']);
  expect((await deliveries(world, org)).map(({ event }: { event: string }) => event).sort()).toEqual([
    'invoice.due',
    'plan.decided',
  ]);
});

it('sends mails in the name of the organisation, and at once in the operator’s while identity is away', async () => {
  for (const [sender, from] of [
    [{ name: 'Acme', address: 'alerts@acme.example', replyTo: null }, 'Acme <alerts@acme.example>'],
    ['away', 'Tidegate <a@tidegate.example>'],
  ] as const) {
    org = newId();
    world.neighbours.senders.set(org, sender);
    await inbox(world, org, smtp);
    smtp.messages.length = 0;
    await serverLost(world, org);
    const mails = await until(() => smtp.messages.length > 0 && smtp.messages, { what: 'the mail' });
    expect(mails[0]?.headers.get('from')).toBe(from);
    const head = sender === 'away' ? 'Tidegate' : 'Acme';
    expect(mails[0]?.text).toMatch(new RegExp(`-- \\r?\\n${head}\\r?\\n`));
  }
});

it('notifies a webhook in a small signed body', async () => {
  const { secret } = await hook(world, org, receiver);
  await serverLost(world, org);
  await tradeDone(world, org);
  await botHalted(world, org);
  await quotaFilled(world, org);
  const requests = await arrived(4);
  const bodies = requests.map(({ body }) => JSON.parse(body));
  expect(bodies.map(({ type }) => type).sort()).toEqual([
    'bot.halted',
    'quota.reached',
    'server.unreachable',
    'trade.closed',
  ]);
  expect(bodies.find(({ type }) => type === 'bot.halted').data).toEqual({
    botId: expect.any(String),
    botName: 'Morning BTC',
    reason: 'ordersRejected',
    message: 'Five orders in a row were rejected.',
    haltedAt: expect.any(String),
  });
  expect(bodies.find(({ type }) => type === 'trade.closed')).toEqual({
    type: 'trade.closed',
    timestamp: expect.stringMatching(/Z$/),
    data: {
      tradeId: expect.any(String),
      botId: expect.any(String),
      botName: 'Morning BTC',
      market: 'BTC/USDT',
      direction: 'long',
      profit: '12.50',
      profitPercent: '1.25',
      currency: 'USDT',
      closedAt: expect.any(String),
    },
  });
  expect(bodies.find(({ type }) => type === 'quota.reached').data.orgId).toBeUndefined();
  for (const request of requests) {
    expect(request).toMatchObject({ method: 'POST', path: '/hook', headers: { 'content-type': 'application/json' } });
    expect(verify(secret, request)).toBe(true);
    expect(verify(secret, { ...request, body: `${request.body} ` })).toBe(false);
    expect(verify('whsec_AAAA', request)).toBe(false);
  }
});

it('notifies an e-mail address', async () => {
  const { address } = await inbox(world, org, smtp);
  await serverLost(world, org, 'orders-db');
  const [mail] = await until(() => smtp.messages.length > 0 && smtp.messages);
  const [delivery] = await deliveries(world, org);
  expect(mail?.to).toEqual([address]);
  expect(mail?.headers.get('subject')).toBe('Server "orders-db" is unreachable');
  expect(mail?.headers.get('message-id')).toBe(`<${delivery?.id}@tidegate.example>`);
});

it('sends one message per channel and counts it once, however often the event is delivered', async () => {
  const [first, second] = [await hook(world, org, receiver), await hook(world, org, receiver)];
  const [eventId, time] = [newId(), new Date()];
  await serverLost(world, org, 'x', eventId, time);
  await arrived(2);
  await serverLost(world, org, 'x', eventId, time);
  const sentinel = await hook(world, org, receiver, ['quota.reached']);
  await quotaFilled(world, org);
  await until(async () => (await deliveries(world, org)).filter((one) => one.state === 'delivered').length === 5);
  const notified = (await deliveries(world, org)).filter((one) => one.event === 'server.unreachable');
  expect(notified.map((one) => one.channelId).sort()).toEqual([first.channelId, second.channelId].sort());
  expect(receiver.requests).toHaveLength(5);
  expect((await deliveries(world, org)).map((one) => one.channelId)).toContain(sentinel.channelId);
  const counted = () => world.metered.filter((use) => use.org === org);
  await until(() => counted().length === 5);
  expect(
    counted()
      .map((use) => use.id)
      .sort(),
  ).toEqual((await deliveries(world, org)).map((one) => one.id).sort());
  expect(counted()).toContainEqual(expect.objectContaining({ meter: 'notifications', quantity: 1 }));
  await until(() => world.neighbours.reserved(org) === 0, { what: 'every lease given back' });
  expect(counted().every((use) => use.lease !== undefined)).toBe(true);
});

it('notifies a channel of the events that it subscribed to, and no channel of another organisation', async () => {
  const other = newId();
  await hook(world, other, receiver);
  const { channelId } = await hook(world, org, receiver, ['trade.closed']);
  await serverLost(world, org);
  await tradeDone(world, org);
  await arrived(1);
  expect((await deliveries(world, org)).map((one) => [one.channelId, one.event])).toEqual([
    [channelId, 'trade.closed'],
  ]);
  expect(await deliveries(world, other)).toEqual([]);
});

it('tells nobody what happens in a demo', async () => {
  const real = newId();
  await hook(world, org, receiver);
  await hook(world, real, receiver);
  await world.sql(`update entitlements set snapshot = snapshot || '{"demo": true}' where org_id = $1`, [org]);
  await serverLost(world, org, 'made up');
  await serverLost(world, real, 'real');
  const [request] = await arrived(1);
  expect(JSON.parse(request?.body ?? '').data.name).toBe('real');
  expect(await deliveries(world, org)).toEqual([]);
});

it('sends each message once with two replicas at work', async () => {
  await hook(world, org, receiver);
  await Promise.all(Array.from({ length: 30 }, (_, index) => serverLost(world, org, `server ${index}`)));
  await until(async () => (await deliveries(world, org)).filter((one) => one.state === 'delivered').length === 30);
  const ids = receiver.requests.map(({ headers }) => headers['webhook-id']);
  expect(ids).toHaveLength(30);
  expect(new Set(ids).size).toBe(30);
});

it('signs with both secrets while one is rotated, then with the new one only', async () => {
  const { channelId, secret: old } = await hook(world, org, receiver);
  const { secret: next } = await world.call(rotateSecret, { channelId, overlapHours: 1 }, org);
  await serverLost(world, org);
  const [both] = await arrived(1);
  expect(both && [verify(old, both), verify(next, both)]).toEqual([true, true]);
  const { secret: last } = await world.call(rotateSecret, { channelId, overlapHours: 0 }, org);
  await serverLost(world, org);
  const [, one] = await arrived(2);
  expect(one && [verify(old, one), verify(next, one), verify(last, one)]).toEqual([false, false, true]);
});

it('keeps the overlap of each of five replaced secrets, and says when there is room for another', async () => {
  const { channelId, secret } = await hook(world, org, receiver);
  const rotate = (overlapHours: number) => world.call(rotateSecret, { channelId, overlapHours }, org);
  const secrets = [secret];
  const first = await rotate(48);
  secrets.push(first.secret);
  for (let n = 0; n < 4; n += 1) secrets.push((await rotate(1)).secret);
  await expect(rotate(1)).rejects.toMatchObject({
    code: 'secrets_overlap',
    status: 409,
    data: { until: expect.any(String) },
  });
  expect((await world.call(getChannel, { channelId }, org)).previousSecretValidUntil).toBe(
    first.previousSecretValidUntil,
  );
  await serverLost(world, org);
  const [all] = await arrived(1);
  expect(secrets.map((one) => all && verify(one, all))).toEqual(Array(6).fill(true));
  await world.sql(
    "update earlier_secrets set valid_until = now() - interval '1 s' where valid_until < now() + interval '2 h'",
  );
  await serverLost(world, org);
  const [, some] = await arrived(2);
  expect(secrets.map((one) => some && verify(one, some))).toEqual([true, false, false, false, false, true]);
  await rotate(1);
});

it('sends a test and returns its outcome; a test that fails is not retried', async () => {
  const { channelId } = await hook(world, org, receiver);
  const { id: deliveryId } = await world.call(testChannel, { channelId }, org);
  const arrivedWell = await deliveryWhen(world, org, (one) => one.state === 'delivered');
  expect(arrivedWell).toMatchObject({ id: deliveryId, event: 'channel.test', attempts: 1, lastStatus: 204 });
  receiver.answerAlways({ status: 500 });
  const second = await world.call(testChannel, { channelId }, org);
  const failed = await deliveryWhen(world, org, (one) => one.state === 'failed');
  expect(failed).toMatchObject({ id: second.id, attempts: 1, lastError: 'http_status', lastStatus: 500 });
  expect(world.said.filter((one) => one.orgid === org)).toEqual([]);
});

it('sends nothing more to a channel that was switched off', async () => {
  const { channelId } = await hook(world, org, receiver);
  receiver.answerAlways({ status: 503 });
  await serverLost(world, org);
  const waiting = await deliveryWhen(world, org, (one) => one.attempts === 1 && one.lastStatus === 503);
  await world.call(updateChannel, { channelId, state: 'disabled' }, org);
  expect(await world.call(getDelivery, { deliveryId: waiting.id }, org)).toMatchObject({
    state: 'cancelled',
    lastError: 'channel_disabled',
  });
  const before = await handled();
  await serverLost(world, org);
  await until(async () => (await handled()) > before);
  await world.call(updateChannel, { channelId, state: 'active' }, org);
  await quotaFilled(world, org);
  await arrived(2);
  expect((await deliveries(world, org)).map((one) => one.event).sort()).toEqual([
    'quota.reached',
    'server.unreachable',
  ]);
});

it('protects every table, or says why it belongs to no organisation', async () => {
  const asked = { query: async (sql: string, values: unknown[]) => ({ rows: await world.sql(sql, values) }) };
  expect(await uncoveredTables(asked as never, 'notifier')).toEqual([]);
});
