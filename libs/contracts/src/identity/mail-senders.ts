import { z } from 'zod';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { Id } from '../kernel/types.ts';
import { Email } from './sessions.ts';

/** Who an organisation’s mails are from; null is as the operator’s. */
export const MailSender = z
  .object({
    name: z.string().nullable(),
    address: z.string().nullable().meta({ description: 'Of a domain that the organisation has proved' }),
    replyTo: z.string().nullable().meta({ description: 'Where answers go' }),
  })
  .meta({ id: 'MailSender' });
export type MailSender = z.infer<typeof MailSender>;

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
    'receivers will take the mails for forged. Mails about accounts, such as a forgotten password, stay the operator’s.',
  input: z.strictObject({
    name: Name.optional().meta({ description: 'Shown as the sender, instead of the operator’s name' }),
    address: Email.optional().meta({
      description: 'The sender’s address, at a domain that the organisation has proved or below one',
      examples: ['alerts@example.com'],
    }),
    replyTo: Email.optional().meta({ description: 'Where answers go', examples: ['support@example.com'] }),
  }),
  output: MailSender,
});

/** For the notifier: what holds now, by plan and proven domains. */
export const findMailSender = operation({
  service: 'identity',
  name: 'mail-senders.find',
  scope: 'service',
  summary: 'Who an organisation’s mails are from, as its plan and its proven domains allow now',
  input: z.strictObject({ organisationId: Id }),
  output: MailSender,
});
