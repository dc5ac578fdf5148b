import { createHmac, timingSafeEqual } from 'node:crypto';
import { createChannel } from '@tidegate/contracts/notifier/channels';
import { type Delivery, listDeliveries } from '@tidegate/contracts/notifier/deliveries';
import type { ReceivedRequest, WebhookReceiver } from '@tidegate/testing/fakes/webhook-receiver';
import { until } from '@tidegate/testing/until';
import type { NotifierWorld } from './fixture.ts';

/**
 * What a customer's receiver does, written from the specification and from docs/notifications.md, not from our code:
 * any of the signatures must fit, in constant time, and the timestamp be recent.
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

export async function deliveries(world: NotifierWorld, orgId: string): Promise<Delivery[]> {
  return (await world.call(listDeliveries, { limit: 200 }, orgId)).items;
}

/** The organisation's only delivery, as soon as it looks like this. */
export function deliveryWhen(world: NotifierWorld, orgId: string, wanted: (delivery: Delivery) => boolean) {
  return until(async () => (await deliveries(world, orgId)).find(wanted), { what: 'the delivery' });
}
