import { z } from 'zod';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Empty, Id, page, pageQuery, secret, Timestamp } from '../kernel/types.ts';
import { Role } from './roles.ts';

/** Only the length is checked (NIST 800-63B): composition rules make passwords worse. */
export const Password = z
  .string()
  .min(12, 'at least 12 characters')
  .max(256)
  .meta({ description: 'At least 12 characters; any are allowed' });
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

export const emailTaken = problem('email_taken', 409, 'This e-mail address already has an account');
export const emailUnverified = problem('email_unverified', 403, 'The e-mail address is not verified yet');
export const wrongCredentials = problem('wrong_credentials', 401, 'Wrong e-mail address or password');
export const invalidGrant = problem('invalid_grant', 400, 'The refresh token is no longer valid');

export const register = operation({
  service: 'identity',
  name: 'accounts.register',
  http: ['POST', '/api/v1/accounts'],
  scope: 'public',
  summary: 'Create an account with an organisation of its own, and log in',
  description:
    'Where the installation sends e-mail, the address gets a token for POST /api/v1/me/email/verify. Until then the ' +
    'account can do nothing that reaches others. An address that somebody else has entered is claimed by ' +
    'POST /api/v1/password/forgotten.',
  input: z.strictObject({
    email: Email,
    password: secret(Password),
    name: Name,
    organisationName: Name.optional(),
  }),
  output: Session,
  errors: [emailTaken],
});

export const login = operation({
  service: 'identity',
  name: 'sessions.login',
  http: ['POST', '/api/v1/sessions'],
  scope: 'public',
  judgedByInput: true,
  summary: 'Log in with e-mail address and password',
  description: 'Unknown addresses and wrong passwords get the same answer in the same time.',
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
  input: z.strictObject({
    refreshToken: secret(z.string().max(500)).meta({ description: 'Of the last log-in or refresh' }),
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
  })
  .meta({ id: 'OwnSession' });

export const listSessions = operation({
  service: 'identity',
  name: 'sessions.list',
  http: ['GET', '/api/v1/sessions'],
  scope: 'self',
  summary: 'Where you are logged in, last used first',
  input: z.strictObject(pageQuery),
  output: page(OwnSession).meta({ id: 'OwnSessions' }),
});

export const revokeSession = operation({
  service: 'identity',
  name: 'sessions.revoke',
  http: ['DELETE', '/api/v1/sessions/{sessionId}'],
  scope: 'self',
  summary: 'End one of your sessions: its tokens stop working everywhere',
  input: z.strictObject({ sessionId: Id }),
  output: Empty,
  errors: [notFound],
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
  input: z.strictObject({ organisationId: Id.meta({ description: 'One of your organisations' }) }),
  output: Session.omit({ refreshToken: true, refreshTokenExpiresAt: true }).meta({ id: 'SwitchedSession' }),
  errors: [notFound],
  status: 200,
});

export const me = operation({
  service: 'identity',
  name: 'accounts.me',
  http: ['GET', '/api/v1/me'],
  scope: 'self',
  summary: 'Who am I, and where may I go',
  input: z.strictObject({}),
  output: z
    .object({
      user: User,
      organisations: z
        .array(z.object({ id: Id, name: z.string(), role: Role }))
        .meta({ description: 'The first 200; GET /api/v1/organisations has them all' }),
      organisationId: Id.nullable(),
      scopes: z.array(z.string()),
    })
    .meta({ id: 'Me' }),
});
