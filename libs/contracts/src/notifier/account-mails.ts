import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Id, secret, Timestamp } from '../kernel/types.ts';

/** Mails about accounts. */
export const AccountMailKind = z.enum(['verify-email', 'reset-password', 'password-changed']);
export type AccountMailKind = z.infer<typeof AccountMailKind>;

/** For identity: one attempt, now. Identity stores the mail until it was accepted. */
export const sendAccountMail = operation({
  service: 'notifier',
  name: 'account-mails.send',
  scope: 'service',
  summary: 'Hand one mail about an account to the mail server',
  input: z.strictObject({
    id: Id.meta({ description: 'The same for each attempt, so that mail servers drop duplicates' }),
    kind: AccountMailKind,
    to: z.email().max(254),
    token: secret(z.string().max(200)).optional(),
    createdAt: Timestamp,
  }),
  output: z.object({ outcome: z.enum(['sent', 'later', 'refused']) }),
  /** Longer than an attempt may take. */
  deadlineMs: 25_000,
});
