import { z } from 'zod';
import { ONESELF } from '../kernel/audit.ts';
import { Locale } from '../kernel/locale.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Empty, secret, Timestamp } from '../kernel/types.ts';
import { Email, mailNotConfigured, Password, passwordTooWeak, tokenInvalid, User } from './sessions.ts';

export const wrongPassword = problem('wrong_password', 403, 'The current password is wrong');

/** From a mail to the person. */
export const MailedToken = secret(z.string().min(1).max(200)).meta({ description: 'From the mail' });

export const changePassword = operation({
  service: 'identity',
  name: 'passwords.change',
  http: ['PUT', '/api/v1/me/password'],
  scope: 'self',
  summary: 'Change your password; your other sessions end',
  description:
    'A wrong current password counts as a wrong log-in. API keys stay valid: revoke those that you do not trust.',
  audit: ONESELF,
  input: z.strictObject({
    currentPassword: secret(z.string().max(256)).meta({ description: 'The current password' }),
    newPassword: secret(Password),
  }),
  output: Empty,
  errors: [wrongPassword, passwordTooWeak],
});

export const forgotPassword = operation({
  service: 'identity',
  name: 'passwords.forgotten',
  http: ['POST', '/api/v1/password/forgotten'],
  scope: 'public',
  summary: 'Request a mail with a token that sets a new password',
  description:
    'The answer is the same whether the address has an account or not. An address gets a few mails a day; requests of ' +
    'others do not invalidate your tokens.',
  audit: ONESELF,
  input: z.strictObject({ email: Email }),
  output: Empty,
  errors: [mailNotConfigured],
});

export const resetPassword = operation({
  service: 'identity',
  name: 'passwords.reset',
  http: ['POST', '/api/v1/password/reset'],
  scope: 'public',
  judgedByInput: true,
  summary: 'Set a new password with the token of the mail; all your sessions end',
  description:
    'The token works once, for a quarter of an hour. It also verifies the address: API keys and invitations of an account that ' +
    'was never verified end with it.',
  audit: ONESELF,
  input: z.strictObject({ token: MailedToken, password: secret(Password) }),
  output: Empty,
  errors: [tokenInvalid, passwordTooWeak],
});

export const verifyEmail = operation({
  service: 'identity',
  name: 'emails.verify',
  http: ['POST', '/api/v1/me/email/verify'],
  scope: 'self',
  summary: 'Verify your e-mail address with the token of the mail',
  description: 'The token is of this account only. Sent again, the answer is the same while the token is valid.',
  audit: ONESELF,
  input: z.strictObject({ token: MailedToken }),
  output: User,
  errors: [tokenInvalid],
  status: 200,
});

export const resendVerification = operation({
  service: 'identity',
  name: 'emails.resend-verification',
  http: ['POST', '/api/v1/me/email/resend'],
  scope: 'self',
  summary: 'Send the mail that verifies your e-mail address again',
  audit: ONESELF,
  input: z.strictObject({}),
  output: Empty,
  errors: [mailNotConfigured],
});

/** For the CLI: somebody is locked out, or the installation sends no e-mail. */
export const setPassword = operation({
  service: 'identity',
  name: 'users.reset-password',
  scope: 'operator',
  summary: 'Give a person a new password, shown once; all their sessions end',
  description: 'The operator vouches for the address: it counts as verified. Without a password one is generated.',
  // The first operator's address receives no mail.
  audit: ONESELF,
  input: z.strictObject({ email: z.string().max(254), password: secret(Password).optional() }),
  output: z.object({ user: User, password: secret(z.string()) }),
  errors: [notFound, passwordTooWeak],
});

/** For the CLI, where no e-mail is sent or a mail did not arrive. The operator gives the link to the person. */
export const linkFor = operation({
  service: 'identity',
  name: 'users.link',
  scope: 'operator',
  summary: 'A link that verifies a person’s address, or sets a new password; shown once, and noted in their account',
  audit: ONESELF,
  input: z.strictObject({ email: z.string().max(254), purpose: z.enum(['verify', 'reset']) }),
  output: z.object({ url: secret(z.string()), expiresAt: Timestamp }),
  errors: [notFound],
});

/** For services that write to addresses. */
export const addressOf = operation({
  service: 'identity',
  name: 'emails.address-of',
  scope: 'service',
  summary: 'The e-mail address of a person, and whether it is verified',
  input: z.strictObject({ userId: z.uuid() }),
  output: z.object({
    email: z.string(),
    verified: z.boolean(),
    locale: Locale.nullable().optional(),
    mayReachOthers: z.boolean().meta({ description: 'False while their address has to be verified first' }),
  }),
  errors: [notFound],
  readonly: true,
});
