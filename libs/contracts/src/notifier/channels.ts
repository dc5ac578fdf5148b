import { z } from 'zod';
import { restricted } from '../billing/restrictions.ts';
import { emailUnverified } from '../identity/sessions.ts';
import { notAudited } from '../kernel/audit.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import {
  countedPage,
  countQuery,
  Empty,
  Id,
  pageQuery,
  searchQuery,
  secret,
  sortQuery,
  Timestamp,
} from '../kernel/types.ts';
import { NOTICE_TYPES, NoticeType } from './notices.ts';

export const smtpNotConfigured = problem('smtp_not_configured', 409, 'This installation cannot send e-mail yet');
export const webhookHostNotAllowed = problem(
  'host_not_allowed',
  422,
  'Webhooks may not be sent to this host',
  z.object({ host: z.string() }),
);
export const notAWebhook = problem('not_a_webhook', 409, 'Only webhook channels have a secret');
export const secretsOverlap = problem(
  'secrets_overlap',
  409,
  'Too many earlier secrets are still valid',
  z.object({ until: Timestamp }),
);
export const channelUnconfirmed = problem('channel_unconfirmed', 409, 'The address has not confirmed the channel yet');
export const confirmationInvalid = problem('confirmation_invalid', 404, 'The confirmation is no longer valid');
export const channelDisabled = problem('channel_disabled', 409, 'The channel is disabled');

const shared = {
  name: Name.optional().meta({ description: 'Defaults to the address or host' }),
  events: z
    .array(NoticeType)
    .min(1)
    .max(NOTICE_TYPES.length)
    .default([...NOTICE_TYPES])
    .meta({ description: 'What this channel is notified of; everything when absent' }),
};

export const NewEmailChannel = z
  .strictObject({
    kind: z.literal('email').meta({ description: 'An e-mail address' }),
    address: z
      .email()
      .max(254)
      .meta({ description: 'Where messages are sent', examples: ['ada@example.com'] }),
    ...shared,
  })
  .meta({ id: 'NewEmailChannel' });
export const NewWebhookChannel = z
  .strictObject({
    kind: z.literal('webhook').meta({ description: 'A web address' }),
    url: z.string().min(1).max(2000).meta({ description: 'https (or http) address that accepts a POST' }),
    ...shared,
  })
  .meta({ id: 'NewWebhookChannel' });
export const NewChannel = z.discriminatedUnion('kind', [NewEmailChannel, NewWebhookChannel]).meta({ id: 'NewChannel' });
export type NewChannel = z.output<typeof NewChannel>;

export const Channel = z
  .object({
    id: Id,
    kind: z.enum(['email', 'webhook']),
    name: z.string(),
    /** Of an e-mail channel. */
    address: z.string().optional(),
    url: z
      .string()
      .optional()
      .meta({ description: 'Of a webhook channel; parts that may be secret are shown as `***`' }),
    events: z.array(NoticeType),
    state: z
      .enum(['active', 'disabled', 'unconfirmed'])
      .meta({ description: '`unconfirmed`: nothing is sent before the address has confirmed it' }),
    /** `gone`: the receiver answered 410. `by_member`: a member switched it off. `unsubscribed`: by the recipient. */
    disabledBecause: z.enum(['gone', 'by_member', 'unsubscribed']).optional(),
    restricted: restricted.meta({
      description:
        'Why nothing is sent to it: the plan allows fewer channels or no webhooks, or is read-only. It is used again by ' +
        'itself when the plan allows it. null: it is in full use',
    }),
    /** While a secret is rotated: until then requests are also signed with earlier ones. */
    previousSecretValidUntil: Timestamp.optional(),
    createdAt: Timestamp,
  })
  .meta({ id: 'Channel' });
export type Channel = z.infer<typeof Channel>;

export const CreatedChannel = z
  .object({
    ...Channel.shape,
    secret: secret(z.string())
      .optional()
      .meta({ description: 'Signing secret of a webhook channel (`whsec_…`). Shown once: store it.' }),
  })
  .meta({ id: 'CreatedChannel' });
export type CreatedChannel = z.infer<typeof CreatedChannel>;

export const createChannel = operation({
  service: 'notifier',
  name: 'channels.create',
  http: ['POST', '/api/v1/channels'],
  scope: 'channels:write',
  summary: 'Add an e-mail address or a webhook for notifications',
  description:
    'Webhooks are signed as in the Standard Webhooks specification; the answer contains the secret, once. ' +
    'How to verify a signature: docs/notifications.md. An e-mail address gets a mail with a token, and nothing else ' +
    'until that token arrives at POST /api/v1/channels/confirm.',
  audit: { thing: 'channel', shows: ['kind', 'name', 'address', 'events'] },
  input: NewChannel,
  output: CreatedChannel,
  errors: [smtpNotConfigured, webhookHostNotAllowed, emailUnverified],
  limit: 'channels',
});

