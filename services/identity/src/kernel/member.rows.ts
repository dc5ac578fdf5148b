import type { Member } from '@tidegate/contracts/identity/members';
import type { Role } from '@tidegate/contracts/identity/roles';
import type { Tx } from '@tidegate/database/tx';
import { asCursor } from '../as-cursor.ts';

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
  ${asCursor('m.joined_at')} as joined from members m join users u on u.id = m.user_id where m.org_id = $1`;

export const listMemberRows = (tx: Tx, limit: number, [joined, userId]: readonly string[] = []): Promise<MemberRow[]> =>
  tx.query<MemberRow>(
    `${SELECT} and ($3::timestamptz is null or (m.joined_at, m.user_id) > ($3, $4::uuid))
      order by m.joined_at, m.user_id limit $2`,
    [tx.orgId, limit, joined ?? null, userId ?? null],
  );

/**
 * These members and all owners, locked in one order: what is decided about roles still holds when it is written, and
 * two owners who leave at once do not both count the other.
 */
export const lockMembers = (tx: Tx, userIds: readonly string[]): Promise<MemberRow[]> =>
  tx.query<MemberRow>(`${SELECT} and (m.user_id = any($2) or m.role = 'owner') order by m.user_id for update of m`, [
    tx.orgId,
    userIds,
  ]);

export async function isMember(tx: Tx, email: string): Promise<boolean> {
  const row = await tx.one(`${SELECT} and lower(u.email) = lower($2)`, [tx.orgId, email]);
  return row !== undefined;
}

/** Whatever carries an older version than this has no membership any more. */
export async function nextVersion(tx: Tx): Promise<number> {
  const row = await tx.one<{ version: string }>("select nextval('member_versions') as version");
  return Number(row?.version);
}

/** Members and open invitations are what takes seats; one for the same address is going to be replaced. */
export async function countSeats(tx: Tx, invited: string): Promise<number> {
  const row = await tx.one<{ seats: number }>(
    `select (select count(*) from members where org_id = $1)::int
          + (select count(*) from invitations where org_id = $1 and expires_at > now()
              and lower(email) <> lower($2))::int as seats`,
    [tx.orgId, invited],
  );
  return row?.seats ?? 0;
}

export async function countMembers(tx: Tx): Promise<number> {
  const row = await tx.one<{ members: number }>('select count(*)::int as members from members where org_id = $1', [
    tx.orgId,
  ]);
  return row?.members ?? 0;
}

export const roleIn = async (tx: Tx, userId: string): Promise<Role | undefined> =>
  (await tx.one<{ role: Role }>('select role from members where org_id = $1 and user_id = $2', [tx.orgId, userId]))
    ?.role;
