import { z } from 'zod';

export const Role = z
  .enum(['viewer', 'editor', 'admin', 'owner'])
  .meta({ id: 'Role', description: 'What a member may do, from least to most' });
export type Role = z.infer<typeof Role>;

const VIEWER = ['org:read', 'members:read', 'billing:read', 'usage:read', 'servers:read', 'bots:read', 'channels:read'];
const EDITOR = [...VIEWER, 'usage:write', 'servers:write', 'bots:write', 'channels:write', 'keys:read'];
const ADMIN = [...EDITOR, 'org:admin', 'audit:read', 'members:write', 'keys:write', 'billing:write'];

/** What each role may do. A scope in no list is granted to nobody. */
export const ROLE_SCOPES: Readonly<Record<Role, readonly string[]>> = {
  viewer: VIEWER,
  editor: EDITOR,
  admin: ADMIN,
  owner: ADMIN,
};

/** Of whoever looks at the demo without being a member of it: who else looks there is nobody's business. */
export const GUEST_SCOPES: readonly string[] = VIEWER.filter((scope) => scope !== 'members:read');

/** Whoever is an operator has these as well, in every organisation of theirs: also in the demo, in which all only look. */
export const OPERATOR_SCOPES: readonly string[] = ['operator', 'audit:read'];

export const SCOPES: readonly string[] = ADMIN;

/** Nobody grants more than they have. */
export const mayGrant = (granter: Role, granted: Role): boolean =>
  Role.options.indexOf(granted) <= Role.options.indexOf(granter);
