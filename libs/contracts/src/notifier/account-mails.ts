import { z } from 'zod';
import { INTERNAL } from '../kernel/audit.ts';
import { Locale } from '../kernel/locale.ts';
import { operation } from '../kernel/operation.ts';
import { Id, secret, Timestamp } from '../kernel/types.ts';

/** Mails about accounts. */
export const AccountMailKind = z.enum([
  'register',
  'address-taken',
  'verify-email',
  'reset-password',
  'password-changed',
  'change-email',
  'email-changed',
  'invitation',
  'account-deleted',
  'reply-address',
]);
export type AccountMailKind = z.infer<typeof AccountMailKind>;

/** What a mail says besides its token: of `email-changed` the new address, of `invitation` who invites where, of
 * `reply-address` whose answers would come. */
export const AccountMailDetails = z.strictObject({
  newEmail: z.string().max(254).optional(),
  organisation: z.string().max(200).optional(),
  inviter: z.string().max(254).optional(),
  role: z.string().max(40).optional(),
});
export type AccountMailDetails = z.infer<typeof AccountMailDetails>;

/** For identity: one attempt, now. Identity stores the mail until it was accepted. */
export const sendAccountMail = operation({
  service: 'notifier',
  name: 'account-mails.send',
  scope: 'service',
  summary: 'Hand one mail about an account to the mail server',
  audit: INTERNAL,
  input: z.strictObject({
    id: Id.meta({ description: 'The same for each attempt, so that mail servers drop duplicates' }),
    kind: AccountMailKind,
    to: z.email().max(254),
    locale: Locale,
    token: secret(z.string().max(200)).optional(),
    details: AccountMailDetails.optional(),
    organisationId: Id.optional().meta({ description: 'Who invites: the mail is from it' }),
    createdAt: Timestamp,
  }),
  output: z.object({ outcome: z.enum(['sent', 'later', 'refused']) }),
  /** Longer than an attempt may take. */
  deadlineMs: 25_000,
});
