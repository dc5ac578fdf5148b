import { z } from 'zod';
import { restricted } from '../billing/restrictions.ts';
import { notAudited } from '../kernel/audit.ts';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, planLimitReached, problem } from '../kernel/problem.ts';
import {
  countedPage,
  countQuery,
  Empty,
  Id,
  page,
  pageQuery,
  searchQuery,
  secret,
  sortQuery,
  Timestamp,
} from '../kernel/types.ts';
import { Role } from './roles.ts';
import { Email, emailUnverified, mailNotConfigured } from './sessions.ts';

export const Member = z
  .object({
    userId: Id,
    email: z.string(),
    name: z.string(),
    role: Role,
    restricted: restricted.meta({
      description:
        'Why they may only read at present, as a viewer: the plan allows fewer members, and they joined last. Owners come ' +
        'first, and the first of them is never restricted. null: they may do what their role may',
    }),
    joinedAt: Timestamp,
    lastActiveAt: Timestamp.nullable().meta({ description: 'When a session of theirs was last used, to the hour' }),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof Member>;

export const Invitation = z
  .object({
    id: Id,
    email: z.string(),
    role: Role,
    invitedBy: Id.meta({ description: 'The invitation ends with their right to invite' }),
    expiresAt: Timestamp,
    createdAt: Timestamp,
  })
  .meta({ id: 'Invitation' });

export const lastOwner = problem('last_owner', 409, 'An organisation needs an owner');
export const organisationLimitReached = problem(
  'organisation_limit_reached',
  409,
  'This person has reached the limit of organisations that one may own',
  z.object({ limit: z.int(), used: z.int() }),
);
export const roleTooHigh = problem(
  'role_too_high',
  403,
  'Nobody grants or revokes a role above their own, or scopes that they do not have',
);
export const invitationInvalid = problem('invitation_invalid', 404, 'The invitation is not valid for you');

export const memberChanged = event({
  service: 'identity',
  name: 'member.changed.v1',
  summary:
    'A member joined, left or got another role (role null: left). Not emitted for each member when an organisation is deleted',
  data: z.object({
    orgId: Id,
    userId: Id,
    role: Role.nullable(),
    change: z
      .enum(['joined', 'role', 'left'])
      .optional()
      .meta({ description: 'Absent of who created the organisation' }),
  }),
  aggregate: (data) => data.orgId,
});

export const listMembers = operation({
  service: 'identity',
  name: 'members.list',
  http: ['GET', '/api/v1/members'],
  scope: 'members:read',
  summary: 'Members of the current organisation, in the order in which they joined or in another',
  input: z.strictObject({
    ...pageQuery,
    ...sortQuery(['joined', 'name', 'email', 'role', 'lastActive'], 'joined', 'role: from viewer up to owner'),
    search: z
      .string()
      .max(100)
      .optional()
      .meta({ description: 'A part of the name or address', examples: ['ada'] }),
    role: Role.optional().meta({ description: 'Only with this role' }),
  }),
  output: page(Member),
});

export const changeRole = operation({
  service: 'identity',
  name: 'members.change-role',
  http: ['PATCH', '/api/v1/members/{userId}'],
  scope: 'members:write',
  summary: 'Give a member another role',
  audit: { thing: 'member', id: 'userId', shows: ['role'] },
  input: z.strictObject({ userId: Id, role: Role }),
  output: Member,
  errors: [notFound, lastOwner, roleTooHigh, organisationLimitReached],
});

export const removeMember = operation({
  service: 'identity',
  name: 'members.remove',
  http: ['DELETE', '/api/v1/members/{userId}'],
  scope: 'members:write',
  summary: 'Remove a member; their tokens for this organisation end at once',
  audit: { thing: 'member', id: 'userId' },
  input: z.strictObject({ userId: Id }),
  output: Empty,
  errors: [notFound, lastOwner, roleTooHigh],
});

export const leaveOrganisation = operation({
  service: 'identity',
  name: 'members.leave',
  http: ['DELETE', '/api/v1/organisations/{organisationId}/membership'],
  scope: 'self',
  summary: 'Leave one of your organisations, whatever your role in it; the last owner stays',
  description: 'Your API keys and invitations of that organisation end with it.',
  audit: { thing: 'member', id: 'userId', of: 'organisationId' },
  input: z.strictObject({ organisationId: Id.meta({ description: 'One of your organisations' }) }),
  output: Empty,
  errors: [notFound, lastOwner],
});

export const invite = operation({
  service: 'identity',
  name: 'invitations.create',
  http: ['POST', '/api/v1/invitations'],
  scope: 'members:write',
  summary: 'Invite somebody by mail; or give them the token, which is shown once',
  description:
    'Where the installation sends e-mail, the address gets a link of its own, which also proves the address. ' +
    '`mailed` says whether.',
  audit: { thing: 'invitation', name: 'email', shows: ['role'], ignores: ['email'] },
  input: z.strictObject({ email: Email, role: Role }),
  output: Invitation.extend({ token: secret(z.string()), mailed: z.boolean() }).meta({ id: 'NewInvitation' }),
  errors: [planLimitReached, roleTooHigh, emailUnverified],
  limit: 'seats',
});

export const listInvitations = operation({
  service: 'identity',
  name: 'invitations.list',
  http: ['GET', '/api/v1/invitations'],
  scope: 'members:read',
  summary: 'Invitations that can still be accepted, newest first or in another order',
  input: z.strictObject({
    ...pageQuery,
    ...sortQuery(['created', 'email', 'role', 'until'], '-created', 'role: from viewer up to owner'),
    ...searchQuery('the address'),
    ...countQuery,
  }),
  output: countedPage(Invitation),
});

export const revokeInvitation = operation({
  service: 'identity',
  name: 'invitations.revoke',
  http: ['DELETE', '/api/v1/invitations/{invitationId}'],
  scope: 'members:write',
  summary: 'Revoke an invitation',
  audit: { thing: 'invitation', id: 'invitationId', name: 'email' },
  input: z.strictObject({ invitationId: Id }),
  output: Empty,
  errors: [notFound],
});

export const resendInvitation = operation({
  service: 'identity',
  name: 'invitations.resend',
  http: ['POST', '/api/v1/invitations/{invitationId}/resend'],
  scope: 'members:write',
  summary: 'Send the mail of an invitation again; it is valid for another seven days',
  audit: { thing: 'invitation', id: 'invitationId', name: 'email' },
  input: z.strictObject({ invitationId: Id }),
  output: Invitation,
  errors: [notFound, roleTooHigh, mailNotConfigured],
  status: 200,
});

const InvitationToken = secret(z.string().min(1).max(200)).meta({ description: 'From the invitation' });

export const showInvitation = operation({
  service: 'identity',
  name: 'invitations.show',
  http: ['POST', '/api/v1/invitations/show'],
  scope: 'public',
  judgedByInput: true,
  summary: 'What an invitation is for, by its token',
  input: z.strictObject({ token: InvitationToken }),
  output: z
    .object({
      organisation: z.string(),
      organisationId: Id,
      email: z.string().meta({ description: 'The address that was invited' }),
      role: Role,
      expiresAt: Timestamp,
      provesAddress: z
        .boolean()
        .meta({ description: 'Whether the token came by mail: an account can be made with it' }),
    })
    .meta({ id: 'ShownInvitation' }),
  errors: [invitationInvalid],
  readonly: true,
});

const Joined = z.object({ organisationId: Id, role: Role });

export const acceptInvitation = operation({
  service: 'identity',
  name: 'invitations.accept',
  http: ['POST', '/api/v1/invitations/accept'],
  scope: 'self',
  summary: 'Join the organisation that invited your e-mail address',
  audit: { thing: 'member', id: 'userId', shows: ['role'], ignores: ['token'], of: 'organisationId' },
  input: z.strictObject({ token: InvitationToken }),
  output: Joined,
  errors: [invitationInvalid, emailUnverified, organisationLimitReached, planLimitReached],
  limit: 'seats',
  status: 200,
});

export const OwnInvitation = z
  .object({
    id: Id,
    organisation: z.object({ id: Id, name: z.string() }).meta({ id: 'InvitingOrganisation' }),
    role: Role,
    createdAt: Timestamp,
    expiresAt: Timestamp,
  })
  .meta({ id: 'OwnInvitation' });

export const listOwnInvitations = operation({
  service: 'identity',
  name: 'invitations.own',
  http: ['GET', '/api/v1/me/invitations'],
  scope: 'self',
  summary: 'Invitations to your e-mail address, newest first',
  description: 'Accept one here, or with the token that the person who invited you has.',
  input: z.strictObject(pageQuery),
  output: page(OwnInvitation).meta({ id: 'OwnInvitations' }),
  errors: [emailUnverified],
});

export const acceptOwnInvitation = operation({
  service: 'identity',
  name: 'invitations.accept-own',
  http: ['POST', '/api/v1/me/invitations/{invitationId}/accept'],
  scope: 'self',
  summary: 'Join an organisation that invited your verified e-mail address, without the invitation’s token',
  description:
    'The address has to be verified also where the installation sends no e-mail: there, use the token (`POST ' +
    '/api/v1/invitations/accept`).',
  audit: { thing: 'member', id: 'userId', shows: ['role'], ignores: ['invitationId'], of: 'organisationId' },
  input: z.strictObject({ invitationId: Id }),
  output: Joined,
  errors: [notFound, invitationInvalid, emailUnverified, organisationLimitReached, planLimitReached],
  limit: 'seats',
  status: 200,
});

export const declineInvitation = operation({
  service: 'identity',
  name: 'invitations.decline',
  http: ['DELETE', '/api/v1/me/invitations/{invitationId}'],
  scope: 'self',
  summary: 'Decline an invitation to your e-mail address',
  audit: notAudited('whoever is invited belongs to no organisation yet, and may refuse unseen'),
  input: z.strictObject({ invitationId: Id }),
  output: Empty,
  errors: [notFound, emailUnverified],
});

/**
 * For the gateway, which lets a request choose its organisation. Its answer is valid until an `access.revoked` of the
 * member.
 */
export const roleOf = operation({
  service: 'identity',
  name: 'members.role-of',
  scope: 'service',
  summary:
    'What a person may do in an organisation; not found for one that is not theirs, unless it is a demo for everybody',
  input: z.strictObject({ organisationId: Id, userId: Id }),
  output: z.object({ role: Role, scopes: z.array(z.string()), memberVersion: z.int() }),
  errors: [notFound],
  readonly: true,
});
