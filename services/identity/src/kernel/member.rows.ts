import type { Member } from '@tidegate/contracts/identity/members';
import type { Role } from '@tidegate/contracts/identity/roles';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { normalAddress } from './address.rules.ts';

export interface MemberRow {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  joined_at: Date;
  /** The same as a cursor. */
  joined: string;
}

export const toWire = (row: MemberRow): Member => ({
  userId: row.user_id,
  email: row.email,
  name: row.name,
  role: row.role,
  joinedAt: row.joined_at.toISOString(),
});

const SELECT = `select m.user_id, u.email, u.name, m.role, m.joined_at,
  ${cursorTime('m.joined_at')} as joined from members m join users u on u.id = m.user_id where m.org_id = $1`;

export const listMembers = (tx: Tx, limit: number, [joined, userId]: readonly string[] = []): Promise<MemberRow[]> =>
  tx.query<MemberRow>(
    `${SELECT} and ($3::timestamptz is null or (m.joined_at, m.user_id) > ($3, $4::uuid))
      order by m.joined_at, m.user_id limit $2`,
    [tx.orgId, limit, joined ?? null, userId ?? null],
  );

/**
 * Locks these members and all owners, in one order: decisions about roles still hold when they are written, and two
 * owners who leave at once do not both count on the other.
 */
export const lockMembers = (tx: Tx, userIds: readonly string[]): Promise<MemberRow[]> =>
  tx.query<MemberRow>(`${SELECT} and (m.user_id = any($2) or m.role = 'owner') order by m.user_id for update of m`, [
    tx.orgId,
    userIds,
  ]);

export const isMember = async (tx: Tx, email: string): Promise<boolean> =>
  (await tx.one(`${SELECT} and lower(u.email) = $2`, [tx.orgId, normalAddress(email)])) !== undefined;

/** With the version that revocations compare. */
export const findRole = (tx: Tx, userId: string): Promise<{ role: Role; version: string } | undefined> =>
  tx.one('select role, version from members where org_id = $1 and user_id = $2', [tx.orgId, userId]);

/** Nobody changes the role until the transaction ends. */
export const lockRole = (tx: Tx, userId: string | undefined): Promise<{ role: Role } | undefined> =>
  tx.one('select role from members where org_id = $1 and user_id = $2 for share', [tx.orgId, userId]);

export async function countMembers(tx: Tx): Promise<number> {
  const row = await tx.one<{ members: number }>('select count(*)::int as members from members where org_id = $1', [
    tx.orgId,
  ]);
  return row?.members ?? 0;
}

export async function insertMember(tx: Tx, userId: string, role: Role): Promise<void> {
  await tx.query('insert into members (org_id, user_id, role) values ($1, $2, $3)', [tx.orgId, userId, role]);
}

export async function setRole(tx: Tx, userId: string, role: Role, version: number): Promise<void> {
  await tx.query('update members set role = $3, version = $4 where org_id = $1 and user_id = $2', [
    tx.orgId,
    userId,
    role,
    version,
  ]);
}

export async function deleteMember(tx: Tx, userId: string): Promise<void> {
  await tx.query('delete from members where org_id = $1 and user_id = $2', [tx.orgId, userId]);
}

/** Tokens with an older version than this no longer have a membership. */
export async function nextVersion(tx: Tx): Promise<number> {
  const row = await tx.one<{ version: string }>("select nextval('member_versions') as version");
  return Number(row?.version);
}

/* The memberships of a person: for transactions that run as this user, who sees their own memberships everywhere. */

export interface Membership {
  org_id: string;
  name: string;
  role: Role;
  version: string;
  /** When they joined, as a cursor. */
  joined: string;
}

const MEMBERSHIPS = `select m.org_id, o.name, m.role, m.version, ${cursorTime('m.joined_at')} as joined
  from members m join organisations o using (org_id) where m.user_id = $1`;

/** The organisation they joined first comes first. */
export const membershipsOf = (
  tx: Tx,
  userId: string,
  limit: number,
  [joined, orgId]: readonly string[] = [],
): Promise<Membership[]> =>
  tx.query<Membership>(
    `${MEMBERSHIPS} and ($3::timestamptz is null or (m.joined_at, m.org_id) > ($3, $4::uuid))
      order by m.joined_at, m.org_id limit $2`,
    [userId, limit, joined ?? null, orgId ?? null],
  );

/** Undefined for an organisation that is not theirs. */
export const membershipIn = (tx: Tx, userId: string, orgId: string): Promise<Membership | undefined> =>
  tx.one<Membership>(`${MEMBERSHIPS} and m.org_id = $2`, [userId, orgId]);

/** All of them, in one order. */
export async function organisationsOf(tx: Tx, userId: string): Promise<string[]> {
  const rows = await tx.query<{ org_id: string }>('select org_id from members where user_id = $1 order by org_id', [
    userId,
  ]);
  return rows.map(({ org_id }) => org_id);
}
