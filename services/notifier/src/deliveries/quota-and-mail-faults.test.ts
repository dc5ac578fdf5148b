import { retryDelivery, testChannel } from '@tidegate/contracts/notifier/deliveries';
import { newId } from '@tidegate/database/ids';
import { type FakeSmtpServer, startSmtpServer } from '@tidegate/testing/fakes/smtp-server';
import { startWebhookReceiver, type WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from '../../test/fixture.ts';
import { serverLost } from '../../test/happenings.ts';
import { deliveries, deliveryWhen, hook, inbox } from '../../test/receiver.ts';

let world: NotifierWorld;
let smtp: FakeSmtpServer;
let receiver: WebhookReceiver;
let org: string;

beforeAll(async () => {
  smtp = await startSmtpServer();
  receiver = await startWebhookReceiver();
  world = await NotifierWorld.start();
  await world.boot({
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    SMTP_SECURE: 'none',
    SMTP_FROM: 'alerts@tidegate.example',
  });
});
beforeEach(() => {
  org = newId();
  smtp.messages.length = 0;
  receiver.requests.length = 0;
});
afterAll(() => Promise.all([smtp.close(), receiver.close()]));

const delivered = () => deliveryWhen(world, org, (one) => one.state === 'delivered');
const email = () => inbox(world, org, smtp);

describe('the quota of notifications', () => {
  it('holds back what exceeds it; nothing is sent or counted until a member retries', async () => {
    world.neighbours.limit.set(org, 1);
    await hook(world, org, receiver);
    await serverLost(world, org);
    await delivered();
    await serverLost(world, org);
    const held = await deliveryWhen(world, org, (one) => one.state === 'quota_exhausted');
    expect(held).toMatchObject({ attempts: 0, lastError: 'quota_exhausted' });
    expect(receiver.requests).toHaveLength(1);
    expect(world.said.filter((one) => one.orgid === org)).toEqual([]);
    world.neighbours.limit.set(org, 5);
    await world.call(retryDelivery, { deliveryId: held.id }, org);
    await until(async () => (await deliveries(world, org)).every((one) => one.state === 'delivered'));
    await until(() => world.metered.filter((use) => use.org === org).length === 2);
  });

  it('of a plan without notifications sends nothing, and deliveries say so', async () => {
    world.neighbours.without.add(org);
    await hook(world, org, receiver);
    await serverLost(world, org);
    const held = await deliveryWhen(world, org, (one) => one.state === 'quota_exhausted');
    expect(held).toMatchObject({ attempts: 0, lastError: 'feature_not_included' });
    expect(receiver.requests).toEqual([]);
    world.neighbours.without.delete(org);
    await world.call(retryDelivery, { deliveryId: held.id }, org);
    await delivered();
  });

  it('is never exceeded, even by tests and before anything is counted', async () => {
    const usage = world.neighbours;
    usage.limit.set(org, 2);
    usage.ingesting = false;
    const { channelId } = await hook(world, org, receiver);
    for (let n = 0; n < 3; n += 1) await world.call(testChannel, { channelId }, org);
    await serverLost(world, org);
    const ended = async () => (await deliveries(world, org)).filter((one) => one.state !== 'pending');
    await until(async () => (await ended()).length === 4);
    expect((await ended()).map((one) => one.state).sort()).toEqual([
      'delivered',
      'delivered',
      'quota_exhausted',
      'quota_exhausted',
    ]);
    expect(receiver.requests).toHaveLength(2);
    usage.ingesting = true;
    usage.count([]);
    await until(() => usage.used(org) === 2 && usage.reserved(org) === 0);
  });

  it('is returned for an attempt that failed', async () => {
    await hook(world, org, receiver);
    receiver.answerNext({ status: 500 });
    await serverLost(world, org);
    await deliveryWhen(world, org, (one) => one.lastStatus === 500);
    await until(() => world.neighbours.reserved(org) === 0);
    expect(world.metered.filter((use) => use.org === org)).toEqual([]);
  });

  it('stops no alarm while usage does not answer, and deliveries are counted later', async () => {
    const { channelId } = await hook(world, org, receiver);
    await world.neighbours.stopUsage();
    await serverLost(world, org);
    await delivered();
    // A test is no alarm: it might exceed the limit, and can be repeated.
    await world.call(testChannel, { channelId }, org);
    const test = await deliveryWhen(world, org, (one) => one.event === 'channel.test' && one.state !== 'pending');
    expect(test).toMatchObject({ state: 'failed', lastError: 'quota_unknown' });
    await world.neighbours.startUsage();
    await until(() => world.metered.filter((use) => use.org === org).length === 1);
  });
});

describe('a mail server', () => {
  it('that is busy is tried again', async () => {
    await email();
    smtp.failNext({ at: 'data', code: 451 });
    await serverLost(world, org);
    const waiting = await deliveryWhen(world, org, (one) => one.lastStatus === 451);
    expect(waiting).toMatchObject({ state: 'pending', attempts: 1, lastError: 'smtp_refused' });
    await world.timePasses();
    await delivered();
    expect(smtp.messages).toHaveLength(1);
  });

  it('that refuses the recipient for good is believed', async () => {
    await email();
    smtp.failNext({ at: 'rcpt', code: 550 });
    await serverLost(world, org);
    const failed = await deliveryWhen(world, org, (one) => one.state === 'failed');
    expect(failed).toMatchObject({ attempts: 1, lastError: 'smtp_refused', lastStatus: 550 });
    await until(() => world.said.some((one) => one.data['deliveryId'] === failed.id));
  });

  it('whose answer was lost gets the same Message-ID again', async () => {
    await email();
    smtp.failNext({ at: 'accepted', drop: true });
    await serverLost(world, org);
    await deliveryWhen(world, org, (one) => one.lastError === 'smtp_unreachable');
    await world.timePasses();
    await delivered();
    const ids = smtp.messages.map((mail) => mail.headers.get('message-id'));
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  it('that is down is retried until it is back', async () => {
    await email();
    await smtp.refuse();
    await serverLost(world, org);
    await deliveryWhen(world, org, (one) => one.lastError === 'smtp_unreachable');
    await smtp.resume();
    await world.timePasses();
    await delivered();
  });
});
