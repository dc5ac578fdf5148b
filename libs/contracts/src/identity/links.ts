import { z } from 'zod';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { notFound } from '../kernel/problem.ts';
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
import { emailUnverified } from './sessions.ts';

/* Read-only pages for people without an account: a link carries a key that reads one thing. */

/** What a link can show: the parameter in the paths about it, and the scope that reads it. */
export const LINKED = {
  server: { parameter: 'serverId', scope: 'servers:read' },
  bot: { parameter: 'botId', scope: 'bots:read' },
} as const;
export type LinkedKind = keyof typeof LINKED;

const kind = z.enum(['server', 'bot']).meta({ description: 'What it shows' });
const thingId = Id.meta({ description: 'The server or bot that it shows' });

export const SharedLink = z
  .object({
    id: z.string(),
    name: z.string(),
    kind,
    thingId,
    createdAt: Timestamp,
    createdBy: Id,
    expiresAt: Timestamp.nullable(),
  })
  .meta({ id: 'SharedLink' });
export type SharedLink = z.infer<typeof SharedLink>;

export const createLink = operation({
  service: 'identity',
  name: 'links.create',
  http: ['POST', '/api/v1/links'],
  scope: 'keys:write',
  summary: 'Create a link to a read-only page; it is shown once',
  description:
    'Whoever has the link reads this one server or bot, without an account and without costing API calls, until the link ' +
    'expires, is revoked, or its maker leaves. The key in it can also be sent as a bearer token.',
  audit: { thing: 'link', shows: ['name', 'kind', 'thingId', 'expiresAt'] },
  input: z.strictObject({
    name: Name,
    kind,
    thingId,
    expiresAt: Instant.optional().meta({ description: 'By default it works until it is revoked' }),
  }),
  output: SharedLink.extend({ key: secret(z.string()), url: secret(z.string()) }).meta({ id: 'NewSharedLink' }),
  errors: [emailUnverified],
});

export const listLinks = operation({
  service: 'identity',
  name: 'links.list',
  http: ['GET', '/api/v1/links'],
  scope: 'keys:read',
  summary: 'Links of the organisation that work, newest first, then expired ones, or in another order',
  input: z.strictObject({
    ...pageQuery,
    ...sortQuery(
      ['valid', 'name', 'created', 'until'],
      'valid',
      'valid: those that work, newest first, then those that have expired. until: without end is the last',
    ),
    ...searchQuery('the name'),
    ...countQuery,
  }),
  output: countedPage(SharedLink),
});

export const revokeLink = operation({
  service: 'identity',
  name: 'links.revoke',
  http: ['DELETE', '/api/v1/links/{linkId}'],
  scope: 'keys:write',
  summary: 'Revoke a link; it stops working everywhere at once',
  audit: { thing: 'link', id: 'linkId' },
  input: z.strictObject({
    linkId: z
      .string()
      .regex(/^[0-9A-Za-z]{10}$/, 'a link id')
      .meta({ description: 'The link', examples: ['4f0KZ2xq9B'] }),
  }),
  output: Empty,
  errors: [notFound],
});
