import { deadLetters } from '@tidegate/contracts/kernel/dead-letters';
import { newId } from '@tidegate/database/ids';
import { type FakeSmtpServer, startSmtpServer } from '@tidegate/testing/fakes/smtp-server';
import { startWebhookReceiver, type WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import { NotifierWorld } from '../../test/fixture.ts';
import { hook } from '../../test/receiver.ts';

/* Operators replay or discard what the service could not handle. */
const { list, replay, discard } = deadLetters.notifier;

let world: NotifierWorld;
let smtp: FakeSmtpServer;
let receiver: WebhookReceiver;
const org = newId();

beforeAll(async () => {
  smtp = await startSmtpServer();
  receiver = await startWebhookReceiver();
  world = await NotifierWorld.start();
  await world.boot({
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    SMTP_SECURE: 'none',
    SMTP_FROM: 'a@b.example',
  });
});
afterAll(async () => {
  await receiver.close();
  await smtp.close();
});

const asOperator = <T>(operation: T, input: unknown) =>
  world.call(operation as never, input as never, org, ['operator']) as Promise<Record<string, unknown>>;

/** As the consumer writes one after its last attempt. */
async function bury(data: object): Promise<string> {
  const id = newId();
  const envelope = {
    specversion: '1.0',
    id: newId(),
    source: '/tidegate/monitor-agent',
    type: 'monitor-agent.server.unreachable.v1',
    time: new Date().toISOString(),
    subject: newId(),
    sequence: 1,
    orgid: org,
    datacontenttype: 'application/json',
    data,
  };
  await world.sql(
    `insert into dead_letters (id, consumer, event_id, type, aggregate, org_id, envelope, error, attempts)
     values ($1, 'notifier-from-monitor-agent', $2, $3, $4, $5, $6, 'Error: once', 5)`,
    [id, envelope.id, envelope.type, envelope.subject, org, JSON.stringify(envelope)],
  );
  return id;
}

const lost = { serverId: newId(), name: 'orders-db', since: new Date().toISOString(), code: 'connection_refused' };

test('a letter that fails again says why, stays, and is handled once its cause is fixed', async () => {
  await hook(world, org, receiver);
  const id = await bury({ ...lost, name: 7 });
  await expect(asOperator(replay, { id })).rejects.toMatchObject({
    code: 'dead_letter_failed_again',
    data: { attempts: 6, error: '/name: A text is expected.' },
  });
  const { items } = (await asOperator(list, {})) as { items: { id: string; attempts: number; error: string }[] };
  expect(items).toEqual([
    expect.objectContaining({
      ...{ id, attempts: 6, error: '/name: A text is expected.' },
      faults: [{ field: '/name', code: 'invalid_type', message: 'A text is expected.' }],
    }),
  ]);
  await world.sql(`update dead_letters set envelope = replace(envelope, '"name":7', '"name":"orders-db"')`);
  await asOperator(replay, { id });
  await until(() => receiver.requests.length === 1);
  expect(await asOperator(list, {})).toMatchObject({ items: [] });
  await expect(asOperator(replay, { id })).rejects.toMatchObject({ code: 'not_found' });
});

test('a letter can be discarded, by operators only', async () => {
  const id = await bury(lost);
  await expect(world.call(discard, { id, reason: 'old' }, org)).rejects.toMatchObject({ code: 'forbidden' });
  await asOperator(discard, { id, reason: 'a server that is gone' });
  expect(await asOperator(list, {})).toMatchObject({ items: [] });
});
