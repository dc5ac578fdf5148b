import { z } from 'zod';
import { CHANGES_NOTHING } from '../kernel/audit.ts';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { Id, page, pageQuery, sortQuery, Timestamp } from '../kernel/types.ts';
import { channelDisabled, channelUnconfirmed, smtpNotConfigured } from './channels.ts';
import { NOTICE_TYPES } from './notices.ts';

/** The meter: one unit per message that the receiver accepted. */
export const NOTIFICATIONS_METER = 'notifications';

/** Why an attempt did not succeed. What a host answered beyond its status is never stored or shown. */
export const DeliveryError = z
  .enum([
    'http_status',
    'unreachable',
    'host_not_allowed',
    'host_not_resolvable',
    'smtp_refused',
    'smtp_unreachable',
    'smtp_not_configured',
    'quota_exhausted',
    'quota_unknown',
    'feature_not_included',
    'channel_disabled',
    'channel_unconfirmed',
    'too_many_waiting',
    'internal_error',
  ])
  .meta({ id: 'DeliveryError' });
export type DeliveryError = z.infer<typeof DeliveryError>;

export const DeliveryState = z
  .enum(['pending', 'delivered', 'failed', 'quota_exhausted', 'cancelled'])
  .meta({ id: 'DeliveryState' });
export type DeliveryState = z.infer<typeof DeliveryState>;

export const Delivery = z
  .object({
    id: Id.meta({
      description: 'Also the `webhook-id` and the local part of the Message-ID: the same for every attempt',
    }),
    channelId: Id,
    event: z.enum([...NOTICE_TYPES, 'channel.test', 'channel.confirmation']),
    state: DeliveryState,
    attempts: z.int(),
    lastError: DeliveryError.optional(),
    /** Status of the last answer, of HTTP or SMTP. */
    lastStatus: z.int().optional(),
    nextAttemptAt: Timestamp.optional(),
    createdAt: Timestamp,
    deliveredAt: Timestamp.optional(),
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.infer<typeof Delivery>;

export const listDeliveries = operation({
  service: 'notifier',
  name: 'deliveries.list',
  http: ['GET', '/api/v1/deliveries'],
  scope: 'channels:read',
  summary: 'Messages sent and to be sent, newest first or in another order',
  input: z.strictObject({
    ...pageQuery,
    ...sortQuery(['created', 'event', 'state', 'attempts'], '-created'),
    channelId: Id.optional().meta({ description: 'Only of this channel' }),
    state: DeliveryState.optional().meta({ description: 'Only in this state' }),
  }),
  output: page(Delivery),
});

export const getDelivery = operation({
  service: 'notifier',
  name: 'deliveries.get',
  http: ['GET', '/api/v1/deliveries/{deliveryId}'],
  scope: 'channels:read',
  summary: 'One delivery',
  input: z.strictObject({ deliveryId: Id }),
  output: Delivery,
});

export const retryDelivery = operation({
  service: 'notifier',
  name: 'deliveries.retry',
  http: ['POST', '/api/v1/deliveries/{deliveryId}/retry'],
  scope: 'channels:write',
  summary: 'Send a message now that failed or was held back; the receiver sees the same id',
  audit: { thing: 'delivery', id: 'deliveryId', name: 'event' },
  input: z.strictObject({ deliveryId: Id }),
  output: Delivery,
  errors: [channelDisabled, channelUnconfirmed],
  status: 202,
});

export const testChannel = operation({
  service: 'notifier',
  name: 'channels.test',
  http: ['POST', '/api/v1/channels/{channelId}/test'],
  scope: 'channels:write',
  summary: 'Send a test message; read the delivery to see its outcome',
  description:
    'A test is tried once. It counts as a notification when it arrives, and is not sent when the ' +
    'quota is used up or unknown.',
  audit: CHANGES_NOTHING,
  input: z.strictObject({ channelId: Id }),
  output: Delivery,
  errors: [channelDisabled, channelUnconfirmed, smtpNotConfigured],
  limit: NOTIFICATIONS_METER,
  status: 202,
});

export const DeliveryFailed = z.object({
  deliveryId: Id,
  channelId: Id,
  kind: z.enum(['email', 'webhook']),
  event: z.enum(NOTICE_TYPES),
  attempts: z.int(),
  error: DeliveryError,
});

export const deliveryFailed = event({
  service: 'notifier',
  name: 'delivery.failed.v1',
  summary: 'A message could not be delivered and is not retried',
  data: DeliveryFailed,
  aggregate: (failed) => failed.channelId,
});
