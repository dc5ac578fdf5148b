import { z } from 'zod';
import { ONESELF } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Empty, secret } from '../kernel/types.ts';
import { MailedToken, wrongPassword } from './passwords.ts';
import { Email, emailTaken, tokenInvalid, User } from './sessions.ts';

/* Another address for an account: confirmed by the new one, and undone by the old one. */

/** A session that is a few minutes old is as good as the password. */
export const passwordNeeded = problem('password_needed', 403, 'Your password is needed, or a session that just began');
export const CurrentPassword = secret(z.string().max(256))
  .optional()
  .meta({ description: 'Needed when your session began more than ten minutes ago' });

export const changeEmail = operation({
  service: 'identity',
  name: 'emails.change',
  http: ['POST', '/api/v1/me/email'],
  scope: 'self',
  summary: 'Change your e-mail address: a mail to the new one confirms it',
  description:
    'The answer is the same whether the new address has an account or not. Where the installation sends no e-mail, the ' +
    'address changes at once.',
  audit: ONESELF,
  input: z.strictObject({ email: Email, currentPassword: CurrentPassword }),
  output: z
    .object({ changed: z.boolean().meta({ description: 'false: when the mail’s token is sent' }) })
    .meta({ id: 'EmailChange' }),
  errors: [passwordNeeded, wrongPassword, emailTaken],
  status: 200,
});

export const confirmEmailChange = operation({
  service: 'identity',
  name: 'emails.confirm-change',
  http: ['POST', '/api/v1/me/email/confirm'],
  scope: 'self',
  summary: 'Confirm your new e-mail address with the token of its mail',
  description: 'The old address is told, and can undo it for seven days.',
  audit: ONESELF,
  input: z.strictObject({ token: MailedToken }),
  output: User,
  errors: [tokenInvalid, emailTaken],
  status: 200,
});

export const undoEmailChange = operation({
  service: 'identity',
  name: 'emails.undo-change',
  http: ['POST', '/api/v1/email-changes/undo'],
  scope: 'public',
  judgedByInput: true,
  summary: 'Give an account its earlier e-mail address back, with the token of the mail to it',
  description:
    'For somebody whose account was taken over: all sessions and the password end, and a mail with a token for a new ' +
    'password is sent to this address.',
  audit: ONESELF,
  input: z.strictObject({ token: MailedToken }),
  output: Empty,
  errors: [tokenInvalid],
});
