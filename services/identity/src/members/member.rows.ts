import type { Member } from '@tidegate/contracts/identity/members';
import type { Role } from '@tidegate/contracts/identity/roles';
import type { Tx } from '@tidegate/database/tx';

export interface MemberRow {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  joined_at: Date;
}

export const toWire = (row: MemberRow): Member => ({
  userId: row.user_id,
  email: row.email,
  name: row.name,
  role: row.role,
  joinedAt: row.joined_at.toISOString(),
});

const SELECT = `select m.user_id, u.email, u.name, m.role, m.joined_at from members m join users u on u.id = m.user_id
  where m.org_id = $1`;

export const listMemberRows = (tx: Tx): Promise<MemberRow[]> =>
  tx.query<MemberRow>(`${SELECT} order by m.joined_at, m.user_id limit 1000`, [tx.orgId]);

export const findMember = (tx: Tx, userId: string): Promise<MemberRow | undefined> =>
  tx.one<MemberRow>(`${SELECT} and m.user_id = $2`, [tx.orgId, userId]);

/** Locks the owners, so that two who leave at once do not both count the other. */
export async function countOwners(tx: Tx): Promise<number> {
  const rows = await tx.query("select 1 from members where org_id = $1 and role = 'owner' for update", [tx.orgId]);
  return rows.length;
}

/** Members and open invitations: what a seat is. */
export async function countSeats(tx: Tx): Promise<number> {
  const row = await tx.one<{ seats: number }>(
    `select (select count(*) from members where org_id = $1)::int
          + (select count(*) from invitations where org_id = $1 and expires_at > now())::int as seats`,
    [tx.orgId],
  );
  return row?.seats ?? 0;
}
