import { z } from 'zod';
import { INTERNAL, notAudited } from '../kernel/audit.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { Id, secret } from '../kernel/types.ts';
import { Email, emailUnverified, mailNotConfigured, tokenInvalid } from './sessions.ts';

/** Who an organisation’s mails are from; null is as the operator’s. */
export const MailSender = z
  .object({
    name: z.string().nullable(),
    address: z.string().nullable().meta({ description: 'Of a domain that the organisation has proved' }),
    replyTo: z.string().nullable().meta({ description: 'Where answers go' }),
    replyToState: z.enum(['proven', 'waiting']).nullable().meta({
      description:
        'proven: answers go there. waiting: the address was asked by mail and has not agreed. null: there is none',
    }),
  })
  .meta({ id: 'MailSender' });
export type MailSender = z.infer<typeof MailSender>;

/** As mails are sent now: without what has to be proved first. */
export const MailSenderInUse = MailSender.omit({ replyToState: true }).meta({ id: 'MailSenderInUse' });
export type MailSenderInUse = z.infer<typeof MailSenderInUse>;

export const getMailSender = operation({
  service: 'identity',
  name: 'mail-senders.get',
  http: ['GET', '/api/v1/organisation/mail-sender'],
  scope: 'org:admin',
  summary: 'Who the organisation’s mails are from',
  input: z.strictObject({}),
  output: MailSender,
});

export const setMailSender = operation({
  service: 'identity',
  name: 'mail-senders.set',
  http: ['PUT', '/api/v1/organisation/mail-sender'],
  scope: 'org:admin',
  summary: 'Say who the organisation’s notifications and invitations are from',
  description:
    'Replaces all of it, and takes the plan’s `white_label`. The operator’s mail server sends them all the same, and is ' +
    'named in `Sender` and the envelope: for an address of your own, let SPF and DKIM of its domain allow that server, or ' +
    'receivers will take the mails for forged. Mails about accounts, such as a forgotten password, stay the operator’s. ' +
    '`replyTo` is used at once when it is your own verified address or of a proven domain; any other is asked by mail.',
  audit: {
    thing: 'mail_sender',
    id: null,
    name: 'address',
    shows: ['name', 'address', 'replyTo'],
    before: () => getMailSender,
  },
  input: z.strictObject({
    name: Name.optional().meta({ description: 'Shown as the sender, instead of the operator’s name' }),
    address: Email.optional().meta({
      description: 'The sender’s address, at a domain that the organisation has proved or below one',
      examples: ['alerts@example.com'],
    }),
    replyTo: Email.optional().meta({
      description: 'Where answers go, once that address has agreed',
      examples: ['support@example.com'],
    }),
  }),
  output: MailSender,
  errors: [emailUnverified],
});

export const resendReplyConfirmation = operation({
  service: 'identity',
  name: 'mail-senders.resend',
  http: ['POST', '/api/v1/organisation/mail-sender/resend-confirmation'],
  scope: 'org:admin',
  summary: 'Ask the address that answers go to once more, by mail',
  audit: { thing: 'mail_sender', id: null, name: 'address' },
  input: z.strictObject({}),
  output: MailSender,
  errors: [mailNotConfigured, emailUnverified],
  status: 200,
});

export const confirmReplyAddress = operation({
  service: 'identity',
  name: 'mail-senders.confirm',
  http: ['POST', '/api/v1/organisation/mail-sender/confirm'],
  scope: 'public',
  judgedByInput: true,
  summary: 'Agree that answers to an organisation’s mails come to your address, by the token of the mail',
  description: 'Needs no account: whoever reads the mails of that address decides.',
  audit: notAudited('whoever has the mail says that the address is theirs; who asked for it is recorded'),
  input: z.strictObject({
    token: secret(z.string().min(1).max(200)).meta({ description: 'From the mail, valid for a day' }),
  }),
  output: z.object({ organisation: z.string(), address: z.string() }).meta({ id: 'ConfirmedReplyAddress' }),
  errors: [tokenInvalid],
  status: 200,
});

/** For the notifier: what holds now, by plan and proven domains. */
export const findMailSender = operation({
  service: 'identity',
  name: 'mail-senders.find',
  scope: 'service',
  summary: 'Who an organisation’s mails are from, as its plan and its proven domains allow now',
  audit: INTERNAL,
  input: z.strictObject({ organisationId: Id }),
  output: MailSenderInUse,
});
