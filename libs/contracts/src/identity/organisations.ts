import { z } from 'zod';
import { notAudited } from '../kernel/audit.ts';
import { event } from '../kernel/event.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { notFound } from '../kernel/problem.ts';
import { countedPage, countQuery, Empty, Id, IsDemo, pageQuery, searchQuery, Timestamp } from '../kernel/types.ts';
import { organisationLimitReached, roleTooHigh } from './members.ts';
import { Role } from './roles.ts';

/** Its clock stands still there, or every page would be empty an hour later. */
export const DemoUntil = Timestamp.nullable().meta({
  description: 'Of a demo, the moment at which its data ends and its pages end; null while there is none',
});

export const Organisation = z
  .object({ id: Id, name: z.string(), demo: IsDemo, demoUntil: DemoUntil, createdAt: Timestamp })
  .meta({ id: 'Organisation' });
export type Organisation = z.infer<typeof Organisation>;

export const organisationCreated = event({
  service: 'identity',
  name: 'organisation.created.v1',
  summary: 'An organisation was created',
  data: z.object({ orgId: Id, name: z.string(), ownerUserId: Id, demo: IsDemo.optional() }),
  aggregate: (data) => data.orgId,
});

export const organisationRenamed = event({
  service: 'identity',
  name: 'organisation.renamed.v1',
  summary: 'An organisation has another name',
  data: z.object({ orgId: Id, name: z.string() }),
  aggregate: (data) => data.orgId,
});

export const organisationDeleted = event({
  service: 'identity',
  name: 'organisation.deleted.v1',
  summary: 'An organisation was deleted: every service purges it and destroys the key of its secrets',
  data: z.object({ orgId: Id }),
  aggregate: (data) => data.orgId,
});

export const createOrganisation = operation({
  service: 'identity',
  name: 'organisations.create',
  http: ['POST', '/api/v1/organisations'],
  scope: 'self',
  summary: 'Create another organisation; you become its owner',
  description: 'How many one person may own is limited, especially on free plans; the problem says what to do.',
  audit: { thing: 'organisation', shows: ['name'], of: 'id' },
  input: z.strictObject({ name: Name }),
  output: Organisation,
  errors: [organisationLimitReached],
});

export const listOrganisations = operation({
  service: 'identity',
  name: 'organisations.list',
  http: ['GET', '/api/v1/organisations'],
  scope: 'self',
  summary: 'Organisations that you are a member of, in the order in which you joined',
  input: z.strictObject({ ...pageQuery, ...searchQuery('the name'), ...countQuery }),
  output: countedPage(z.object({ id: Id, name: z.string(), role: Role, demo: IsDemo, demoUntil: DemoUntil })).meta({
    id: 'Organisations',
  }),
});

/** For services that share resources by person. */
export const creatorOf = operation({
  service: 'identity',
  name: 'organisations.creator-of',
  scope: 'service',
  summary: 'Who created an organisation, or its first owner',
  input: z.strictObject({ organisationId: Id }),
  output: z.object({ userId: Id }),
  errors: [notFound],
  readonly: true,
});

/** For billing, whose operators look organisations up by name and owner. */
export const describeOrganisations = operation({
  service: 'identity',
  name: 'organisations.describe',
  scope: 'service',
  summary: 'Names, owners and ages of organisations; those that do not exist are left out',
  description: 'Of the owners, the one who has been it longest comes first; the address is theirs.',
  input: z.strictObject({ organisationIds: z.array(Id).min(1).max(50) }),
  output: z.object({
    items: z.array(Organisation.extend({ ownerEmail: z.string().nullable(), ownerIds: z.array(Id) })),
  }),
  readonly: true,
});

export const getOrganisation = operation({
  service: 'identity',
  name: 'organisations.get',
  http: ['GET', '/api/v1/organisation'],
  scope: 'org:read',
  summary: 'The current organisation',
  input: z.strictObject({}),
  output: Organisation,
});

export const renameOrganisation = operation({
  service: 'identity',
  name: 'organisations.rename',
  http: ['PATCH', '/api/v1/organisation'],
  scope: 'org:admin',
  summary: 'Rename the current organisation',
  audit: { thing: 'organisation', shows: ['name'], before: () => getOrganisation },
  input: z.strictObject({ name: Name }),
  output: Organisation,
});

export const deleteOrganisation = operation({
  service: 'identity',
  name: 'organisations.delete',
  http: ['DELETE', '/api/v1/organisation'],
  scope: 'org:admin',
  summary: 'Permanently delete the current organisation with everything in it (owners only)',
  description:
    'Its members, keys, servers, bots, channels and usage are deleted, and the key of its secrets is destroyed. ' +
    'Its tokens and API keys stop working at once. An API key needs every scope of its owner for this.',
  audit: notAudited('the log goes with the organisation'),
  input: z.strictObject({ name: Name.meta({ description: 'The organisation’s name, repeated to confirm' }) }),
  output: Empty,
  errors: [notFound, roleTooHigh],
});
