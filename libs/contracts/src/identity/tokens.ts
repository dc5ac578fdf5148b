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
 * Credentials that were issued before `at` count no more. Every process that keeps any drops them: a session, all of
 * a user's sessions, one member's access to one organisation (`id` is `<orgId>:<userId>`), or an API key.
 */
export const accessRevoked = event({
  service: 'identity',
  name: 'access.revoked.v1',
  summary: 'Credentials were revoked',
  data: z.object({ kind: z.enum(['session', 'user', 'member', 'api_key']), id: z.string(), at: Timestamp }),
  aggregate: (data) => data.id,
});
