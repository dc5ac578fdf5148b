import { z } from 'zod';
import { INSTALLATION } from '../kernel/audit.ts';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { Timestamp } from '../kernel/types.ts';

export const ACCESS_TOKEN_SECONDS = 300;
export const ACCESS_TOKEN_AUDIENCE = 'tidegate';

export const getJwks = operation({
  service: 'identity',
  name: 'jwks.get',
  http: ['GET', '/.well-known/jwks.json'],
  scope: 'public',
  summary: 'Public keys that access tokens are signed with',
  input: z.strictObject({}),
  output: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).meta({ id: 'Jwks' }),
});

export const rotateSigningKeys = operation({
  service: 'identity',
  name: 'signing-keys.rotate',
  scope: 'operator',
  summary: 'Publish a new key, which signs in an hour',
  audit: INSTALLATION,
  input: z.strictObject({}),
  output: z.object({ keyId: z.string() }),
});

/**
 * The claim of an access token with the version of its membership. A number that only rises, from one sequence, so that
 * no clock decides whether a token was issued before or after a change of roles.
 */
export const MEMBER_VERSION_CLAIM = 'mv';

/**
 * Credentials are revoked, and every process that caches them drops them: a session, an API or service key, everything of a
 * deleted organisation, all tokens of a user that were issued before `at`, or one member's access to one organisation
 * (`id` is `<orgId>:<userId>`): tokens with a membership older than `version`.
 */
export const accessRevoked = event({
  service: 'identity',
  name: 'access.revoked.v1',
  summary: 'Credentials were revoked',
  data: z.object({
    kind: z.enum(['session', 'user', 'member', 'api_key', 'service_key', 'organisation']),
    id: z.string(),
    at: Timestamp,
    version: z.int().optional().meta({ description: 'Of a member: older versions of the membership are invalid' }),
  }),
  aggregate: (data) => data.id,
});
