import { z } from 'zod';
import { notAudited, ONESELF } from '../kernel/audit.ts';
import { Locale } from '../kernel/locale.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { countedPage, countQuery, Empty, Id, pageQuery, secret, Timestamp } from '../kernel/types.ts';
import { Role } from './roles.ts';

/** Its length; that it is none of the common ones is checked where it is set (NIST 800-63B). No rule of composition. */
export const Password = z
  .string()
  .min(12, 'at least 12 characters')
  .max(256)
  .meta({ description: 'At least 12 characters; any are allowed, but no common password' });
export const Email = z
  .email()
  .max(254)
  .regex(/^[^@]{1,64}@/, 'at most 64 characters before the @')
  .meta({ description: 'E-mail address', examples: ['ada@example.com'] });

export const User = z
  .object({
    id: Id,
    email: z.string(),
    emailVerified: z.boolean().meta({ description: 'Whether the address is verified' }),
    name: z.string(),
    isOperator: z.boolean(),
    createdAt: Timestamp,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const CurrentOrganisation = z.object({ id: Id, name: z.string() }).meta({ id: 'CurrentOrganisation' });

export const Session = z
  .object({
    accessToken: secret(z.string()),
    accessTokenExpiresAt: Timestamp,
    refreshToken: secret(z.string()),
    refreshTokenExpiresAt: Timestamp,
    user: User,
    organisation: CurrentOrganisation.nullable(),
    role: Role.nullable(),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

export const mailNotConfigured = problem('mail_not_configured', 409, 'This installation sends no e-mail');
export const tokenInvalid = problem('token_invalid', 404, 'The token is no longer valid');
export const emailTaken = problem('email_taken', 409, 'This e-mail address already has an account');
export const emailUnverified = problem('email_unverified', 403, 'The e-mail address is not verified yet');
export const wrongCredentials = problem('wrong_credentials', 401, 'Wrong e-mail address or password');
export const passwordTooWeak = problem(
  'password_too_weak',
  422,
  'This password is one that others guess first',
  z.object({ reason: z.enum(['common', 'repeated', 'personal']) }),
);
export const addressUnproven = problem('address_unproven', 409, 'The address has to be proven by a mail first');
export const invalidGrant = problem('invalid_grant', 400, 'The refresh token is no longer valid');

/** What this device is called in the list of sessions. */
const device = z
  .string()
  .max(400)
  .optional()
  .meta({
    description: 'What this device calls itself; by default the header `User-Agent`',
    examples: ['curl/8.5.0'],
  });

export const requestRegistration = operation({
  service: 'identity',
  name: 'accounts.request',
  http: ['POST', '/api/v1/accounts/request'],
  scope: 'public',
  summary: 'Request a mail with a token that creates an account',
  description:
    'Where the installation sends e-mail, an account begins with a mail to its address. The answer is the same whether ' +
    'the address has an account or not; one that has gets a mail that says so.',
  audit: ONESELF,
  input: z.strictObject({ email: Email, locale: Locale.optional().meta({ description: 'Language of the mail' }) }),
  output: Empty,
  errors: [mailNotConfigured],
});

export const register = operation({
  service: 'identity',
  name: 'accounts.register',
  http: ['POST', '/api/v1/accounts'],
  scope: 'public',
  summary: 'Create an account with an organisation of its own, and log in',
  description:
    'Where the installation sends e-mail, the token of POST /api/v1/accounts/request or of an invitation’s mail is ' +
    'needed, and says which address it is; without it every address gets the same refusal. Elsewhere `email` is enough.',
  audit: {
    thing: 'organisation',
    id: 'organisation.id',
    name: 'organisation.name',
    ignores: ['email', 'token', 'password', 'name', 'organisationName', 'locale', 'device'],
    of: 'organisation.id',
  },
  input: z.strictObject({
    email: Email.optional(),
    token: secret(z.string().min(1).max(200))
      .optional()
      .meta({ description: 'From the mail', examples: ['kq3vJ0f2m9x7Zt1uYw8sQe5r'] }),
    password: secret(Password),
    name: Name,
    organisationName: Name.optional(),
    locale: Locale.optional().meta({ description: 'Language of the mails to this person' }),
    device,
  }),
  output: Session,
  errors: [emailTaken, addressUnproven, tokenInvalid, passwordTooWeak],
});

export const login = operation({
  service: 'identity',
  name: 'sessions.login',
  http: ['POST', '/api/v1/sessions'],
  scope: 'public',
  judgedByInput: true,
  summary: 'Log in with e-mail address and password',
  description: 'Unknown addresses and wrong passwords get the same answer in the same time.',
  audit: { thing: 'session', id: null, ignores: ['email', 'password', 'deviceId', 'device'], of: 'organisation.id' },
  input: z.strictObject({
    email: z.string().max(254).meta({ description: 'E-mail address of the account' }),
    password: secret(z.string().max(256)).meta({ description: 'Its password' }),
    deviceId: secret(z.string().regex(/^[\w-]{32,64}$/, '32 to 64 characters of base64url'))
      .optional()
      .meta({
        description:
          'A random value that this device stores. Where it has logged in before, wrong passwords of others ' +
          'do not make it wait. With `Session-Cookies` the gateway stores one in a cookie.',
        examples: ['Qm9vK0x5c2V0aGlzaXNyYW5kb20xMjM0'],
      }),
    device,
  }),
  output: Session,
  errors: [wrongCredentials],
});

export const refresh = operation({
  service: 'identity',
  name: 'sessions.refresh',
  http: ['POST', '/api/v1/sessions/refresh'],
  scope: 'public',
  judgedByInput: true,
  summary: 'A new access token and the next refresh token',
  description:
    'The same refresh token may be used again for 90 seconds, until its successor is used, and returns the same ' +
    'successor, so that a lost answer or a second tab does no harm. Later use ends the session: somebody else may ' +
    'have the token.',
  audit: notAudited('the same session goes on, every few minutes'),
  input: z.strictObject({
    refreshToken: secret(z.string().max(500)).meta({ description: 'Of the last log-in or refresh' }),
    device,
  }),
  output: Session,
  errors: [invalidGrant],
  status: 200,
});

export const logout = operation({
  service: 'identity',
  name: 'sessions.logout',
  http: ['DELETE', '/api/v1/sessions/current'],
  scope: 'self',
  summary: 'Log out: the session and its tokens end everywhere',
  audit: ONESELF,
  input: z.strictObject({}),
  output: Empty,
});

export const OwnSession = z
  .object({
    id: Id,
    createdAt: Timestamp,
    lastUsedAt: Timestamp.meta({ description: 'When it was started or last refreshed' }),
    expiresAt: Timestamp,
    current: z.boolean().meta({ description: 'The session of this request' }),
    device: z.string().nullable().meta({ description: 'What the device calls itself, as it was last used' }),
    address: z.string().nullable().meta({ description: 'From which address it was last used' }),
  })
  .meta({ id: 'OwnSession' });

export const listSessions = operation({
  service: 'identity',
  name: 'sessions.list',
  http: ['GET', '/api/v1/sessions'],
  scope: 'self',
  summary: 'Where you are logged in, last used first',
  input: z.strictObject({ ...pageQuery, ...countQuery }),
  output: countedPage(OwnSession).meta({ id: 'OwnSessions' }),
});

export const revokeSession = operation({
  service: 'identity',
  name: 'sessions.revoke',
  http: ['DELETE', '/api/v1/sessions/{sessionId}'],
  scope: 'self',
  summary: 'End one of your sessions: its tokens stop working everywhere',
  audit: ONESELF,
  input: z.strictObject({ sessionId: Id }),
  output: Empty,
  errors: [notFound],
});

export const endOtherSessions = operation({
  service: 'identity',
  name: 'sessions.end-others',
  http: ['POST', '/api/v1/sessions/end-others'],
  scope: 'self',
  summary: 'End all of your sessions but this one',
  audit: ONESELF,
  input: z.strictObject({}),
  output: z.object({ ended: z.int() }).meta({ id: 'EndedSessions' }),
  status: 200,
});

/** For the gateway: an open live stream of a browser outlives its access token, but not its session. */
export const checkSession = operation({
  service: 'identity',
  name: 'sessions.check',
  scope: 'service',
  summary: 'Until when a session is valid; not found when it has ended',
  input: z.strictObject({ sessionId: Id, userId: Id }),
  output: z.object({ expiresAt: Timestamp }),
  errors: [notFound],
  readonly: true,
});

export const switchOrganisation = operation({
  service: 'identity',
  name: 'sessions.switch-organisation',
  http: ['POST', '/api/v1/sessions/organisation'],
  scope: 'self',
  summary: 'Switch to another of your organisations',
  audit: notAudited('looking elsewhere: what is done there is recorded there'),
  input: z.strictObject({ organisationId: Id.meta({ description: 'One of your organisations' }) }),
  output: Session.omit({ refreshToken: true, refreshTokenExpiresAt: true }).meta({ id: 'SwitchedSession' }),
  errors: [notFound],
  status: 200,
});
