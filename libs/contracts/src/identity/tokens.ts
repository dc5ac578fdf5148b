import { z } from 'zod';
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

/**
 * The claim of an access token that says which version of the membership it carries. A number that only rises, from
 * one sequence: no clock decides whether a token was made before or after a change of roles.
 */
export const MEMBER_VERSION_CLAIM = 'mv';

/**
 * Credentials count no more, and every process that keeps any drops them: a session, an API key, everything of an
 * organisation that is gone, all of a user's sessions that were issued before `at`, or one member's access to one
 * organisation (`id` is `<orgId>:<userId>`): what carries a membership older than `version`.
 */
export const accessRevoked = event({
  service: 'identity',
  name: 'access.revoked.v1',
  summary: 'Credentials were revoked',
  data: z.object({
    kind: z.enum(['session', 'user', 'member', 'api_key', 'organisation']),
    id: z.string(),
    at: Timestamp,
    version: z.int().optional().meta({ description: 'Of a member: older versions of the membership are over' }),
  }),
  aggregate: (data) => data.id,
});
