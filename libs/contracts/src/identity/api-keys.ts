import { z } from 'zod';
import { restricted } from '../billing/restrictions.ts';
import { event } from '../kernel/event.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, planLimitReached } from '../kernel/problem.ts';
import {
  countedPage,
  countQuery,
  Empty,
  Id,
  Instant,
  pageQuery,
  searchQuery,
  secret,
  sortQuery,
  Timestamp,
} from '../kernel/types.ts';
import { SCOPES } from './roles.ts';
import { emailUnverified } from './sessions.ts';

const Scope = z.enum(SCOPES as [string, ...string[]]);

const KeyId = z
  .string()
  .regex(/^[0-9A-Za-z]{10}$/, 'an API key id')
  .meta({ description: 'The API key', examples: ['4f0KZ2xq9B'] });

export const ApiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    restricted: restricted.meta({
      description: 'Why it may only read at present: the plan allows fewer keys, and it is one of the newest',
    }),
    prefix: z.string().meta({ description: 'How the key begins, to tell which it is' }),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable(),
    lastUsedAt: Timestamp.nullable().meta({ description: 'To about a minute' }),
    replacedBy: z
      .string()
      .nullable()
      .meta({ description: 'The key that was made in its place; it works until it expires' }),
    createdBy: Id,
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof ApiKey>;

export const createApiKey = operation({
  service: 'identity',
  name: 'keys.create',
  http: ['POST', '/api/v1/api-keys'],
  scope: 'keys:write',
  summary: 'Create an API key; the key itself is shown once',
  description: 'A key never has more rights than its creator’s role at the moment of use.',
  audit: { thing: 'api_key', shows: ['name', 'scopes', 'expiresAt'] },
  input: z.strictObject({
    name: Name,
    scopes: z.array(Scope).min(1).max(SCOPES.length).meta({ description: 'What the key may do' }),
    expiresAt: Instant.optional().meta({ description: 'By default it works until it is revoked' }),
  }),
  output: ApiKey.extend({ key: secret(z.string()) }).meta({ id: 'NewApiKey' }),
  errors: [planLimitReached, emailUnverified],
  limit: 'api_keys',
});

export const listApiKeys = operation({
  service: 'identity',
  name: 'keys.list',
  http: ['GET', '/api/v1/api-keys'],
  scope: 'keys:read',
  summary: 'API keys of the organisation: valid ones, newest first, then expired ones, or in another order',
  description: 'Keys are deleted 30 days after they expire.',
  input: z.strictObject({
    ...pageQuery,
    ...sortQuery(
      ['valid', 'name', 'prefix', 'created', 'lastUsed', 'until'],
      'valid',
      'valid: those that work, newest first, then those that have expired. lastUsed: never is the earliest. until: without end is the last',
    ),
    ...searchQuery('the name'),
    ...countQuery,
  }),
  output: countedPage(ApiKey),
});

export const revokeApiKey = operation({
  service: 'identity',
  name: 'keys.revoke',
  http: ['DELETE', '/api/v1/api-keys/{keyId}'],
  scope: 'keys:write',
  summary: 'Revoke an API key; it stops working everywhere at once',
  audit: { thing: 'api_key', id: 'keyId' },
  input: z.strictObject({ keyId: KeyId }),
  output: Empty,
  errors: [notFound],
});

export const renameApiKey = operation({
  service: 'identity',
  name: 'keys.rename',
  http: ['PATCH', '/api/v1/api-keys/{keyId}'],
  scope: 'keys:write',
  summary: 'Give an API key another name',
  audit: { thing: 'api_key', id: 'keyId', shows: ['name'] },
  input: z.strictObject({ keyId: KeyId, name: Name }),
  output: ApiKey,
  errors: [notFound],
});

export const rotateApiKey = operation({
  service: 'identity',
  name: 'keys.rotate',
  http: ['POST', '/api/v1/api-keys/{keyId}/rotate'],
  scope: 'keys:write',
  summary: 'Make a new API key in the place of this one; the new one is shown once',
  description:
    'It has the same name, scopes and end, and the rights of the person who rotates it at most. The old one works until ' +
    'the overlap ends; with an overlap of 0 it ends at once.',
  audit: { thing: 'api_key', id: 'keyId', shows: ['overlapHours', 'replacedBy'] },
  input: z.strictObject({
    keyId: KeyId,
    overlapHours: z
      .int()
      .min(0)
      .max(720)
      .default(24)
      .meta({ description: 'How long the old key works beside the new one', examples: [24] }),
  }),
  output: ApiKey.extend({ key: secret(z.string()) }).meta({ id: 'RotatedApiKey' }),
  errors: [notFound, emailUnverified],
});

const KeyFact = z.object({ keyId: z.string(), name: z.string() });
const fact = (name: string, summary: string) =>
  event({ service: 'identity', name, summary, data: KeyFact, aggregate: ({ keyId }) => `key:${keyId}` });

export const keyCreated = fact('key.created.v1', 'An API key was created');
export const keyReplaced = fact('key.replaced.v1', 'An API key has a successor; it ends with the overlap');
export const keyRevoked = fact('key.revoked.v1', 'An API key was revoked');

/** For the gateway. The hash is SHA-256 of the whole key, hex. */
export const verifyKey = operation({
  service: 'identity',
  name: 'keys.verify',
  scope: 'service',
  summary: 'The caller of an API key',
  input: z.strictObject({ keyHash: z.string().regex(/^[0-9a-f]{64}$/) }),
  output: z.object({
    keyId: z.string(),
    orgId: Id,
    userId: Id,
    role: z.string(),
    scopes: z.array(z.string()),
    expiresAt: Timestamp.nullable(),
    memberVersion: z.int(),
    only: z.object({ parameter: z.string(), id: Id }).optional().meta({
      description: 'A link reads this one thing: operations with this parameter in their path, and this value',
    }),
  }),
  errors: [notFound],
  readonly: true,
});

/** For usage, which knows keys by their ids. */
export const describeKeys = operation({
  service: 'identity',
  name: 'keys.describe',
  scope: 'service',
  summary: 'How keys of an organisation are called, those included that were deleted',
  input: z.strictObject({ keyIds: z.array(KeyId).max(100) }),
  output: z.object({
    items: z.array(z.object({ id: z.string(), name: z.string(), prefix: z.string(), endedAt: Timestamp.nullable() })),
  }),
  readonly: true,
});