export const listChannels = operation({
  service: 'notifier',
  name: 'channels.list',
  http: ['GET', '/api/v1/channels'],
  scope: 'channels:read',
  summary: 'Channels, newest first or in another order',
  input: z.strictObject({
    ...pageQuery,
    ...sortQuery(['created', 'name', 'kind', 'state'], '-created'),
    ...searchQuery('the name or the address'),
    ...countQuery,
  }),
  output: countedPage(Channel),
});

export const getChannel = operation({
  service: 'notifier',
  name: 'channels.get',
  http: ['GET', '/api/v1/channels/{channelId}'],
  scope: 'channels:read',
  summary: 'One channel',
  input: z.strictObject({ channelId: Id }),
  output: Channel,
});

export const updateChannel = operation({
  service: 'notifier',
  name: 'channels.update',
  http: ['PATCH', '/api/v1/channels/{channelId}'],
  scope: 'channels:write',
  summary: 'Rename a channel, choose its events, switch it off or on again',
  audit: { thing: 'channel', id: 'channelId', shows: ['name', 'events', 'state'], before: () => getChannel },
  input: z.strictObject({
    channelId: Id,
    name: Name.optional(),
    events: z
      .array(NoticeType)
      .min(1)
      .max(NOTICE_TYPES.length)
      .optional()
      .meta({ description: 'What this channel is notified of' }),
    state: z.enum(['active', 'disabled']).optional().meta({ description: 'A disabled channel gets nothing' }),
  }),
  output: Channel,
});

export const deleteChannel = operation({
  service: 'notifier',
  name: 'channels.delete',
  http: ['DELETE', '/api/v1/channels/{channelId}'],
  scope: 'channels:write',
  summary: 'Remove a channel with its deliveries; pending ones are not sent',
  audit: { thing: 'channel', id: 'channelId', before: () => getChannel },
  input: z.strictObject({ channelId: Id }),
  output: Empty,
});

export const rotateSecret = operation({
  service: 'notifier',
  name: 'channels.rotate-secret',
  http: ['POST', '/api/v1/channels/{channelId}/rotate-secret'],
  scope: 'channels:write',
  summary: 'Give a webhook a new secret',
  description:
    'Until the overlap ends every request carries a signature by each secret, so the receiver can switch over without ' +
    'losing a message. If it is rotated again, earlier secrets keep their overlaps, at most five of them. An overlap of 0 ' +
    'invalidates all of them at once.',
  audit: { thing: 'channel', id: 'channelId', shows: ['overlapHours'], before: () => getChannel },
  input: z.strictObject({
    channelId: Id,
    overlapHours: z.int().min(0).max(168).default(24).meta({ description: 'How long the old secret stays valid' }),
  }),
  output: z.object({ secret: secret(z.string()), previousSecretValidUntil: Timestamp }).meta({ id: 'RotatedSecret' }),
  errors: [notAWebhook, secretsOverlap],
  status: 200,
});

export const confirmChannel = operation({
  service: 'notifier',
  name: 'channels.confirm',
  http: ['POST', '/api/v1/channels/confirm'],
  scope: 'public',
  judgedByInput: true,
  summary: 'Confirm an e-mail channel with the token that its address was sent',
  description: 'Needs no account: the recipient decides. The same token may be sent again while it is valid.',
  audit: notAudited('whoever has the mail says that they want messages; who added the channel is recorded'),
  input: z.strictObject({ token: secret(z.string().min(1).max(200)).meta({ description: 'From the mail' }) }),
  output: z.object({ channelId: Id, address: z.string(), confirmed: z.literal(true) }).meta({ id: 'ConfirmedChannel' }),
  errors: [confirmationInvalid],
  status: 200,
});

/** RFC 8058: mail programs send it, as a form. */
export const unsubscribeChannel = operation({
  service: 'notifier',
  name: 'channels.unsubscribe',
  http: ['POST', '/api/v1/channels/unsubscribe/{token}'],
  scope: 'public',
  judgedByInput: true,
  summary: 'Unsubscribe an e-mail channel, with the token of one of its mails',
  description:
    'Needs no account: the recipient decides. Every mail has the address in `List-Unsubscribe`; the form ' +
    '`List-Unsubscribe=One-Click` is taken as a body. The channel gets nothing until its address confirms it again.',
  audit: notAudited('the receiver of mails says that they want no more; the channel shows it'),
  input: z.strictObject({
    token: z
      .string()
      .regex(/^[\w-]{32}$/, 'the token of a mail')
      .meta({ description: 'From the mail', examples: ['mZ0kq3xT9wPzN1vB4yHc7LdR2sFgJ8aU'] }),
  }),
  output: Empty,
  errors: [confirmationInvalid],
});

export const resendConfirmation = operation({
  service: 'notifier',
  name: 'channels.resend-confirmation',
  http: ['POST', '/api/v1/channels/{channelId}/resend-confirmation'],
  scope: 'channels:write',
  summary: 'Send the confirmation mail of an e-mail channel again, with a new token',
  description:
    'Limited by day for a person and address, an address, an organisation and a person (`429 rate_limited`).',
  audit: { thing: 'channel', id: 'channelId' },
  input: z.strictObject({ channelId: Id }),
  output: Channel,
  errors: [smtpNotConfigured, emailUnverified],
  status: 202,
});
