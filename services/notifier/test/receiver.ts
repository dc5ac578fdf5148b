import { createHmac, timingSafeEqual } from 'node:crypto';
import { confirmChannel, createChannel } from '@tidegate/contracts/notifier/channels';
import { type Delivery, listDeliveries } from '@tidegate/contracts/notifier/deliveries';
import { newId } from '@tidegate/database/ids';
import type { FakeSmtpServer } from '@tidegate/testing/fakes/smtp-server';
import type { ReceivedRequest, WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import type { NotifierWorld } from './fixture.ts';

/**
 * A customer's receiver, written from the specification and docs/notifications.md, not from our code: any of the
 * signatures must match, in constant time, and the timestamp must be recent.
 */
export function verify(secret: string, { headers, body }: ReceivedRequest): boolean {
  const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .map((signature) => Buffer.from(signature.replace(/^v1,/, ''), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

/** A webhook channel of the organisation that leads to the receiver. */
export async function hook(
  world: NotifierWorld,
  orgId: string,
  receiver: WebhookReceiver,
  events?: Delivery['event'][],
) {
  const input = { kind: 'webhook' as const, url: receiver.url, ...(events ? { events: events as never } : {}) };
  const { id: channelId, secret } = await world.call(createChannel, input, orgId);
  return { channelId, secret: secret ?? '' };
}

/** Without the requests to confirm an address. */
export async function deliveries(world: NotifierWorld, orgId: string): Promise<Delivery[]> {
  const { items } = await world.call(listDeliveries, { limit: 200 }, orgId);
  return items.filter((one) => one.event !== 'channel.confirmation');
}

/** A delivery of the organisation, as soon as it looks like this. */
export function deliveryWhen(world: NotifierWorld, orgId: string, wanted: (delivery: Delivery) => boolean) {
  return until(async () => (await deliveries(world, orgId)).find(wanted), { what: 'the delivery' });
}

/** The token of the newest confirmation mail to the address. */
export async function tokenFor(smtp: FakeSmtpServer, address: string): Promise<string> {
  const mail = await until(
    () => smtp.messages.findLast((one) => one.to.includes(address) && one.text.includes('Token: ')),
    {
      what: `the confirmation mail to ${address}`,
    },
  );
  return /Token: (\S+)/.exec(mail.text)?.[1] ?? '';
}

/** An e-mail channel that was confirmed; that mail is dropped. */
export async function inbox(
  world: NotifierWorld,
  orgId: string,
  smtp: FakeSmtpServer,
  address = `${newId()}@example.com`,
) {
  const { id: channelId } = await world.call(createChannel, { kind: 'email', address }, orgId);
  await world.anonymously(confirmChannel, { token: await tokenFor(smtp, address) });
  await until(async () => (await world.call(listDeliveries, { state: 'delivered' }, orgId)).items.length > 0);
  smtp.messages.length = 0;
  return { channelId, address };
}
